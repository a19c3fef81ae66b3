import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { organisation, type TestPortal, type TestPortalOptions, testPortal } from '../../testing/index.ts'
import { access } from '../index.ts'
import { anna, doorPlugin, namedWay, signIn } from './fixtures/stage.ts'

const minute = 60_000
const day = 24 * 60 * minute
let now: Date
let portal: TestPortal

const options = (more: TestPortalOptions = {}): TestPortalOptions => ({
  plugins: [access({ providers: [namedWay('github', 'GitHub')] }), doorPlugin],
  files: { 'org.yaml': organisation },
  now: () => now,
  ...more,
})

beforeEach(async () => {
  now = new Date('2026-11-21T12:00:00Z')
  portal = await testPortal(options())
})
afterEach(() => portal.close())

const pass = (ms: number) => {
  now = new Date(now.getTime() + ms)
}
const isIn = async ({ get }: { get: (url: string) => Promise<{ status: number }> }) =>
  (await get('/api/door/me')).status === 200
const rows = () =>
  portal.portal.db.read.all('select hash, seen_at as seenAt, ended from access_sessions order by id') as unknown as {
    hash: string
    seenAt: number
    ended: string | null
  }[]

describe('the cookie', () => {
  test('holds 256 random bits, is for this host alone, and stands in the database as its SHA-256', async () => {
    const { answer, cookie } = await signIn(portal, anna)
    expect(String(answer.headers['set-cookie'])).toMatch(
      /^callboard=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000$/,
    )
    const other = await signIn(portal, anna)
    expect(other.cookie).not.toBe(cookie)
    const stored = JSON.stringify(rows())
    expect(stored).not.toContain(cookie.split('=')[1])
    expect(rows()[0]?.hash).toMatch(/^[\w-]{43}$/)
  })

  test('is Secure and bound to its host where the portal has an https address; another name is nobody', async () => {
    await using secure = await testPortal(options({ baseUrl: 'https://portal.acme.dev' }))
    const { answer, cookie } = await signIn(secure, anna)
    expect(String(answer.headers['set-cookie'])).toMatch(
      /^__Host-callboard=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure;/,
    )
    expect((await secure.get('/api/door/me', { headers: { cookie } })).status).toBe(200)
    const renamed = cookie.replace('__Host-', '')
    expect((await secure.get('/api/door/me', { headers: { cookie: renamed } })).status).toBe(401)
  })

  test('that somebody has changed, cut or made up is nobody', async () => {
    const { cookie } = await signIn(portal, anna)
    const last = cookie.at(-2) === 'A' ? 'B' : 'A'
    const [hash = ''] = rows().map((row) => row.hash)
    const forged = [
      `${cookie.slice(0, -2)}${last}${cookie.at(-1)}`,
      cookie.slice(0, -1),
      `${cookie}A`,
      'callboard=',
      `callboard=${hash}`,
      `callboard=${'A'.repeat(43)}`,
      `callboard=' or 1=1 --`,
    ]
    for (const one of forged) {
      const { status } = await portal.get('/api/door/me', { headers: { cookie: one } })
      expect(status, one).toBe(401)
    }
    expect((await portal.get('/api/door/me', { headers: { cookie } })).status).toBe(200)
    const made = `callboard=${'A'.repeat(43)}`
    expect((await portal.get('/catalog', { headers: { cookie: made } })).headers.location).toMatch(/^\/sign-in/)
    // Each once, however often it is shown; what cannot be a cookie of ours is as good as none.
    await expect
      .poll(async () => (await portal.audit()).filter(({ result }) => result === 'failed').map(({ detail }) => detail))
      .toEqual(Array.from({ length: 5 }, () => expect.objectContaining({ reason: 'unknown cookie' })))
  })
})

describe('a session', () => {
  test('that the browser brought along is not the one that is signed in, and a signed-in one ends', async () => {
    const planted = `callboard=${'x'.repeat(43)}`
    const first = await signIn(portal, anna, { cookie: planted })
    expect(first.cookie).not.toBe(planted)
    expect((await portal.get('/api/door/me', { headers: { cookie: planted } })).status).toBe(401)
    const second = await signIn(portal, anna, { cookie: first.cookie })
    expect(second.cookie).not.toBe(first.cookie)
    expect(await isIn(first)).toBe(false)
    expect(await isIn(second)).toBe(true)
    expect(rows().map(({ ended }) => ended)).toEqual(['replaced', null])
  })

  test('ends when nothing was asked for as long as it may be idle', async () => {
    const person = await signIn(portal, anna)
    pass(7 * day - minute)
    expect(await isIn(person)).toBe(true)
    pass(7 * day)
    expect(await isIn(person)).toBe(true)
    pass(7 * day + minute)
    expect(await isIn(person)).toBe(false)
  })

  test('ends after its time however busy it is', async () => {
    const person = await signIn(portal, anna)
    for (let days = 0; days < 29; days++) {
      pass(day)
      expect(await isIn(person)).toBe(true)
    }
    pass(day - 1)
    expect(await isIn(person)).toBe(true)
    pass(1)
    expect(await isIn(person)).toBe(false)
  })

  test('outlives a start of the portal, with the time at which it was last used', async () => {
    const { dataDir } = portal
    const person = await signIn(portal, anna)
    pass(6 * day)
    expect(await isIn(person)).toBe(true)
    await portal.portal.close()
    pass(6 * day)
    const again = await testPortal(options({ dataDir }))
    const { status } = await again.get('/api/door/me', { headers: { cookie: person.cookie } })
    expect(status).toBe(200)
    await again.close()
  })

  test('is not written at every request: at most once a minute', async () => {
    const person = await signIn(portal, anna)
    const begun = rows()[0]?.seenAt
    for (let second = 0; second < 59; second++) {
      pass(1000)
      await isIn(person)
    }
    await portal.portal.close()
    const { dataDir } = portal
    portal = await testPortal(options({ dataDir }))
    expect(rows()[0]?.seenAt).toBe(begun)
    pass(1000)
    await portal.get('/api/door/me', { headers: { cookie: person.cookie } })
    await portal.portal.close()
    portal = await testPortal(options({ dataDir }))
    expect(rows()[0]?.seenAt).toBe(now.getTime())
  })

  test('that is over is marked so by the job, and forgotten a month later', async () => {
    await signIn(portal, anna)
    const prune = async () => {
      await portal.portal.db.write((tx) => portal.portal.jobs.enqueue(tx, 'access.sessions'))
      await portal.settled()
    }
    await prune()
    expect(rows()).toMatchObject([{ ended: null }])
    pass(8 * day)
    await prune()
    expect(rows()).toMatchObject([{ ended: 'expired' }])
    pass(31 * day)
    await prune()
    expect(rows()).toEqual([])
  })
})

describe('what somebody sees of their sessions', () => {
  const firefox = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' }
  const safari = {
    'user-agent':
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
  }
  const idsOn = (body: string) => Array.from(body.matchAll(/sessions\/([\w-]+)\/revoke"/g), ([, id]) => id ?? '')

  test('is each with device, address and times, this one first', async () => {
    await signIn(portal, anna, safari)
    const here = await signIn(portal, anna, firefox)
    const page = await here.get('/settings')
    expect(page.status).toBe(200)
    const { text } = page.region('access-sessions')
    expect(text).toMatch(/Firefox on Linux This one.*127\.0\.0\.1.*Safari on iPhone/s)
    expect(text.match(/This one/g)).toHaveLength(1)
    expect(text).toContain('End the other one')
  })

  test('can be ended one by one, at the next request', async () => {
    const phone = await signIn(portal, anna, safari)
    const here = await signIn(portal, anna, firefox)
    expect(await isIn(phone)).toBe(true)
    const [, other = ''] = idsOn((await here.get('/settings')).body)
    const answer = await here.post(`/settings/sessions/${other}/revoke`)
    expect(answer.headers.location).toBe('/settings?said=access.sessions.ended#section-access-sessions')
    expect(await isIn(phone)).toBe(false)
    expect(await isIn(here)).toBe(true)
    expect((await portal.audit())[0]).toMatchObject({
      action: 'access.session.revoke',
      target: other,
      actor: { id: 'user:default/anna' },
    })
  })

  test('can be ended all but this one; ending this one leads out', async () => {
    const others = [await signIn(portal, anna, safari), await signIn(portal, anna)]
    const here = await signIn(portal, anna, firefox)
    await here.post('/settings/sessions/revoke-others')
    expect(await Promise.all(others.map(isIn))).toEqual([false, false])
    const [own = ''] = idsOn((await here.get('/settings')).body)
    const answer = await here.post(`/settings/sessions/${own}/revoke`)
    expect(answer.headers.location).toBe('/sign-in?out=1')
    expect(await isIn(here)).toBe(false)
  })

  test('are those of every way to sign in that leads to the same User, and of nobody else', async () => {
    const elsewhere = { provider: 'google', subject: '9', email: 'anna@example.com', emailVerified: true }
    await signIn(portal, elsewhere, safari)
    const here = await signIn(portal, anna, firefox)
    const ben = await signIn(portal, { provider: 'github', subject: '2', login: 'ben' })
    expect(idsOn((await here.get('/settings')).body)).toHaveLength(2)
    const [own = ''] = idsOn((await ben.get('/settings')).body)
    expect(idsOn((await ben.get('/settings')).body)).toHaveLength(1)
    expect((await here.post(`/settings/sessions/${own}/revoke`)).status).toBe(404)
    expect(await isIn(ben)).toBe(true)
  })
})
