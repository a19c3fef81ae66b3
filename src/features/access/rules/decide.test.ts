import { describe, expect, test } from 'vitest'
import type { Actor } from '../../../api/actor.ts'
import { checkRules } from './check.ts'
import { createRulebook, decide, type RulebookArgs, reachesOf } from './decide.ts'
import { explainDecision, refusalOf } from './explain.ts'
import { permissions, subject, user } from './fixtures.ts'
import { allow, deny, type Rule } from './rule.ts'

const book = (rules: readonly Rule[], more: Partial<RulebookArgs> = {}) =>
  createRulebook({ rules, roles: {}, preset: 'strict', permissions, ...more })
const shop = (isOwner = false) => ({ subject: subject({ metadata: { name: 'shop', tags: ['secret'] } }), isOwner })
const anna = user('anna', { groups: ['group:default/payments'] })
const may = (rules: readonly Rule[], actor: Actor, permission: string, more: Partial<RulebookArgs> = {}) =>
  decide(book(rules, more), actor, permission, shop()).allowed

test('nothing is allowed that no rule allows, to administrators neither', () => {
  for (const name of permissions.keys()) {
    expect(may([], user('root', { administrator: true }), name)).toBe(false)
    expect(reachesOf(book([]), anna, name, true)).toBeUndefined()
  }
})

test('deny wins, wherever it stands', () => {
  const [yes, no] = [allow('*', { to: 'everyone' }), deny('catalog.*', { to: 'group:default/payments' })]
  for (const rules of [
    [yes, no],
    [no, yes],
  ]) {
    expect(may(rules, anna, 'catalog.read')).toBe(false)
    expect(may(rules, anna, 'admin.audit')).toBe(true)
    expect(may(rules, user('ben'), 'catalog.read')).toBe(true)
  }
})

test('rules are for whom they name, directly, by a role or as all but some', () => {
  const roles = { auditors: ['group:default/Security', 'user:anna', 'token:CI'] }
  const to = (who: Parameters<typeof allow>[1]['to'], actor: Actor, except: Rule['except'] = []) =>
    may([allow('admin.audit', { to: who, except })], actor, 'admin.audit', { roles })
  const token: Actor = { id: 'token:1', kind: 'service', name: 'ci', groups: [], permissions: ['*'] }
  expect(to('everyone', anna)).toBe(true)
  expect(to('everyone', token)).toBe(true)
  expect(to('everyone', anna, ['group:payments'])).toBe(false)
  expect(to('everyone', anna, ['group:other/payments'])).toBe(true)
  expect(to('user:default/ANNA', anna)).toBe(true)
  expect(to('user:ben', anna)).toBe(false)
  expect(to('administrators', anna)).toBe(false)
  expect(to('administrators', { ...anna, administrator: true })).toBe(true)
  expect(to('role:auditors', anna)).toBe(true)
  expect(to('role:auditors', user('sam', { groups: ['group:default/security'] }))).toBe(true)
  expect(to('role:auditors', user('cora'))).toBe(false)
  expect(to('role:auditors', token)).toBe(true)
  expect(to('token:other', token)).toBe(false)
  // A person who is called as a token is none.
  expect(to('token:ci', user('ci'))).toBe(false)
})

test('a permission that no rule names is decided by its default, and a rule that names it adds to that', () => {
  const refresh = allow('catalog.refresh', { to: 'everyone' })
  expect(may([refresh], anna, 'catalog.remove')).toBe(true)
  expect(may([refresh, deny('catalog.remove', { to: 'everyone' })], anna, 'catalog.remove')).toBe(false)
  expect(may([refresh, deny('catalog.remove', { to: 'everyone' })], anna, 'catalog.refresh')).toBe(true)
  expect(may([allow('catalog.remove', { to: 'everyone' })], anna, 'catalog.refresh')).toBe(false)
})

test('who may not see an entity may do nothing with it', () => {
  const rules = [allow('catalog.propose', { to: 'everyone' }), allow('costs.*' as never, { to: 'everyone' })]
  const seeing = allow('catalog.read', { to: 'everyone', where: { not: { tag: 'secret' } } })
  expect(may(rules, anna, 'catalog.propose')).toBe(false)
  expect(may([...rules, seeing], anna, 'costs.change')).toBe(false)
  expect(may([...rules, allow('catalog.read', { to: 'everyone' })], anna, 'costs.change')).toBe(true)
  expect(reachesOf(book(rules), anna, 'catalog.propose', true)).toBeUndefined()
  expect(reachesOf(book([...rules, seeing]), anna, 'catalog.propose', true)).toHaveLength(1)
})

test('a condition counts on entities alone', () => {
  const rules = [allow('*', { to: 'everyone', where: { tag: 'secret' } })]
  expect(may(rules, anna, 'catalog.read')).toBe(true)
  expect(may(rules, anna, 'catalog.refresh')).toBe(false)
})

describe('the preset open', () => {
  const open = (actor: Actor, permission: string, isOwner = false) =>
    decide(book([], { preset: 'open' }), actor, permission, shop(isOwner)).allowed

  test('has everyone read, owners write, and administrators do all', () => {
    for (const name of ['catalog.read', 'catalog.sources', 'costs.read']) expect(open(anna, name)).toBe(true)
    for (const name of ['catalog.propose', 'costs.change']) {
      expect(open(anna, name)).toBe(false)
      expect(open(anna, name, true)).toBe(true)
    }
    for (const name of ['catalog.refresh', 'catalog.remove', 'admin.audit']) expect(open(anna, name, true)).toBe(false)
    for (const name of permissions.keys()) expect(open({ ...anna, administrator: true }, name)).toBe(true)
  })

  test('has a place that says so', () => {
    const args = { actor: anna, permission: 'catalog.read', about: shop(), name: 'shop', folder: '/', isOpen: false }
    const { decisive } = explainDecision({ book: book([], { preset: 'open' }), ...args })
    expect(decisive?.place).toBe('preset open')
  })
})

describe('what is said', () => {
  const rules = [
    allow('catalog.read', { to: 'everyone' }),
    deny('catalog.*', { to: 'group:payments', where: { tag: 'secret' }, because: 'Secrets are for others.' }),
    allow('catalog.refresh', { to: 'administrators' }),
    allow('costs.change' as never, { to: 'everyone', where: { isOwner: true } }),
  ]
  const said = (actor: Actor, permission: string) => {
    const args = { actor, permission, about: shop(), name: 'shop', folder: import.meta.dirname, isOpen: false }
    return explainDecision({ book: book(rules), ...args })
  }

  test('names the rule that decided with its line, and of every other why it did not', () => {
    const { allowed, reason, decisive, rules: all } = said(anna, 'catalog.propose')
    expect({ allowed, reason }).toEqual({ allowed: false, reason: 'Secrets are for others.' })
    expect(decisive?.place).toMatch(/^decide\.test\.ts:\d+$/)
    expect(all.map(({ decides, effect, fitsActor, fitsEntity }) => [decides, effect, fitsActor, fitsEntity])).toEqual([
      ['catalog.propose', 'deny', true, true],
      ['catalog.read', 'allow', true, true],
      ['catalog.read', 'deny', true, true],
    ])
    expect(said(user('ben'), 'catalog.read').rules[1]?.why).toBe(
      'It is for group:default/payments, which does not mean ben.',
    )
  })

  test('tells who is refused what would help, and nothing of the configuration', () => {
    const refused = (actor: Actor, permission: string, about = true) =>
      refusalOf({
        book: book(rules),
        actor,
        permission,
        ...(about ? { about: shop(), name: 'shop' } : { about: undefined, name: undefined }),
      })
    const ben = user('ben')
    expect(refused(ben, 'costs.change')).toBe('ben does not own shop')
    expect(refused(ben, 'costs.change', false)).toBe('ben may only do this as an owner')
    expect(refused(ben, 'catalog.refresh')).toBe('ben may not do what is for administrators')
    expect(refused(ben, 'catalog.propose')).toBe('No rule allows this to ben for shop')
    expect(refused(ben, 'admin.audit', false)).toBe('No rule allows this to ben')
    expect(
      refusalOf({
        book: book([deny('*', { to: 'everyone' })]),
        actor: ben,
        permission: 'admin.audit',
        about: undefined,
        name: undefined,
      }),
    ).toBe('A rule of this portal denies this to ben')
  })

  test('of a token are its limits', () => {
    const token = { ...anna, permissions: ['admin.*'] }
    expect(said(token, 'catalog.read')).toMatchObject({
      allowed: false,
      reason: 'This token is limited to admin.*',
      limits: ['admin.*'],
      decisive: null,
    })
  })
})

describe('at the start', () => {
  const problems = (rules: readonly Rule[], roles = {}) => {
    try {
      checkRules({ rules, roles, permissions, kinds: ['Component', 'API'], folder: import.meta.dirname })
      return undefined
    } catch (error) {
      return (error as Error).message
    }
  }

  test('names that lead nowhere are all listed, each with its place and the nearest one', () => {
    const message = problems(
      [
        allow('catalog.raed' as never, { to: 'everyone' }),
        allow('catalgo.*' as never, { to: 'role:auditers' }),
        deny('catalog.*', { to: 'everyone', except: 'role:none' }),
      ],
      { auditors: [] },
    )
    expect(message?.split('\n').slice(1)).toEqual([
      expect.stringMatching(
        /^ {2}- decide\.test\.ts:\d+: no plugin has the permission catalog\.raed; did you mean catalog\.read\?$/,
      ),
      expect.stringMatching(/: no plugin has the permission catalgo\.\*; did you mean catalog\.\*\?$/),
      expect.stringMatching(/: there is no role auditers in roles; did you mean auditors\?$/),
      expect.stringMatching(/: there is no role none in roles$/),
    ])
  })

  test('a condition names kinds that there are', () => {
    const where = (kind: string) => [allow('catalog.read', { to: 'everyone', where: { not: { kind } } })]
    expect(problems(where('componnet'))).toContain('there is no kind called componnet; did you mean Component?')
    expect(problems(where('api'))).toBeUndefined()
  })

  test('a condition needs an entity to be about', () => {
    const where = { isOwner: true }
    expect(problems([allow('catalog.refresh', { to: 'everyone', where })])).toContain('leave out where')
    expect(problems([allow('admin.*', { to: 'everyone', where })])).toContain('admin.* is decided for the portal')
    expect(
      problems([allow('catalog.*', { to: 'everyone', where }), allow('*', { to: 'everyone', where })]),
    ).toBeUndefined()
  })
})
