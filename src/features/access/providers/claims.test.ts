import { expect, test } from 'vitest'
import { profileOf } from './claims.ts'

const rules = { id: 'oidc', title: 'Acme', annotations: {}, trustEmail: false }
const claims = { sub: 'u-1', email: 'anna@example.com' }

test.each([
  [{ email_verified: true }, false, true],
  [{ email_verified: 'true' }, false, true],
  [{ email_verified: false }, true, false],
  [{ email_verified: 'false' }, true, false],
  [{ email_verified: 1 }, true, false],
  [{}, false, false],
  [{}, true, true],
])('an address with %j, trusted: %s, counts as checked: %s', (given, trustEmail, checked) => {
  const annotations = { 'google.com/email': 'email' }
  const profile = profileOf({ ...claims, ...given }, { ...rules, trustEmail, annotations })
  expect(profile.emailVerified).toBe(checked)
  expect(profile.annotations).toEqual(checked ? { 'google.com/email': 'anna@example.com' } : undefined)
})

test('two people are never made one: a subject is taken as it is, or not at all', () => {
  expect(profileOf({ sub: ' u-1\u200b ' }, rules).subject).toBe(' u-1\u200b ')
  for (const sub of ['', 'x'.repeat(256), 7, null, undefined, ['u-1']]) {
    expect(() => profileOf({ sub }, rules)).toThrow('does not say who it is')
  }
})

test('names are lines to be read, and what is none is left out', () => {
  const hostile = {
    name: 'Anna\u202e\u0000 Owner\n',
    preferred_username: { a: 1 },
    nickname: ' anna ',
    email: 'x'.repeat(400),
  }
  expect(profileOf({ sub: 'u-1', ...hostile }, rules)).toEqual({
    provider: 'oidc',
    subject: 'u-1',
    login: 'anna',
    name: 'Anna Owner',
  })
  expect(profileOf({ sub: 'u-1', given_name: 'Anna', family_name: 'Owner' }, rules).name).toBe('Anna Owner')
})

test('claims stand for annotations, numbers too', () => {
  const annotations = { 'acme.dev/number': 'employee', 'acme.dev/none': 'missing', 'acme.dev/list': 'groups' }
  const profile = profileOf({ sub: 'u-1', employee: 17, groups: ['a'] }, { ...rules, annotations })
  expect(profile.annotations).toEqual({ 'acme.dev/number': '17' })
})
