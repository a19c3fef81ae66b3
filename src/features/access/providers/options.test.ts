import { describe, expect, test } from 'vitest'
import { Secret } from '../../../api/env.ts'
import { messageOf } from '../../../api/errors.ts'
import { github } from './github.ts'
import { oidc } from './oidc.ts'
import { gitlab, google, keycloak, microsoft, okta } from './presets.ts'

const clientSecret = new Secret('TEST', 'x')
const client = { clientId: 'callboard', clientSecret }
const issuer = 'https://id.acme.dev'

describe('mistakes are told at their place', () => {
  const unset = undefined as never
  const mistakes: Record<string, [() => unknown, string]> = {
    'a client id from a variable that is not set': [() => github({ ...client, clientId: unset }), 'set that'],
    'a secret as a text': [() => github({ ...client, clientSecret: 'gho_x' as never }), "secret('CLIENT_SECRET')"],
    'a secret that is not set': [() => github({ clientId: 'a', clientSecret: unset }), 'set that variable'],
    'an optional secret that is not set': [
      () => oidc({ issuer, ...client, clientSecret: unset }),
      'clientSecret is not set',
    ],
    'the same of a preset': [() => google({ ...client, clientSecret: unset }), 'clientSecret is not set'],
    'an id with a slash': [() => oidc({ issuer, ...client, id: 'a/b' }), 'lower-case letters'],
    'an id that is taken': [() => oidc({ issuer, ...client, id: 'local' }), 'mean something else'],
    'an unknown option': [() => oidc({ issuer, ...client, isuer: 'x' } as never), 'isuer'],
    'an issuer without a scheme': [() => oidc({ ...client, issuer: 'id.acme.dev' }), 'as the provider gives it'],
    'an issuer with a query': [() => oidc({ ...client, issuer: `${issuer}?x` }), 'as the provider gives it'],
    'an issuer with a password': [
      () => oidc({ ...client, issuer: 'https://a:b@id.acme.dev' }),
      'as the provider gives it',
    ],
    'a host with a path': [() => gitlab({ ...client, host: 'git.acme.dev/x' }), 'such as git.acme.dev'],
    'a host for many': [() => github({ ...client, host: '*.acme.dev' }), 'such as git.acme.dev'],
    'no organisation': [() => github({ ...client, organisations: [] }), 'organisations'],
    'a scope with a space': [() => oidc({ issuer, ...client, scopes: ['a b'] }), 'no spaces'],
    'the tenant of everybody': [() => microsoft({ ...client, tenant: 'Common' }), 'lets anybody be anyone'],
    'the tenant of personal accounts': [
      () => microsoft({ ...client, tenant: '9188040d-6c67-4c5b-b112-36a304b66dad' }),
      'lets anybody be anyone',
    ],
    'a realm without an address': [() => keycloak({ ...client, realm: 'acme' }), 'either issuer, or url and realm'],
    'a realm twice': [
      () => keycloak({ ...client, issuer, url: issuer, realm: 'acme' }),
      'either issuer, or url and realm',
    ],
    'an Okta with a scheme': [() => okta({ ...client, domain: 'https://acme.okta.com' }), 'such as git.acme.dev'],
    'a domain that is none': [() => google({ ...client, domain: 'acme' }), 'such as acme.dev'],
  }

  test.each(Object.entries(mistakes))('%s', (_, [make, text]) => {
    let message = ''
    try {
      make()
    } catch (error) {
      message = messageOf(error)
    }
    expect(message).toContain(text)
  })
})

test('what anybody in the world can have an account at is known as that', () => {
  const ways = {
    google: google(client),
    'google of a domain': google({ ...client, domain: 'acme.dev' }),
    'google by its issuer': oidc({ ...client, issuer: 'https://accounts.google.com' }),
    microsoft: microsoft({ ...client, tenant: 'acme.onmicrosoft.com' }),
    gitlab: gitlab(client),
    'own gitlab': gitlab({ ...client, host: 'git.acme.dev' }),
    keycloak: keycloak({ ...client, url: issuer, realm: 'acme' }),
    okta: okta({ ...client, domain: 'acme.okta.com' }),
    oidc: oidc({ ...client, issuer }),
    'oidc that says so': oidc({ ...client, issuer, worldwide: true }),
  }
  const worldwide = Object.entries(ways).filter(([, { worldwide }]) => worldwide)
  expect(worldwide.map(([name]) => name)).toEqual(['google', 'google by its issuer', 'gitlab', 'oidc that says so'])
})

test('ids and titles may be chosen, and say what they are otherwise', () => {
  const { id, title, callback } = gitlab({ ...client, id: 'lab', title: 'Lab', callback: 'backstage' })
  expect([id, title, callback]).toEqual(['lab', 'Lab', 'backstage'])
  const usual = [oidc({ ...client, issuer }), google(client), github(client)]
  expect(usual.map(({ id, title, callback }) => [id, title, callback])).toEqual([
    ['oidc', 'single sign-on', 'own'],
    ['google', 'Google', 'own'],
    ['github', 'GitHub', 'own'],
  ])
})
