import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { operator } from '../../../platform/auth/operator.ts'
import { soon } from '../../../testing/browser.ts'
import type { TestPortal } from '../../../testing/index.ts'
import { accessPortal, accountsOf, makeAccount, signIn } from '../fixtures/signed-in.ts'
import { newToken } from './format.ts'
import { tokensRef } from './service.ts'

let portal: TestPortal
afterEach(() => portal.close())

const tokens = () => portal.portal.services.use(tokensRef, 'a test')

/** Listens as a program does that follows the catalog. */
async function listen(headers: Record<string, string>) {
  const page = await portal.get('/catalog', {
    headers: { ...headers, 'hx-request-type': 'partial', accept: 'text/html' },
  })
  const path = String(page.headers['callboard-live'])
  const { port } = portal.portal.server.server.address() as AddressInfo
  return new Promise<{ status: number | undefined; isOver(): boolean; leave(): void }>((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers, agent: false })
    asked.once('error', reject).once('response', (answer) => {
      let isOver = false
      answer.resume().once('end', () => {
        isOver = true
      })
      resolve({ status: answer.statusCode, isOver: () => isOver, leave: () => asked.destroy() })
    })
    asked.end()
  })
}

test('a stream ends within seconds of its token, and of the account of a person; others go on', async () => {
  portal = await accessPortal()
  await portal.portal.server.listen({ host: '127.0.0.1', port: 0 })
  for (const name of ['root', 'ada']) await makeAccount(portal, name, true)
  const ada = await signIn(portal, 'ada')
  const service = await tokens().createService(operator, { title: 'CI', permissions: ['*.read'], expires: '90d' })
  const answer = await portal.post(
    '/settings/tokens',
    { title: 'Mine', permissions: '*.read', expires: '90d' },
    { headers: ada },
  )
  const personal = answer.region('access-token-text').text
  const other = await tokens().createService(operator, { title: 'Other', permissions: ['*.read'], expires: '90d' })
  const [ofService, ofPerson, ofOther] = await Promise.all(
    [service.token, personal, other.token].map((token) => listen({ authorization: `Bearer ${token}` })),
  )
  expect([ofService, ofPerson, ofOther].map((one) => one?.status)).toEqual([200, 200, 200])
  await tokens().revoke(operator, service.row.id)
  await expect.poll(() => ofService?.isOver(), soon).toBe(true)
  expect([ofPerson?.isOver(), ofOther?.isOver()]).toEqual([false, false])
  await accountsOf(portal).disable(operator, 'ada')
  await expect.poll(() => ofPerson?.isOver(), soon).toBe(true)
  expect(ofOther?.isOver()).toBe(false)
  ofOther?.leave()
})

test('who tries many tokens is not looked up any more for a while; tokens in use go on', async () => {
  let now = new Date('2026-11-21T10:00:00Z')
  portal = await accessPortal({ now: () => now })
  const made = await tokens().createService(operator, { title: 'CI', permissions: ['*.read'], expires: '90d' })
  const late = await tokens().createService(operator, { title: 'Late', permissions: ['*.read'], expires: '90d' })
  const ask = async (token: string) =>
    (await portal.get('/catalog.json', { headers: { authorization: `Bearer ${token}`, accept: '*/*' } })).status
  expect(await ask(made.token)).toBe(200)
  const dead = newToken('service')
  for (let times = 0; times < 50; times++) expect(await ask(dead)).toBe(401)
  for (let guess = 1; guess < 30; guess++) expect(await ask(newToken('service'))).toBe(401)
  expect([await ask(newToken('service')), await ask(late.token), await ask(made.token)]).toEqual([429, 429, 200])
  now = new Date(now.getTime() + 15 * 60_000)
  expect([await ask(newToken('service')), await ask(late.token)]).toEqual([401, 200])
})
