import { generateKeyPair, type JWTPayload } from 'jose'
import { describe, expect, test } from 'vitest'
import { type FakeIssuer, strangersKey, unsigned } from './fixtures/issuer.ts'
import { issuer, scenes } from './fixtures/scene.ts'

// ID tokens as nobody should send them, signed by a provider that signs what the test says.

const scene = scenes()

type Mischief = (fake: FakeIssuer) => void
const claims =
  (changed: JWTPayload): Mischief =>
  (fake) => {
    fake.alter = (honest) => ({ ...honest, ...changed })
  }
const without =
  (claim: string): Mischief =>
  (fake) => {
    fake.alter = ({ [claim]: _gone, ...rest }) => rest
  }
const seconds = (fake: FakeIssuer, delta: number) => Math.floor(fake.now() / 1000) + delta

const refused: Record<string, [reason: string, mischief: Mischief]> = {
  'another nonce': ['wrong nonce', claims({ nonce: 'n'.repeat(43) })],
  'no nonce': ['a claim is missing', without('nonce')],
  'another issuer': ['wrong issuer', claims({ iss: 'https://evil.example' })],
  'the issuer with a slash': ['wrong issuer', claims({ iss: `${issuer}/` })],
  'another audience': ['wrong audience', claims({ aud: 'another-client' })],
  'several audiences, and authorised for another': ['wrong audience', claims({ aud: ['callboard', 'b'], azp: 'b' })],
  'an end that has been': ['expired', (fake) => claims({ exp: seconds(fake, -120) })(fake)],
  'no end': ['a claim is missing', without('exp')],
  'a beginning that is to come': ['not yet valid', (fake) => claims({ nbf: seconds(fake, 300) })(fake)],
  'no subject': ['a claim is missing', without('sub')],
  'an empty subject': ['no usable subject', claims({ sub: '' })],
  'no signature and alg none': [
    'signed in a way that is not accepted',
    (fake) => {
      fake.sign = async (honest) => unsigned(honest)
    },
  ],
  'no signature and alg nOnE': [
    'signed in a way that is not accepted',
    (fake) => {
      fake.sign = async (honest) => unsigned(honest, { alg: 'nOnE' })
    },
  ],
  'no signature and alg RS256': [
    'wrong signature',
    (fake) => {
      fake.sign = async (honest) => unsigned(honest, { alg: 'RS256', kid: (await fake.key()).kid })
    },
  ],
  'HS256 with the secret of the client': [
    'signed in a way that is not accepted',
    (fake) => {
      fake.sign = (honest) => fake.signedWith('client', honest)
    },
  ],
  'HS256 with the public key': [
    'signed in a way that is not accepted',
    (fake) => {
      fake.sign = (honest) => fake.signedWith('public key', honest)
    },
  ],
  "a stranger's key under the name of the right one": [
    'wrong signature',
    (fake) => {
      fake.sign = async (honest) => fake.signed(honest, { key: await strangersKey() })
    },
  ],
  "a stranger's key under a name of its own": [
    'signed with an unknown key',
    (fake) => {
      fake.sign = async (honest) => fake.signed(honest, { key: await strangersKey(), header: { kid: 'mine' } })
    },
  ],
  'an algorithm that the provider does not announce': [
    'signed in a way that is not accepted',
    (fake) => {
      fake.sign = async (honest) => {
        const { privateKey } = await generateKeyPair('ES256')
        return fake.signed(honest, { key: privateKey, header: { alg: 'ES256' } })
      }
    },
  ],
  'a signature of another token': [
    'wrong signature',
    (fake) => {
      fake.sign = async (honest) => {
        const [header, , signature] = (await fake.signed({ ...honest, sub: 'u-2' })).split('.')
        return [header, Buffer.from(JSON.stringify(honest)).toString('base64url'), signature].join('.')
      }
    },
  ],
  'no ID token at all': [
    'no ID token that can be read',
    (fake) => {
      fake.sign = async () => undefined
    },
  ],
  'an ID token that is none': [
    'no ID token that can be read',
    (fake) => {
      fake.sign = async () => 'a.b.c'
    },
  ],
  'the answer of another issuer (RFC 9207)': [
    'not an answer of this issuer',
    (fake) => {
      fake.back = (url) => url.searchParams.set('iss', 'https://evil.example')
    },
  ],
  'an answer without the issuer that it announces (RFC 9207)': [
    'not an answer of this issuer',
    (fake) => {
      fake.back = (url) => url.searchParams.delete('iss')
    },
  ],
}

test.each(Object.entries(refused))('%s is refused, with a page and in the audit', async (_, [reason, mischief]) => {
  const { browser, fake, came, refusals } = await scene()
  mischief(fake)
  const answer = await browser.signIn('/auth/oidc/start?to=/catalog')
  expect(answer.status).toBe(403)
  expect(answer.region('access-refused').text).toMatch(/^You are not signed in .+ Try again Other ways to sign in/)
  expect(await refusals()).toEqual([reason])
  expect(await came()).toEqual([])
  expect(answer.headers['set-cookie']).toBeUndefined()
})

describe('accepted', () => {
  test('a key that was changed a moment ago, also while somebody signs in', async () => {
    const { browser, fake, came } = await scene()
    expect((await browser.signIn('/auth/oidc/start')).status).toBe(303)
    fake.rotate()
    expect((await browser.signIn('/auth/oidc/start')).status).toBe(303)
    const back = await browser.there('/auth/oidc/start')
    fake.rotate()
    expect((await browser.back(back)).status).toBe(303)
    expect(await came()).toHaveLength(3)
  })

  test('clocks that differ by less than half a minute', async () => {
    const { browser, fake } = await scene()
    claims({ exp: seconds(fake, -20), nbf: seconds(fake, 20) })(fake)
    expect((await browser.signIn('/auth/oidc/start')).status).toBe(303)
  })

  test('one of several audiences', async () => {
    const { browser, fake } = await scene()
    claims({ aud: ['callboard', 'another'], azp: 'callboard' })(fake)
    expect((await browser.signIn('/auth/oidc/start')).status).toBe(303)
  })
})

describe('discovery', () => {
  const asked = (fake: FakeIssuer) => fake.asked.filter((one) => one === 'openid-configuration').length

  test('is asked once an hour, once by many at a time, and again after a key that nobody knows', async () => {
    const { browser, fake, another, pass } = await scene()
    await Promise.all(Array.from({ length: 5 }, () => another().there('/auth/oidc/start')))
    expect(asked(fake)).toBe(1)
    pass(59 * 60_000)
    await browser.signIn('/auth/oidc/start')
    expect(asked(fake)).toBe(1)
    pass(2 * 60_000)
    await browser.signIn('/auth/oidc/start')
    expect(asked(fake)).toBe(2)
    fake.sign = async (honest) => fake.signed(honest, { header: { kid: 'new' } })
    await browser.signIn('/auth/oidc/start')
    await browser.there('/auth/oidc/start')
    expect(asked(fake)).toBe(3)
  })

  test.each([
    ['calls itself otherwise', { issuer: 'https://other.acme.dev' }, 'cannot be used'],
    ['answers for every tenant', { issuer: `${issuer}/{tenantid}` }, 'cannot be used'],
    [
      'signs with shared secrets alone',
      { id_token_signing_alg_values_supported: ['HS256'] },
      'signs its ID tokens in no way',
    ],
    ['sends browsers to a script', { authorization_endpoint: 'javascript:alert(1)' }, 'cannot be used'],
    ['sends browsers to plain http', { authorization_endpoint: 'http://id.acme.dev/authorize' }, 'cannot be used'],
    ['has no place for codes', { token_endpoint: undefined }, 'cannot be used'],
  ])('a provider that %s is not used', async (_, metadata, text) => {
    const { browser, fake, refusals, came } = await scene()
    fake.metadata = metadata
    const first = await browser.open('/auth/oidc/start')
    const answer = first.status === 303 ? await browser.signIn('/auth/oidc/start') : first
    expect(answer.status).toBe(502)
    expect(answer.region('access-refused').text).toContain(text)
    expect(await refusals()).toHaveLength(1)
    expect(await came()).toEqual([])
  })
})

test('what is not in the ID token is asked for, and cannot be of somebody else', async () => {
  const { browser, fake, came, profile, refusals } = await scene()
  fake.person = { sub: 'u-1' }
  fake.more = { name: 'Anna Owner', email: 'anna@example.com', email_verified: true }
  await browser.signIn('/auth/oidc/start')
  expect(profile('u-1')).toMatchObject({ name: 'Anna Owner', email: 'anna@example.com', emailVerified: true })
  fake.person = { sub: 'u-1', email: 'own@example.com', preferred_username: 'anna' }
  fake.more = { email: 'anna@example.com', email_verified: true, preferred_username: 'boss' }
  expect((await browser.signIn('/auth/oidc/start')).status).toBe(303)
  expect(profile('u-1')).toMatchObject({ login: 'anna', email: 'own@example.com', emailVerified: false })
  fake.more = { email: 'own@example.com', email_verified: true }
  await browser.signIn('/auth/oidc/start')
  expect(profile('u-1')).toMatchObject({ email: 'own@example.com', emailVerified: true })
  fake.more = { sub: 'u-2', name: 'Somebody Else' }
  const { status } = await browser.signIn('/auth/oidc/start')
  expect([status, (await came()).length]).toEqual([502, 3])
  expect(await refusals()).toHaveLength(1)
})
