import { afterEach, describe, expect, test } from 'vitest'
import { organisation, type TestPortal, testPortal } from '../../testing/index.ts'
import { type AccessInput, access } from '../index.ts'
import { doorPlugin } from './fixtures/stage.ts'
import { createProxies } from './proxy.ts'

const proxy = {
  header: 'X-Forwarded-User',
  email: 'x-forwarded-email',
  name: 'x-forwarded-name',
  from: ['127.0.0.1', '10.1.0.0/16', 'fd00::/8'],
}
let portal: TestPortal
let now = new Date('2026-11-21T12:00:00Z')
afterEach(() => portal.close())

async function start(options: AccessInput = {}) {
  now = new Date('2026-11-21T12:00:00Z')
  portal = await testPortal({
    plugins: [access({ proxy, ...options }), doorPlugin],
    files: { 'org.yaml': organisation },
    now: () => now,
  })
}
const from = async (remoteAddress: string, headers: Record<string, string>, url = '/api/door/me') => {
  const all = { host: 'localhost:7007', accept: 'text/html', ...headers }
  return portal.portal.server.inject({ method: 'GET', url, remoteAddress, headers: all })
}
const audit = async () => {
  await portal.settled()
  await portal.portal.db.write(() => undefined)
  const all = await portal.audit()
  return all.filter(({ action }) => action === 'access.sign-in')
}

describe('a header', () => {
  test.each(['127.0.0.1', '::ffff:127.0.0.1', '10.1.200.3', 'fd12::1'])(
    'from the proxy at %s says who it is',
    async (address) => {
      await start()
      const answer = await from(address, { 'x-forwarded-user': 'anna' })
      expect(answer.statusCode).toBe(200)
      expect(answer.json()).toMatchObject({ id: 'user:default/anna', groups: ['group:default/payments'] })
    },
  )

  test.each(['10.2.0.1', '192.0.2.7', '::1', 'fe80::1'])(
    'from %s is refused, on pages too, with a line in the audit',
    async (address) => {
      await start()
      expect((await from(address, { 'x-forwarded-user': 'anna' })).statusCode).toBe(403)
      const page = await from(address, { 'x-forwarded-user': 'anna' }, '/catalog')
      expect(page.statusCode).toBe(403)
      expect(page.body).toContain('does not come from a proxy that this portal trusts')
      expect(page.body).toContain(address)
      expect((await from(address, { 'x-forwarded-user': 'anna' }, '/sign-in')).statusCode).toBe(403)
      expect(await audit()).toMatchObject(
        Array(3).fill({
          result: 'failed',
          target: 'proxy',
          actor: { id: 'anonymous' },
          address,
          detail: { reason: 'header from a stranger' },
        }),
      )
    },
  )

  test('from a stranger, again and again, does not fill the audit', async () => {
    await start()
    for (let times = 0; times < 50; times++) await from('192.0.2.7', { 'x-forwarded-user': `u${times}` })
    expect(await audit()).toHaveLength(30)
    now = new Date(now.getTime() + 61_000)
    await from('192.0.2.7', { 'x-forwarded-user': 'anna' })
    expect(await audit()).toHaveLength(31)
  })

  test.each([
    ['two names', 'anna, root'],
    ['a name with a control character', 'an\tna'],
    ['a very long name', 'a'.repeat(400)],
  ])('with %s is refused', async (_what, value) => {
    await start()
    const answer = await from('127.0.0.1', { 'x-forwarded-user': value })
    expect(answer.statusCode).toBe(403)
    expect(await audit()).toMatchObject([{ detail: { reason: 'unreadable header' } }])
  })

  test('that is absent or blank is nobody, who is sent to the sign-in page', async () => {
    await start()
    expect((await from('127.0.0.1', {})).statusCode).toBe(401)
    expect((await from('127.0.0.1', { 'x-forwarded-user': ' ' })).statusCode).toBe(401)
    const page = await from('127.0.0.1', {}, '/catalog')
    expect(page.headers.location).toBe('/sign-in?to=%2Fcatalog')
  })

  test('with the address of a person finds the User by it', async () => {
    await start()
    const headers = { 'x-forwarded-user': 'u-4711', 'x-forwarded-email': 'Anna+x@Example.com' }
    expect((await from('127.0.0.1', headers)).json()).toMatchObject({ id: 'user:default/anna' })
  })

  test('is somebody who comes and goes: one line in the audit a day', async () => {
    await start()
    for (const user of ['anna', 'anna', 'ben', 'anna']) await from('127.0.0.1', { 'x-forwarded-user': user })
    expect((await audit()).map(({ actor }) => actor.id)).toEqual(['user:default/ben', 'user:default/anna'])
    now = new Date(now.getTime() + 25 * 3_600_000)
    await from('127.0.0.1', { 'x-forwarded-user': 'anna' })
    expect(await audit()).toHaveLength(3)
  })

  test('of somebody whom the catalog does not know leads to a page that says so, and to the form for accounts', async () => {
    await start()
    const page = await from('127.0.0.1', { 'x-forwarded-user': 'zoe' }, '/catalog')
    expect(page.statusCode).toBe(403)
    expect(page.body).toContain('says that you are zoe, but no User of the catalog fits')
    expect(await audit()).toMatchObject([{ result: 'denied', actor: { name: 'zoe' } }])
    expect((await from('127.0.0.1', { 'x-forwarded-user': 'zoe' }, '/sign-in')).statusCode).toBe(200)
    await portal.close()
    await start({ admit: true })
    expect((await from('127.0.0.1', { 'x-forwarded-user': 'zoe' })).json()).toMatchObject({
      id: 'proxy:zoe',
      groups: [],
    })
  })
})

test('a header means nothing where no proxy is configured', async () => {
  portal = await testPortal({ plugins: [access(), doorPlugin], files: { 'org.yaml': organisation } })
  expect((await from('127.0.0.1', { 'x-forwarded-user': 'anna' })).statusCode).toBe(401)
})

test('the address of a request is the last one in front of the trusted proxies', () => {
  const { addressOf } = createProxies({ ...proxy, header: 'x-forwarded-user' }, () => undefined)
  const request = (ip: string, forwarded?: string) => ({ ip, headers: { 'x-forwarded-for': forwarded } }) as never
  portal = { close: async () => undefined } as TestPortal
  expect(addressOf(request('10.1.0.9', '198.51.100.4, 203.0.113.5, 10.1.0.8'))).toBe('203.0.113.5')
  expect(addressOf(request('10.1.0.9', '::ffff:203.0.113.5'))).toBe('203.0.113.5')
  expect(addressOf(request('10.1.0.9', '<script>'))).toBe('10.1.0.9')
  expect(addressOf(request('10.1.0.9'))).toBe('10.1.0.9')
  expect(addressOf(request('203.0.113.9', '198.51.100.4'))).toBe('203.0.113.9')
  const none = createProxies(undefined, () => undefined)
  expect(none.addressOf(request('::ffff:10.1.0.9', '198.51.100.4'))).toBe('10.1.0.9')
})
