import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestPortal, testPortal } from '../../testing/index.ts'
import { type PeopleDirectory, peopleDirectory } from '../catalog/contract.ts'
import { type MatchRule, matchRules } from './config.ts'
import { matchUser } from './matching.ts'
import type { Profile } from './profile.ts'

const user = (
  name: string,
  { email, annotations = {}, ...metadata }: Record<string, unknown> = {},
  spec: object = {},
) =>
  JSON.stringify({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: { name, annotations, ...metadata },
    spec: { memberOf: [], ...(email !== undefined && { profile: { email } }), ...spec },
  })
const group = (name: string, spec: object) =>
  JSON.stringify({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: { name },
    spec: { type: 'team', children: [], ...spec },
  })

const files = {
  'users.yaml': [
    user('ada', { email: 'Ada@Acme.dev', annotations: { 'github.com/user-login': 'ada-l' } }),
    user('ben', { email: 'ben@acme.dev' }),
    user('Carl.Otto', {}),
    user('dora', { email: 'shared@acme.dev' }),
    user('emil', { email: 'shared@acme.dev' }),
    user('fred', { annotations: { 'github.com/user-login': 'twin' } }),
    user('gina', { annotations: { 'github.com/user-login': 'twin' } }),
    user('hugo', { annotations: { 'keycloak.org/id': 'AbC' } }),
    user('ida', {}),
    user('ida', { namespace: 'other' }),
    user('k', { email: 'k@acme.dev' }),
    user('lea', {}, { memberOf: ['leaf', 'nowhere'] }),
  ].join('\n---\n'),
  'groups.yaml': [
    group('leaf', { parent: 'middle' }),
    group('middle', {}),
    group('top', { children: ['middle'], members: [] }),
    group('listed', { members: ['lea'] }),
    group('circle-a', { parent: 'circle-b', members: ['ben'] }),
    group('circle-b', { parent: 'circle-a' }),
  ].join('\n---\n'),
}

let portal: TestPortal
let directory: PeopleDirectory
beforeAll(async () => {
  portal = await testPortal({ files })
  directory = portal.portal.services.use(peopleDirectory, 'the test')
})
afterAll(() => portal.close())

const match = (profile: Partial<Profile>, rules: readonly MatchRule[] = matchRules, worldwide = false) =>
  matchUser({ provider: 'x', subject: '1', ...profile }, rules, directory, { worldwide })
const found = (...args: Parameters<typeof match>) => match(...args).user?.ref
const github = (login: string): Partial<Profile> => ({ login, annotations: { 'github.com/user-login': login } })
const verified = (email: string): Partial<Profile> => ({ email, emailVerified: true })

describe('the rule', () => {
  test.each<[string, Partial<Profile>, MatchRule[], string | undefined]>([
    ['annotation', github('ada-l'), ['annotation'], 'user:default/ada'],
    ['annotation, whose logins are the same in every letter case', github('Ada-L'), ['annotation'], 'user:default/ada'],
    ['annotation, with an id', { annotations: { 'keycloak.org/id': 'AbC' } }, ['annotation'], 'user:default/hugo'],
    ['annotation, whose ids are not', { annotations: { 'keycloak.org/id': 'abc' } }, ['annotation'], undefined],
    ['annotation, of another name', { annotations: { 'gitlab.com/user-login': 'ada-l' } }, ['annotation'], undefined],
    ['annotation, blank', { annotations: { 'github.com/user-login': ' ' } }, ['annotation'], undefined],
    ['email', verified('ben@acme.dev'), ['email'], 'user:default/ben'],
    ['email, in another letter case', verified('ADA@acme.DEV'), ['email'], 'user:default/ada'],
    ['email, with a suffix', verified('ben+portal@acme.dev'), ['email'], 'user:default/ben'],
    ['email, not verified', { email: 'ben@acme.dev' }, ['email'], undefined],
    ['email, said to be not verified', { email: 'ben@acme.dev', emailVerified: false }, ['email'], undefined],
    ['email, of another domain', verified('ben@evil.dev'), ['email'], undefined],
    ['email, with a Kelvin sign for a k', verified('\u212A@acme.dev'), ['email'], undefined],
    ['email, that is none', verified('ben'), ['email'], undefined],
    ['email-name', verified('carl.otto@acme.dev'), ['email-name'], 'user:default/carl.otto'],
    ['email-name, not verified', { email: 'carl.otto@acme.dev' }, ['email-name'], undefined],
    ['name', { login: 'BEN' }, ['name'], 'user:default/ben'],
    ['name, with a Kelvin sign', { login: '\u212A' }, ['name'], undefined],
    ['name, with a wildcard', { login: '%' }, ['name'], undefined],
    ['name, with a quote', { login: "ben' or '1'='1" }, ['name'], undefined],
    ['name, that is a reference', { login: 'user:default/ben' }, ['name'], undefined],
    ['name, of a group', { login: 'leaf' }, ['name'], undefined],
    ['name, absent', {}, ['name'], undefined],
  ])('%s', (_name, profile, rules, ref) => {
    expect(found(profile, rules)).toBe(ref)
  })

  test('that comes first decides, and one that is left out does not', () => {
    const profile = { ...github('ada-l'), ...verified('ben@acme.dev') }
    expect(found({ ...profile })).toBe('user:default/ada')
    expect(found({ ...profile, login: 'carl.otto' }, ['name', 'annotation'])).toBe('user:default/carl.otto')
    expect(found({ ...github('unknown'), login: 'ben' }, ['annotation', 'email'])).toBeUndefined()
    expect(found(profile, [])).toBeUndefined()
  })
})

describe('several Users', () => {
  test.each<[string, Partial<Profile>, string[]]>([
    ['with one annotation', github('twin'), ['user:default/fred', 'user:default/gina']],
    ['with one address', verified('shared@acme.dev'), ['user:default/dora', 'user:default/emil']],
    ['with one name', { login: 'ida' }, ['user:default/ida', 'user:other/ida']],
  ])('%s are nobody, and it is said who they are', (_name, profile, refs) => {
    expect(match(profile)).toMatchObject({ user: undefined, ambiguous: { found: refs } })
  })

  test('are not told apart by a weaker rule', () => {
    expect(found({ ...github('twin'), ...verified('ben@acme.dev') })).toBeUndefined()
  })
})

describe('names', () => {
  test('prove nothing where anybody in the world can take one', () => {
    expect(found({ login: 'ben' }, matchRules, true)).toBeUndefined()
    expect(found(verified('ben@evil.dev'), matchRules, true)).toBeUndefined()
    expect(found(verified('ben@evil.dev'), matchRules, false)).toBe('user:default/ben')
    expect(found(github('ada-l'), matchRules, true)).toBe('user:default/ada')
    expect(found(verified('ben@acme.dev'), matchRules, true)).toBe('user:default/ben')
  })

  test('and addresses do not lead to a User who says it is another account there', () => {
    expect(found(github('ada'))).toBeUndefined()
    expect(found({ ...github('mallory'), ...verified('ada@acme.dev') })).toBeUndefined()
    expect(found({ login: 'ada', annotations: { 'google.com/email': 'x@y' } })).toBe('user:default/ada')
  })
})

describe('the groups of a User', () => {
  test('are those of both sides and all above them, also such that nothing defines', () => {
    expect(directory.groupsOf('user:default/lea').toSorted()).toEqual([
      'group:default/leaf',
      'group:default/listed',
      'group:default/middle',
      'group:default/nowhere',
      'group:default/top',
    ])
  })

  test('may be above each other, and there may be none', () => {
    expect(directory.groupsOf('user:default/ben').toSorted()).toEqual([
      'group:default/circle-a',
      'group:default/circle-b',
    ])
    expect(directory.groupsOf('user:default/ida')).toEqual([])
    expect(directory.groupsOf('user:default/nobody')).toEqual([])
  })
})
