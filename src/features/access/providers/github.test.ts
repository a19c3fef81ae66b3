import { get, type IncomingMessage } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Secret } from '../../../api/env.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { Outside } from '../../../platform/http-client/fixtures/outside.ts'
import { FakeGithub } from '../fixtures/github.ts'
import type { Profile } from '../profile.ts'
import { github } from './github.ts'

const client = { clientId: 'callboard', clientSecret: new Secret('TEST', 'the-secret-of-the-client') }

let outside: Outside
let hub: FakeGithub
beforeEach(async () => {
  outside = await Outside.open()
  hub = new FakeGithub()
  outside.handler = hub.handle
})
afterEach(() => outside.close())

async function signIn(options: Partial<Parameters<typeof github>[0]> = {}): Promise<Profile> {
  const ctx = { http: outside.client(), now: () => new Date() } as unknown as PluginContext
  const baseUrl = 'https://portal.acme.dev'
  const way = github({ ...client, ...options }).open({ ctx, baseUrl })
  const given = {
    state: 's'.repeat(43),
    nonce: '',
    verifier: 'v'.repeat(43),
    redirectUri: `${baseUrl}/auth/github/callback`,
  }
  const url = new URL(await way.address(given))
  const { headers } = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = { host: '127.0.0.1', port: outside.port, path: url.pathname + url.search, headers: { host: url.host } }
    get(sent, resolve).on('error', reject)
  })
  return way.profile(new URL(headers.location ?? ''), given, new AbortController().signal)
}

test('only the first address counts, and only if GitHub has checked it', async () => {
  expect(await signIn()).toMatchObject({ email: 'anna@example.com', emailVerified: true })
  hub.emails = [{ email: 'boss@example.com', primary: true, verified: false }]
  expect(await signIn()).not.toHaveProperty('email')
  hub.user.email = 'boss@example.com'
  expect(await signIn()).not.toHaveProperty('email')
})

test('an app without the right to addresses still says who it is', async () => {
  expect(await signIn({ scopes: ['read:user'] })).toEqual({
    provider: 'github',
    subject: '4711',
    login: 'anna',
    name: 'Anna Owner',
    annotations: { 'github.com/user-login': 'anna', 'github.com/user-id': 'U_kgDOABCDEF' },
  })
})

test('who changes their login stays the same, and a name may be missing', async () => {
  hub.user = { id: 4711, login: 'anna-new', name: null }
  expect(await signIn()).toMatchObject({ subject: '4711', login: 'anna-new' })
  hub.user = { login: 'anna' }
  await expect(signIn()).rejects.toMatchObject({ code: 'upstream', message: expect.stringContaining('/user answered') })
})

test('with organisations, only their members come in', async () => {
  const organisations = ['acme', 'acme-labs']
  await expect(signIn({ organisations })).rejects.toMatchObject({
    reason: 'not in the organisation',
    who: 'anna',
    message: expect.stringContaining('acme, acme-labs'),
  })
  hub.organisations = { 'acme-labs': 'pending' }
  await expect(signIn({ organisations })).rejects.toMatchObject({ reason: 'not in the organisation' })
  hub.organisations = { 'acme-labs': 'active' }
  expect(await signIn({ organisations })).toMatchObject({ login: 'anna' })
  hub.organisations = { other: 'active' }
  await expect(signIn({ organisations })).rejects.toMatchObject({ reason: 'not in the organisation' })
  expect(hub.asked).toContain('/user/memberships/orgs/acme')
})

test.each([
  ['github.com', 'api.github.com', ''],
  ['acme.ghe.com', 'api.acme.ghe.com', ''],
  ['git.acme.dev', 'git.acme.dev', '/api/v3'],
])('the API of %s is at %s%s', async (host, api, path) => {
  await signIn({ host })
  const asked = outside.requests.map((request) => `${request.host}${request.url}`)
  expect(asked).toContain(`${api}${path}/user`)
})

test('anybody may have an account at github.com alone', () => {
  const worldwide = (options: object) => github({ ...client, ...options }).worldwide
  expect([worldwide({}), worldwide({ organisations: ['acme'] }), worldwide({ host: 'git.acme.dev' })]).toEqual([
    true,
    false,
    false,
  ])
})
