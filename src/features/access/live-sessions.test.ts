import { type ClientRequest, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { soon } from '../../testing/browser.ts'
import { organisation, type TestPortal, testPortal } from '../../testing/index.ts'
import { anna, doorPlugin, namedWay, type Person, signIn } from './fixtures/stage.ts'
import { access } from './index.ts'

let portal: TestPortal
const asked: ClientRequest[] = []
beforeEach(async () => {
  const plugins = [access({ providers: [namedWay('github', 'GitHub')] }), doorPlugin]
  portal = await testPortal({ plugins, files: { 'org.yaml': organisation } })
  await portal.portal.server.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  for (const one of asked.splice(0)) one.destroy()
  await portal.close()
})

interface Stream {
  status: number | undefined
  text(): string
  isOver(): boolean
}

/** Listens as an open page of the catalog does, over a socket. */
async function listen({ get, cookie }: Person): Promise<Stream> {
  const page = await get('/catalog', { 'hx-request': 'true', 'hx-request-type': 'partial' })
  return stream(String(page.headers['callboard-live']), cookie)
}

function stream(path: string, cookie: string): Promise<Stream> {
  const { port } = portal.portal.server.server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    const one = request({
      host: '127.0.0.1',
      port,
      path,
      headers: { cookie, accept: 'text/event-stream' },
      agent: false,
    })
    asked.push(one)
    one.once('error', reject).once('response', (answer) => {
      let [text, isOver] = ['', false]
      answer.on('data', (chunk: Buffer) => {
        text += String(chunk)
      })
      answer.once('end', () => {
        isOver = true
      })
      resolve({ status: answer.statusCode, text: () => text, isOver: () => isOver })
    })
    one.end()
  })
}

const sessionOf = async ({ get }: Person) => {
  const { body } = await get('/settings')
  const [, id = ''] = /\/settings\/sessions\/([^/]+)\/revoke/.exec(body) ?? []
  return id
}
const open = async () => Number(/callboard_live_pages (\d+)/.exec(await portal.portal.metrics.metrics())?.[1])

test('the stream of a session ends with it, in the middle, and tells its page to look; others go on', async () => {
  const [here, there] = [await signIn(portal, anna), await signIn(portal, anna)]
  const [mine, lost] = [await listen(here), await listen(there)]
  await expect.poll(open, soon).toBe(2)
  const id = await sessionOf(there)
  expect((await here.post(`/settings/sessions/${id}/revoke`)).status).toBe(303)
  await expect.poll(lost.isOver, soon).toBe(true)
  expect(lost.text()).toMatch(/event: changed\nid: .+\ndata: .+\n\n$/)
  await expect.poll(open, soon).toBe(1)
  expect([mine.isOver(), mine.text()]).toEqual([false, expect.not.stringContaining('event: changed')])
  const asked = {
    'hx-request': 'true',
    'hx-request-type': 'partial',
    'hx-current-url': 'http://localhost:7007/catalog',
  }
  const page = await there.get('/catalog', { ...asked, 'callboard-live': 'again' })
  expect([page.status, page.headers['hx-redirect']]).toEqual([401, '/sign-in?out=1&to=%2Fcatalog'])
  const clicked = await there.get('/catalog', asked)
  expect([clicked.status, clicked.headers['hx-redirect']]).toEqual([401, '/sign-in?to=%2Fcatalog'])
})

test.each([
  ['signing out', (person: Person) => person.post('/sign-out')],
  ['signing in as somebody else', ({ cookie }: Person) => signIn(portal, { ...anna, subject: '4712' }, { cookie })],
])('%s ends it, and it is not opened again', async (_how, leave) => {
  const person = await signIn(portal, anna)
  const address = String(
    (await person.get('/catalog', { 'hx-request': 'true', 'hx-request-type': 'partial' })).headers['callboard-live'],
  )
  const one = await stream(address, person.cookie)
  expect(one.status).toBe(200)
  await leave(person)
  await expect.poll(one.isOver, soon).toBe(true)
  expect((await stream(address, person.cookie)).status).toBe(401)
})
