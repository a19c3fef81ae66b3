import { describe, expect, onTestFinished, test } from 'vitest'
import { PortalError } from '../../api/errors.ts'
import { FakeIssuer } from './fixtures/issuer.ts'
import { stage } from './fixtures/provider-stage.ts'
import { client, scenes } from './fixtures/scene.ts'
import { oidc } from './providers/oidc.ts'
import { google, microsoft } from './providers/presets.ts'
import type { SignInProvider } from './providers/provider.ts'

// What becomes of a sign-in that ends otherwise than with a session.

const scene = scenes()

describe('addresses of other sites', () => {
  test.each([
    'https://evil.example/',
    '//evil.example/',
    '///evil.example/',
    '/\\evil.example/',
    '\\\\evil.example/',
    '/\t/evil.example/',
    '/\n/evil.example',
    '/.//evil.example/',
    '/x/..//evil.example',
    'javascript:alert(1)',
    'https:evil.example',
    'data:text/html,x',
    '@evil.example',
    ' //evil.example',
  ])('%j is not where one lands', async (to) => {
    const { browser, refusals, outside } = await scene()
    const { status, headers, region } = await browser.open(`/auth/oidc/start?to=${encodeURIComponent(to)}`)
    if (status === 303) {
      // Trimmed, it may be a path of our own.
      throw new Error(`It led to ${headers.location}`)
    }
    expect([status, headers.location]).toEqual([400, undefined])
    expect(region('access-refused').text).toContain('not one of this portal')
    expect((await refusals())[0]).toContain('not one of this portal')
    expect(outside.requests).toEqual([])
  })

  test.each(['/%2F%2Fevil.example', '/%5Cevil.example', '/https://evil.example'])(
    '%s is a path of ours',
    async (to) => {
      const { browser } = await scene()
      const { headers } = await browser.signIn(`/auth/oidc/start?to=${encodeURIComponent(to)}`)
      expect(new URL(String(headers.location), 'http://localhost:7007').host).toBe('localhost:7007')
    },
  )
})

describe('what the provider says instead', () => {
  const hostile = `<script>alert(1)</script>"><img src=x onerror=alert(2)>\u202e\u0000 ${'call 0800 '.repeat(900)}`

  test.each([
    ['access_denied', 403, 'The sign-in was stopped at single sign-on'],
    ['server_error', 502, 'single sign-on refuses the sign-in'],
    ['invalid_scope', 403, 'single sign-on refuses the sign-in'],
    ['<b>x</b>', 403, 'single sign-on refuses the sign-in'],
  ])('%s', async (error, status, text) => {
    const { browser, fake, refusals } = await scene()
    fake.back = (url) => {
      url.searchParams.delete('code')
      url.searchParams.set('error', error)
      url.searchParams.set('error_description', hostile)
    }
    const answer = await browser.signIn('/auth/oidc/start?to=/catalog')
    expect(answer.status).toBe(status)
    const { html, text: read } = answer.region('access-refused')
    expect(read).toContain(text)
    expect(read).toContain('“<script>alert(1)</script>"><img')
    for (const sign of ['<script', '<img', '\u202e', '\u0000']) expect(html).not.toContain(sign)
    expect(html.length).toBeLessThan(2_500)
    expect(html).toContain('href="/auth/oidc/start?to=%2Fcatalog"')
    expect(await refusals()).toHaveLength(1)
    expect((await browser.back(await browser.there('/auth/oidc/start'))).status).toBe(status)
  })

  test('it is not echoed to somebody who did not begin a sign-in', async () => {
    const { browser } = await scene()
    const { status, body } = await browser.open('/auth/oidc/callback?error=access_denied&error_description=call-0800')
    expect(status).toBe(403)
    expect(body).not.toContain('call-0800')
  })
})

describe('a provider that does not answer', () => {
  test('has a page with another try; the portal does not care', async () => {
    const { browser, fake, portal, refusals } = await scene()
    fake.mood = (response) => response.writeHead(503).end()
    const { status, region } = await browser.open('/auth/oidc/start?to=/catalog')
    expect(status).toBe(502)
    expect(region('access-refused').text).toMatch(/^Sign-in with single sign-on does not work at the moment/)
    expect(region('access-refused').html).toContain('href="/auth/oidc/start?to=%2Fcatalog"')
    expect((await refusals())[0]).toContain('single sign-on')
    expect((await portal.get('/readyz')).status).toBe(200)
    fake.mood = undefined
    expect((await browser.signIn('/auth/oidc/start')).status).toBe(303)
  })

  test('that breaks off while a code is redeemed has one too', async () => {
    const { browser, fake } = await scene()
    const back = await browser.there('/auth/oidc/start')
    fake.mood = (response) => response.destroy()
    const { status, text } = await browser.back(back)
    expect([status, text.includes('broke the connection off')]).toEqual([502, true])
  })

  test('in a network that may not be asked says which line to add', async () => {
    const { browser, outside } = await scene()
    outside.names['id.acme.dev'] = ['10.0.0.7']
    const { status, text } = await browser.open('/auth/oidc/start')
    expect([status, text.includes('add id.acme.dev to outbound.allowPrivate')]).toEqual([502, true])
  })

  test('a mistake of the portal itself is none of the provider', async () => {
    const broken: SignInProvider = {
      ...{ id: 'broken', title: 'Broken', icon: 'lock', callback: 'own', options: {} },
      open: () => ({
        address: async () => {
          throw new TypeError('oops')
        },
        profile: async () => {
          throw new PortalError('internal', 'never')
        },
      }),
    }
    const { portal, refusals, close } = await stage({ providers: [broken], fakes: {} })
    onTestFinished(close)
    expect((await portal.get('/auth/broken/start')).status).toBe(500)
    expect(await refusals()).toEqual([])
  })
})

describe('Google', () => {
  const domain = 'acme.dev'
  const address = 'https://accounts.google.com'

  test('with a domain lets in its accounts alone, whatever was asked for', async () => {
    const fake = new FakeIssuer(address)
    const fakes = { 'accounts.google.com': fake }
    const { browser, refusals, came, close } = await stage({ providers: [google({ ...client, domain })], fakes })
    onTestFinished(close)
    const one = browser()
    const { headers } = await one.open('/auth/google/start')
    expect(new URL(String(headers.location)).searchParams.get('hd')).toBe(domain)
    for (const hd of [undefined, 'evil.example', 'acme.dev.evil.example']) {
      fake.alter = (claims) => ({ ...claims, ...(hd && { hd }) })
      const { status, text } = await one.signIn('/auth/google/start')
      // There is no other way.
      expect([status, text.includes('Try again'), text.includes('Other ways')]).toEqual([403, true, false])
    }
    expect(await refusals()).toEqual(Array(3).fill('account of another domain'))
    fake.alter = (claims) => ({ ...claims, hd: 'ACME.dev' })
    expect((await one.signIn('/auth/google/start')).status).toBe(303)
    expect(await came()).toEqual(['user:default/anna'])
  })
})

describe('Microsoft', () => {
  const host = 'login.microsoftonline.com'

  test('is known by the domain of the tenant too, which it calls by its id', async () => {
    const fake = new FakeIssuer(`https://${host}/8f3c2b1a-0000-4000-8000-1234567890ab/v2.0`)
    const providers = [microsoft({ ...client, tenant: 'acme.onmicrosoft.com' })]
    const { browser, came, refusals, close } = await stage({ providers, fakes: { [host]: fake } })
    onTestFinished(close)
    expect((await browser().signIn('/auth/microsoft/start')).status).toBe(303)
    expect(await came()).toEqual(['user:default/anna'])
    fake.alter = (claims) => ({ ...claims, iss: `https://${host}/another-tenant/v2.0`, tid: 'another-tenant' })
    expect((await browser().signIn('/auth/microsoft/start')).status).toBe(403)
    expect(await refusals()).toEqual(['wrong issuer'])
  })

  test('of every tenant is not used, by whatever name', async () => {
    const issuer = `https://${host}/organizations/v2.0`
    const fake = new FakeIssuer(issuer)
    fake.metadata = { issuer: `https://${host}/{tenantid}/v2.0` }
    const { browser, close } = await stage({ providers: [oidc({ ...client, issuer })], fakes: { [host]: fake } })
    onTestFinished(close)
    const { status, text } = await browser().open('/auth/oidc/start')
    expect([status, text.includes('anybody could be anyone')]).toEqual([502, true])
  })
})
