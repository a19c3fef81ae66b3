import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '../../api/actor.ts'
import { systemActor } from '../../api/actor.ts'
import type { Entity } from '../../api/entity.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { guest } from '../../platform/auth/identity.ts'
import { type Policy, within } from '../../platform/permissions/policy.ts'
import { people, type TestPortal, testPortal } from '../../testing/index.ts'
import { createRulePolicy } from './policy.ts'
import { permits } from './tokens/scope.ts'

const names = ['a', 'b', 'c']
const owners = [
  ...['a', 'A', 'group:a', 'GROUP:Default/A', 'user:a', 'User:default/B', 'other/a', 'group:other/A'],
  ...['component:a', 'a/b/c', ':', '', ' ', 'ä', 7, null, ['a'], { name: 'a' }],
] as const
const kinds = ['Component', 'API', 'Resource', 'System', 'Domain', 'Group', 'User', 'Location', 'Widget']

/** Every owner there is on every kind there is, in two namespaces. */
const files = {
  'all.yaml': kinds
    .flatMap((kind) =>
      ['default', 'other'].flatMap((namespace) =>
        owners.map((owner, index) =>
          JSON.stringify({
            apiVersion: 'backstage.io/v1alpha1',
            kind,
            metadata: { name: `e${index}`, namespace },
            spec: { type: 't', lifecycle: 'l', owner, definition: 'd', children: [], memberOf: [] },
          }),
        ),
      ),
    )
    .join('\n---\n'),
}

let portal: TestPortal
let policy: Policy
let isOpen = false
let stored: { id: string; entity: Entity }[]
beforeAll(async () => {
  portal = await testPortal({ files })
  const { permissions, contexts } = portal.portal.contributions
  const ctx = contexts.get('access') as PluginContext
  const rules = { rules: [], roles: {}, preset: 'open', folder: '/' } as const
  policy = createRulePolicy(ctx, { ...rules, permissions, isOpen: () => isOpen })
  const rows = portal.portal.db.read.all(
    sql`select e.id, d.entity from catalog_entities e join catalog_documents d on d.number = e.number`,
  ) as unknown as { id: string; entity: string }[]
  stored = rows.map(({ id, entity }) => ({ id, entity: JSON.parse(entity) as Entity }))
})
afterAll(() => portal.close())

const within_ = (actor: Actor, permission: string): Set<string> => {
  const scope = within(policy.scope(actor, permission), sql`catalog_entities.id`)
  const rows = portal.portal.db.read.all(
    sql`select catalog_entities.id as id from catalog_entities where ${scope ?? sql`1`}`,
  ) as unknown as { id: string }[]
  return new Set(rows.map(({ id }) => id))
}

const refs = (kind: string) =>
  fc.subarray(['default', 'other'].flatMap((namespace) => names.map((name) => `${kind}:${namespace}/${name}`)))
const actors: fc.Arbitrary<Actor> = fc.record(
  {
    id: fc.constant('somebody'),
    kind: fc.constantFrom('user', 'service', 'guest', 'system'),
    name: fc.constant('Somebody'),
    groups: refs('group'),
    ref: fc.constantFrom('user:default/a', 'user:default/b', 'user:other/a'),
    administrator: fc.boolean(),
    permissions: fc.subarray(['catalog.read', 'catalog.*', 'catalog.propose', 'search.*', '*']),
  },
  { requiredKeys: ['id', 'kind', 'name', 'groups'] },
)

test('what may be done to an entity and what lists show agree, for everybody, every owner and every kind', () => {
  expect(stored.length).toBeGreaterThan(60)
  let owned = 0
  fc.assert(
    fc.property(actors, fc.constantFrom('catalog.read', 'catalog.propose'), (actor, permission) => {
      const shown = within_(actor, permission)
      if (shown.size > 0 && shown.size < stored.length) owned++
      for (const { id, entity } of stored) {
        const { allow } = policy.check(actor, permission, entity)
        expect(allow, `${permission} ${JSON.stringify(actor)} ${JSON.stringify(entity)}`).toBe(shown.has(id))
      }
    }),
    { numRuns: 1_000 },
  )
  expect(owned).toBeGreaterThan(10)
})

describe('whoever is signed in', () => {
  const all = () => [...portal.portal.contributions.permissions.keys()]
  const may = (actor: Actor) =>
    all().filter((name) => policy.check(actor, name).allow || policy.scope(actor, name).kind === 'some')

  test('reads, and owns what is decided for each entity; all else is for administrators', () => {
    const forEverybody = all().filter((name) => name.endsWith('.read') && name !== 'metrics.read')
    expect(may(people.cora).sort()).toEqual(
      [
        ...forEverybody,
        'access.own-tokens',
        'access.password',
        'access.sessions',
        'catalog.propose',
        'catalog.sources',
      ].sort(),
    )
    expect(may({ ...people.cora, administrator: true })).toEqual(all())
    expect(policy.check(people.cora, 'catalog.refresh')).toEqual({
      allow: false,
      reason: 'Cora Stranger may not do what is for administrators',
    })
    expect(policy.check(people.cora, 'catalog.nothing-of-the-kind')).toMatchObject({ allow: false })
  })

  test('without a User entity owns nothing, not even what nobody owns', () => {
    const stranger: Actor = { id: 'github:1', kind: 'user', name: 'Zoe', groups: [] }
    expect(policy.scope(stranger, 'catalog.propose')).toEqual({ kind: 'none' })
    expect(policy.scope(stranger, 'catalog.read')).toEqual({ kind: 'all' })
  })
})

test('the guest may do everything as long as there is no administrator, and then nothing', () => {
  isOpen = true
  expect(policy.check(guest, 'catalog.remove')).toEqual({ allow: true })
  expect(policy.check({ ...guest, id: 'anonymous' }, 'catalog.read')).toMatchObject({ allow: false })
  isOpen = false
  expect(policy.check(guest, 'catalog.read')).toMatchObject({ allow: false })
  expect(policy.scope(guest, 'catalog.read')).toEqual({ kind: 'none' })
  expect(policy.check(systemActor, 'catalog.read')).toEqual({ allow: true })
})

describe('a token', () => {
  const limited = (permissions: string[], more: Partial<Actor> = {}): Actor => ({
    ...people.anna,
    ...more,
    permissions,
  })

  test('never does more than it is limited to, whoever made it, and the reason says so', () => {
    const readOnly = limited(['catalog.read'], { administrator: true })
    expect(policy.check(readOnly, 'catalog.read')).toEqual({ allow: true })
    expect(policy.check(readOnly, 'catalog.refresh')).toEqual({
      allow: false,
      reason: 'This token is limited to catalog.read',
    })
    expect(policy.scope(readOnly, 'catalog.propose')).toEqual({ kind: 'none' })
    expect(policy.check(limited([]), 'catalog.read')).toEqual({
      allow: false,
      reason: 'This token only reads',
    })
  })

  test('of a person never does more than the person may', () => {
    expect(policy.check(limited(['*']), 'catalog.refresh')).toMatchObject({ allow: false })
    expect(policy.check(limited(['*'], { administrator: true }), 'catalog.refresh')).toEqual({ allow: true })
  })

  test('of a service does what it is for, and a service without a limit nothing', () => {
    const service: Actor = { id: 'token:1', kind: 'service', name: 'CI', groups: [] }
    expect(policy.check({ ...service, permissions: ['catalog.refresh'] }, 'catalog.refresh')).toEqual({ allow: true })
    expect(policy.check(service, 'catalog.read')).toMatchObject({ allow: false })
  })

  test.each([
    [['catalog.read'], 'catalog.read', true],
    [['catalog.read'], 'catalog.reader', false],
    [['catalog.*'], 'catalog.read', true],
    [['catalog.*'], 'catalogue.read', false],
    [['*'], 'anything.at-all', true],
    [[], 'catalog.read', false],
  ])('%j covers %s: %s', (granted, permission, covered) => {
    expect(permits(granted, permission)).toBe(covered)
  })
})
