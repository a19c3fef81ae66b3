import { createHash } from 'node:crypto'
import { get, type IncomingMessage } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../../api/env.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { Outside } from '../../../platform/http-client/fixtures/outside.ts'
import { FakeGithub } from '../fixtures/github.ts'
import { FakeIssuer } from '../fixtures/issuer.ts'
import { github } from './github.ts'
import { oidc } from './oidc.ts'
import { gitlab, google, keycloak, microsoft, okta } from './presets.ts'
import type { Beginning, SignInProvider } from './provider.ts'
import { Unproven } from './unproven.ts'

// What every way through another system promises, run against one that speaks its protocol over a real socket.

const secret = new Secret('TEST', 'the-secret-of-the-client')
const client = { clientId: 'callboard', clientSecret: secret }
const tenant = '8f3c2b1a-0000-4000-8000-1234567890ab'

interface Subject {
  provider: SignInProvider
  fake: () => FakeIssuer | FakeGithub
  /** Hosts that may be asked. */
  hosts: string[]
  id: string
  /** The subject, if it is not u-1. */
  subject?: string
  annotations?: Record<string, string>
}

const subjects: Record<string, Subject> = {
  github: {
    ...{
      provider: github(client),
      fake: () => new FakeGithub(),
      hosts: ['github.com', 'api.github.com'],
      id: 'github',
    },
    subject: '4711',
    annotations: { 'github.com/user-login': 'anna', 'github.com/user-id': 'U_kgDOABCDEF' },
  },
  'github enterprise': {
    provider: github({ ...client, id: 'ghe', title: 'Acme', host: 'git.acme.dev:8443' }),
    ...{ fake: () => new FakeGithub(), hosts: ['git.acme.dev:8443'], id: 'ghe', subject: '4711' },
    annotations: { 'github.com/user-login': 'anna', 'github.com/user-id': 'U_kgDOABCDEF' },
  },
  oidc: ofIssuer(
    'oidc',
    'https://id.acme.dev/x',
    (issuer) => oidc({ ...client, issuer, annotations: { 'acme.dev/id': 'sub' } }),
    { 'acme.dev/id': 'u-1' },
  ),
  google: ofIssuer('google', 'https://accounts.google.com', () => google(client), {
    'google.com/email': 'anna@example.com',
  }),
  microsoft: ofIssuer(
    'microsoft',
    `https://login.microsoftonline.com/${tenant}/v2.0`,
    () => microsoft({ ...client, tenant }),
    { 'graph.microsoft.com/user-id': 'oid-1', 'microsoft.com/email': 'anna@example.com' },
  ),
  gitlab: ofIssuer('gitlab', 'https://gitlab.com', () => gitlab(client), { 'gitlab.com/user-id': 'u-1' }),
  'own gitlab': ofIssuer('gitlab', 'https://git.acme.dev', () => gitlab({ ...client, host: 'git.acme.dev' }), {
    'git.acme.dev/user-id': 'u-1',
  }),
  keycloak: ofIssuer(
    'keycloak',
    'https://id.acme.dev/realms/acme',
    () => keycloak({ ...client, url: 'https://id.acme.dev/', realm: 'acme' }),
    { 'keycloak.org/id': 'u-1' },
  ),
  okta: ofIssuer(
    'okta',
    'https://acme.okta.com/oauth2/default',
    () => okta({ ...client, domain: 'acme.okta.com', server: 'default' }),
    { 'okta.com/email': 'anna@example.com' },
  ),
}

function ofIssuer(
  id: string,
  issuer: string,
  make: (issuer: string) => SignInProvider,
  annotations: Record<string, string>,
): Subject {
  const fake = () => {
    const one = new FakeIssuer(issuer)
    one.person.oid = 'oid-1'
    return one
  }
  return { provider: make(issuer), fake, hosts: [new URL(issuer).host], id, annotations }
}

const beginning = (id: string): Beginning => ({
  state: 's'.repeat(43),
  nonce: 'n'.repeat(43),
  verifier: 'v'.repeat(43),
  redirectUri: `https://portal.acme.dev/auth/${id}/callback`,
})

let outside: Outside
beforeEach(async () => {
  outside = await Outside.open()
})
afterEach(() => outside.close())

describe.each(Object.entries(subjects))(
  '%s',
  (_, { provider, fake: make, hosts, id, subject = 'u-1', annotations }) => {
    function opened(options: Parameters<Outside['client']>[0] = {}) {
      const fake = make()
      outside.handler = fake.handle
      const ctx = { http: outside.client(options), now: () => new Date() } as unknown as PluginContext
      return { fake, way: provider.open({ ctx, baseUrl: 'https://portal.acme.dev' }) }
    }
    const none = new AbortController().signal

    /** Goes there as a browser does, and comes back. */
    async function answerOf(address: string): Promise<URL> {
      const url = new URL(address)
      const path = url.pathname + url.search
      const { headers } = await new Promise<IncomingMessage>((resolve, reject) => {
        get({ host: '127.0.0.1', port: outside.port, path, headers: { host: url.host } }, resolve).on('error', reject)
      })
      return new URL(headers.location ?? '')
    }

    test('is found by its id, and shows no secret', () => {
      expect(provider.id).toBe(id)
      expect(provider.title.length).toBeGreaterThan(2)
      expect(JSON.stringify(provider.options)).toContain('callboard')
      expect(JSON.stringify(provider.options)).not.toContain(secret.reveal())
    })

    test('asks nobody before somebody signs in', () => {
      opened()
      expect(outside.requests).toEqual([])
    })

    test('sends the browser there with state and PKCE, and without anything secret', async () => {
      const { way } = opened()
      const given = beginning(id)
      const address = new URL(await way.address(given))
      const asked = Object.fromEntries(address.searchParams)
      expect(address.protocol).toBe('https:')
      expect(hosts).toContain(address.host)
      expect(asked).toMatchObject({
        client_id: 'callboard',
        response_type: 'code',
        redirect_uri: given.redirectUri,
        state: given.state,
        code_challenge: createHash('sha256').update(given.verifier).digest('base64url'),
        code_challenge_method: 'S256',
      })
      expect(address.href).not.toContain(given.verifier)
      expect(address.href).not.toContain(secret.reveal())
      if (!id.startsWith('gith') && id !== 'ghe') expect(asked).toMatchObject({ nonce: given.nonce })
    })

    test('asks who one is where one wants to be somebody else', async () => {
      const { way } = opened()
      const prompt = async (other: boolean) =>
        new URL(await way.address({ ...beginning(id), other })).searchParams.get('prompt')
      const asking = {
        github: 'select_account',
        ghe: 'select_account',
        google: 'select_account',
        microsoft: 'select_account',
      }
      const expected = id === 'gitlab' ? null : (asking[id as keyof typeof asking] ?? 'login')
      expect([await prompt(false), await prompt(true)]).toEqual([null, expected])
    })

    test('says who it is that came back', async () => {
      const { way, fake } = opened()
      const given = beginning(id)
      const profile = await way.profile(await answerOf(await way.address(given)), given, none)
      expect(profile).toEqual({
        provider: id,
        subject,
        login: 'anna',
        name: 'Anna Owner',
        email: 'anna@example.com',
        emailVerified: true,
        annotations,
      })
      expect(fake.redeemed.map((form) => form.get('code_verifier'))).toEqual([given.verifier])
      expect(outside.requests.every(({ host }) => hosts.includes(host))).toBe(true)
    })

    test('a code that was redeemed, or that another browser got, proves nothing', async () => {
      const { way } = opened()
      const given = beginning(id)
      const answer = await answerOf(await way.address(given))
      const stranger = { ...given, verifier: 'x'.repeat(43) }
      await expect(way.profile(answer, stranger, none)).rejects.toMatchObject({ reason: 'code not accepted' })
      await expect(way.profile(answer, given, none)).rejects.toBeInstanceOf(Unproven)
    })

    test('another state than the one that was sent proves nothing', async () => {
      const { way, fake } = opened()
      const given = beginning(id)
      const answer = await answerOf(await way.address(given))
      const other = { ...given, state: 'z'.repeat(43) }
      await expect(way.profile(answer, other, none)).rejects.toMatchObject({ reason: 'not an answer of this issuer' })
      expect(fake.redeemed).toEqual([])
    })

    test('a secret that is not accepted is a mistake of the configuration', async () => {
      const { way, fake } = opened()
      const given = beginning(id)
      const answer = await answerOf(await way.address(given))
      Object.assign(fake.client, { secret: 'another' })
      await expect(way.profile(answer, given, none)).rejects.toMatchObject({
        code: 'upstream',
        message: expect.stringContaining('client id or secret'),
        hint: expect.stringContaining('clientSecret'),
      })
    })

    test.each([
      ['is down', 503, 'gone', 'application/json'],
      ['speaks HTML', 200, '<h1>Welcome</h1>', 'text/html'],
      ['answers without an end', 200, `{"issuer":"${'x'.repeat(600_000)}"}`, 'application/json'],
    ])('where it %s, that is said and nothing else happens', async (_what, status, body, type) => {
      const { way, fake } = opened()
      const given = beginning(id)
      const answer = await answerOf(await way.address(given))
      fake.mood = (response) => response.writeHead(status, { 'content-type': type }).end(body)
      const error = await way.profile(answer, given, none).catch((one: unknown) => one)
      expect(error).toMatchObject({ code: 'upstream', message: expect.stringContaining(provider.title) })
    })

    test('in a network of its own it is asked only where the configuration says so, and the error names the line', async () => {
      for (const host of hosts) outside.names[new URL(`https://${host}`).hostname] = ['10.0.0.7']
      const given = beginning(id)
      const { way } = opened()
      const answer = new URL(`${given.redirectUri}?code=c&state=${given.state}`)
      const error = await way.profile(answer, given, none).catch((one: unknown) => one)
      expect(error).toMatchObject({ code: 'upstream', hint: expect.stringContaining('outbound.allowPrivate') })
      expect(outside.requests).toEqual([])
      const allowed = opened({ allowPrivate: hosts.map((host) => new URL(`https://${host}`).hostname) })
      const back = await answerOf(await allowed.way.address(given))
      expect(await allowed.way.profile(back, given, none)).toMatchObject({ subject })
    })
  },
)
