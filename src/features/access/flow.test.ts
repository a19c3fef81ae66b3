import { describe, expect, test } from 'vitest'
import type { Answer } from '../../testing/index.ts'
import { type Scene, scenes } from './fixtures/scene.ts'

const minutes = 60_000
const scene = scenes()

describe('there and back', () => {
  test('one lands where one wanted to go, with a session', async () => {
    const { browser, came, profile } = await scene()
    const { status, headers } = await browser.signIn('/auth/oidc/start?to=/catalog%3Fkind%3Dapi%23top')
    expect([status, headers.location]).toEqual([303, '/catalog?kind=api#top'])
    expect(headers['cache-control']).toBe('no-store')
    expect(browser.cookies.get('callboard')).toMatch(/^[\w-]{20,}$/)
    expect(await came()).toEqual(['user:default/anna'])
    expect(profile('u-1')).toMatchObject({ provider: 'oidc', login: 'anna' })
    expect((await browser.open('/catalog')).status).toBe(200)
  })

  test('without a wish one lands at home, and never in a circle', async () => {
    const { browser } = await scene()
    expect((await browser.signIn('/auth/github/start')).headers.location).toBe('/')
    for (const to of ['/auth/oidc/start', '/sign-in?to=/x', '/sign-out', '/api/auth/oidc/handler/frame', '/auth?x']) {
      const { headers } = await browser.signIn(`/auth/oidc/start?to=${encodeURIComponent(to)}`)
      expect(headers.location, to).toBe('/')
    }
    expect((await browser.signIn('/auth/oidc/start?to=/author')).headers.location).toBe('/author')
  })

  test("Backstage's address of the callback can be the one that is registered", async () => {
    const { browser } = await scene({ oidc: { callback: 'backstage' } })
    const back = await browser.there('/auth/oidc/start?to=/catalog')
    expect(back.pathname).toBe('/api/auth/oidc/handler/frame')
    const { status, headers } = await browser.back(back)
    expect([status, headers.location]).toEqual([303, '/catalog'])
  })

  test('refusals are pages also at the address of Backstage, below /api', async () => {
    const { browser, fake } = await scene({ oidc: { callback: 'backstage' } })
    fake.alter = (claims) => ({ ...claims, nonce: 'x' })
    const { status, region } = await browser.signIn('/auth/oidc/start')
    expect([status, region('access-refused').text.includes('wrong nonce')]).toEqual([403, true])
  })

  test('two tabs of one browser both come to their end', async () => {
    const { browser, came } = await scene()
    const first = await browser.there('/auth/oidc/start?to=/first')
    const second = await browser.there('/auth/oidc/start?to=/second')
    expect((await browser.back(first)).headers.location).toBe('/first')
    expect((await browser.back(second)).headers.location).toBe('/second')
    expect(await came()).toHaveLength(2)
  })

  test.each([
    ['http://localhost:7007', /^callboard-flow=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/],
    [
      'https://portal.acme.dev',
      /^__Host-callboard-flow=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
    ],
  ])('at %s the cookie is as strict as it can be', async (baseUrl, cookie) => {
    const { portal } = await scene({ baseUrl })
    const { headers } = await portal.get('/auth/oidc/start')
    expect(String(headers['set-cookie'])).toMatch(cookie)
    expect(String(headers.location)).toContain(encodeURIComponent(`${baseUrl}/auth/oidc/callback`))
    expect(headers['referrer-policy']).toBe('no-referrer')
  })

  test('somebody whom the catalog does not know reads why, and that is in the audit once', async () => {
    const { browser, fake, refusals } = await scene()
    fake.person = { sub: 'u-9', preferred_username: 'zoe', email: 'zoe@example.com', email_verified: true, name: 'Zoe' }
    const { status, text, region } = await browser.signIn('/auth/oidc/start?to=/catalog')
    expect([status, text.includes('no User of the catalog fits')]).toEqual([403, true])
    expect(region('access-refused').html).toContain('href="/auth/oidc/start?to=%2Fcatalog"')
    expect(region('access-refused').html).toContain('href="/sign-in?to=%2Fcatalog"')
    expect(await refusals()).toEqual(['no User of the catalog'])
    expect(browser.cookies.has('callboard')).toBe(false)
  })

  test('a way that there is not has a page too', async () => {
    const { browser } = await scene()
    for (const path of ['/auth/nobody/start', '/auth/nobody/callback?code=a&state=b']) {
      const { status, text } = await browser.open(path)
      expect([status, text.includes('no way to sign in called “nobody”')]).toEqual([404, true])
    }
  })

  test('what is kept of a sign-in is gone when it ends, or after an hour', async () => {
    const { portal, browser, pass } = await scene()
    const rows = () =>
      portal.portal.db.read.all('select hash, browser, verifier from access_flows') as { hash: string }[]
    const back = await browser.there('/auth/oidc/start')
    expect(rows()).toHaveLength(1)
    expect(JSON.stringify(rows())).not.toContain(back.searchParams.get('state'))
    expect(JSON.stringify(rows())).not.toContain(browser.cookies.get('callboard-flow'))
    await browser.back(back)
    expect(rows()).toEqual([])
    await browser.there('/auth/oidc/start')
    await browser.there('/auth/oidc/start')
    pass(71 * minutes)
    await browser.there('/auth/oidc/start')
    expect(rows()).toHaveLength(1)
  })
})

describe('what does not belong to a sign-in that began here', () => {
  /** Each brings something wrong back; the reason is what the audit says. */
  const wrong: Record<string, [reason: string, bring: (on: Scene) => Promise<unknown>]> = {
    'no state': ['no state', ({ browser }) => browser.open('/auth/oidc/callback?code=abc')],
    'a forged state': [
      'unknown state',
      async ({ browser }) => {
        const back = await browser.there('/auth/oidc/start')
        back.searchParams.set('state', 'f'.repeat(43))
        return browser.back(back)
      },
    ],
    'a state of another form': [
      'unknown state',
      ({ browser }) => browser.open("/auth/oidc/callback?code=a&state='or 1=1"),
    ],
    'two states': [
      'unknown state',
      async ({ browser }) => {
        const back = await browser.there('/auth/oidc/start')
        back.searchParams.append('state', 'f'.repeat(43))
        return browser.back(back)
      },
    ],
    'the answer a second time': [
      'unknown state',
      async ({ browser }) => {
        const back = await browser.there('/auth/oidc/start')
        expect((await browser.back(back)).status).toBe(303)
        return browser.back(back)
      },
    ],
    'the answer to another browser': [
      'state of another browser',
      async ({ browser, another }) => {
        const victim = another()
        await victim.there('/auth/oidc/start')
        return victim.back(await browser.there('/auth/oidc/start'))
      },
    ],
    'the answer without the cookie': [
      'state of another browser',
      async ({ browser, another }) => another().back(await browser.there('/auth/oidc/start')),
    ],
    'the answer at the address of another way': [
      'state of another way',
      async ({ browser }) => {
        const back = await browser.there('/auth/oidc/start')
        back.pathname = '/auth/github/callback'
        return browser.back(back)
      },
    ],
    'the answer at the other callback': [
      'state of another way',
      async ({ browser }) => {
        const back = await browser.there('/auth/oidc/start')
        back.pathname = '/api/auth/oidc/handler/frame'
        return browser.back(back)
      },
    ],
    'an answer after eleven minutes': [
      'too late',
      async ({ browser, pass }) => {
        const back = await browser.there('/auth/oidc/start')
        pass(11 * minutes)
        return browser.back(back)
      },
    ],
    'the code of another sign-in, with a state of its own': [
      'code not accepted',
      async ({ browser, another }) => {
        const stolen = await another().there('/auth/oidc/start')
        const back = await browser.there('/auth/oidc/start')
        back.searchParams.set('code', stolen.searchParams.get('code') ?? '')
        return browser.back(back)
      },
    ],
    'a code that was redeemed, with a state of its own': [
      'code not accepted',
      async ({ browser }) => {
        const spent = await browser.there('/auth/oidc/start')
        await browser.back(spent)
        const back = await browser.there('/auth/oidc/start')
        back.searchParams.set('code', spent.searchParams.get('code') ?? '')
        return browser.back(back)
      },
    ],
    'the code of GitHub a second time': [
      'code not accepted',
      async ({ browser }) => {
        const spent = await browser.there('/auth/github/start')
        await browser.back(spent)
        const back = await browser.there('/auth/github/start')
        back.searchParams.set('code', spent.searchParams.get('code') ?? '')
        return browser.back(back)
      },
    ],
    'no code': [
      'no code',
      async ({ browser }) => {
        const back = await browser.there('/auth/oidc/start')
        back.searchParams.delete('code')
        return browser.back(back)
      },
    ],
  }

  test.each(Object.entries(wrong))('%s is refused, with a page and in the audit', async (_, [reason, bring]) => {
    const on = await scene()
    const answer = (await bring(on)) as Answer
    expect(answer.status).toBe(403)
    expect(answer.region('access-refused').text).toMatch(/^You are not signed in .+ Try again Other ways to sign in/)
    expect((await on.refusals())[0]).toBe(reason)
    expect(answer.headers['set-cookie']).toBeUndefined()
    // Not even in the form that changes the theme and comes back.
    expect(answer.body).not.toContain('code=')
    expect((await on.came()).length).toBeLessThan(2)
  })

  test('a state that another browser brought is spent: the right one comes too late', async () => {
    const { browser, another, came } = await scene()
    const back = await browser.there('/auth/oidc/start')
    await another().back(back)
    expect((await browser.back(back)).status).toBe(403)
    expect(await came()).toEqual([])
  })
})
