import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '../../../api/actor.ts'
import type { Entity } from '../../../api/entity.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { within } from '../../../platform/permissions/policy.ts'
import { domId } from '../../../platform/views/ids.ts'
import { elementById } from '../../../testing/html.ts'
import { organisation, people, type TestPortal, testPortal } from '../../../testing/index.ts'
import { access } from '../../index.ts'
import {
  decisiveRule,
  documentOf,
  type Plain,
  plainEntity,
  refOfPlain,
  roleSets,
  rules,
} from '../fixtures/random-rules.ts'
import { createRulePolicy, type RulePolicy } from '../policy.ts'
import { permits } from '../tokens/scope.ts'
import type { Where } from './condition.ts'
import type { Rule } from './rule.ts'

// What one may do with an entity, what lists hold, and what the rules say in their own words: all three agree.

const token: Actor = { id: 'token:1', kind: 'service', name: 'CI', groups: [], permissions: ['catalog.*'] }
const actors: readonly Actor[] = [
  people.anna,
  people.ben,
  people.cora,
  { ...people.root, administrator: true },
  { id: 'github:7', kind: 'user', name: 'Zoe', groups: [] },
  { ...people.anna, permissions: ['catalog.read'] },
  token,
]

interface Laws {
  rules: readonly Rule[]
  roles: { few: readonly string[] }
  preset: 'open' | 'strict'
}

/** Read off the rules as they are written, with nothing of the code that is tested. */
function isAllowed({ rules, roles, preset }: Laws, actor: Actor, permission: string, entity: Plain): boolean {
  if (actor.permissions && !permits(actor.permissions, permission)) return false
  const names = [...(actor.ref ? [actor.ref] : []), ...actor.groups]
  const owns = names.includes(entity.ownerRef)
  const means = (who: string): boolean => {
    const full = who.replace(/^(user|group):(?!.*\/)/, '$1:default/').toLowerCase()
    if (who === 'everyone') return true
    if (who === 'administrators') return actor.administrator === true
    if (who === 'role:few') return roles.few.some(means)
    if (who.startsWith('token:')) return actor.kind === 'service' && actor.name.toLowerCase() === full.slice(6)
    return names.includes(full)
  }
  const isOpenTo = () =>
    permission === 'catalog.read' || owns || actor.administrator === true || actor.kind === 'service'
  const applying = rules.filter(
    (rule) =>
      rule.permissions.some((one) => one === '*' || one === permission || one === 'catalog.*') &&
      rule.to.some(means) &&
      !rule.except.some(means) &&
      isTrue(rule.where, entity, owns),
  )
  if (applying.some(({ effect }) => effect === 'deny')) return false
  const isGranted = applying.length > 0 || (preset === 'open' && isOpenTo())
  if (!isGranted || permission === 'catalog.read') return isGranted
  return isAllowed({ rules, roles, preset }, { ...actor, permissions: ['*'] }, 'catalog.read', entity)
}

function isTrue(where: Where | undefined, entity: Plain, owns: boolean): boolean {
  if (!where) return true
  const has = (wanted: unknown, ...values: (string | number | undefined)[]) => {
    const list = (Array.isArray(wanted) ? wanted : [wanted]).map((one) => String(one).toLowerCase())
    return values.some((value) => value !== undefined && list.includes(String(value).toLowerCase()))
  }
  const inFull = (wanted: unknown, kind: string) =>
    (Array.isArray(wanted) ? wanted : [wanted]).map((text: string) => {
      const [first = '', last] = text.includes(':') ? text.split(':') : [kind, text]
      return `${first}:${last?.includes('/') ? last : `default/${last}`}`
    })
  const ofMap = (wanted: Record<string, unknown>, found: Record<string, string | number | undefined>) =>
    Object.entries(wanted).every(([key, value]) => (value === true ? found[key] !== undefined : has(value, found[key])))
  const checks: Record<string, (value: never) => boolean> = {
    isOwner: (value) => value === owns,
    kind: (value) => has(value, entity.kind),
    type: (value) => has(value, entity.type),
    lifecycle: (value) => has(value, entity.lifecycle),
    namespace: (value) => has(value, entity.namespace),
    name: (value) => has(value, entity.name),
    owner: (value) => has(inFull(value, 'group'), entity.ownerRef),
    system: (value) => has(inFull(value, 'system'), entity.systemRef),
    tag: (value) => has(value, ...entity.tags),
    label: (value) => ofMap(value, entity.labels),
    spec: (value) => ofMap(value, { 'deep.tier': entity.tier }),
    all: (value: Where[]) => value.every((one) => isTrue(one, entity, owns)),
    any: (value: Where[]) => value.some((one) => isTrue(one, entity, owns)),
    not: (value: Where) => !isTrue(value, entity, owns),
  }
  return Object.entries(where).every(([key, value]) => value === undefined || checks[key]?.(value as never))
}

const catalogOf = (entities: readonly Plain[]) => entities.map(documentOf).join('\n---\n')
const plains = (most: number) => fc.tuple(...Array.from({ length: most }, (_, index) => plainEntity(index)))
const laws = fc.record({
  rules: fc.array(rules, { minLength: 1, maxLength: 6 }),
  roles: roleSets,
  preset: fc.constantFrom('open', 'strict'),
})

/** Of which most show a part of the catalog to everybody. */
const decisiveLaws = fc
  .record({ laws, decisive: fc.array(decisiveRule, { minLength: 1, maxLength: 2 }) })
  .map(({ laws: { rules, ...rest }, decisive }) => {
    const isGranting = decisive.some(({ effect }) => effect === 'allow')
    return { ...rest, rules: [...rules.slice(0, 2), ...decisive], preset: isGranting ? 'strict' : 'open' } as Laws
  })

describe('on one catalog', () => {
  const catalog = fc.sample(plains(40), { numRuns: 1, seed: 7 })[0] as Plain[]
  let portal: TestPortal
  let stored: { id: string; entity: Entity; plain: Plain }[]
  beforeAll(async () => {
    portal = await testPortal({ files: { 'all.yaml': catalogOf(catalog) } })
    const rows = portal.portal.db.read.all(
      sql`select e.id, e.ref, d.entity from catalog_entities e join catalog_documents d on d.number = e.number`,
    ) as unknown as { id: string; ref: string; entity: string }[]
    stored = rows.map(({ id, ref, entity }) => {
      const plain = catalog.find((one) => refOfPlain(one) === ref)
      if (!plain) throw new Error(`${ref} was not asked for`)
      return { id, entity: JSON.parse(entity) as Entity, plain }
    })
    expect(stored).toHaveLength(catalog.length)
  })
  afterAll(() => portal.close())

  async function policyOf(given: Laws): Promise<RulePolicy> {
    const { permissions, contexts } = portal.portal.contributions
    const ctx = contexts.get('access') as PluginContext
    const policy = createRulePolicy(ctx, { ...given, permissions, folder: '/', isOpen: () => false })
    await policy.prepare()
    return policy
  }

  function shown(policy: RulePolicy, actor: Actor, permission: string): Set<string> {
    const scope = policy.scope(actor, permission)
    const ids = (condition: ReturnType<typeof within>) =>
      portal.portal.db.read.values<[string]>(
        sql`select e.id from catalog_entities e where ${condition ?? sql`1`}`,
      ) as unknown as [string][]
    const found = ids(within(scope, sql`e.id`)).map(([id]) => id)
    // The two forms of a scope are the same.
    if (scope.kind === 'some') {
      expect(new Set(ids(sql`e.id in (${scope.entityIds})`).map(([id]) => id))).toEqual(new Set(found))
    }
    return new Set(found)
  }

  test('check, scope, explain and the rules as they are written agree', { timeout: 120_000 }, async () => {
    let partly = 0
    await fc.assert(
      fc.asyncProperty(laws, async (given) => {
        const policy = await policyOf(given)
        for (const actor of actors) {
          for (const permission of ['catalog.read', 'catalog.propose']) {
            const ids = shown(policy, actor, permission)
            if (ids.size > 0 && ids.size < stored.length) partly++
            for (const { id, entity, plain } of stored) {
              const expected = isAllowed(given, actor, permission, plain)
              const what = () => `${actor.name} ${permission} ${JSON.stringify(plain)}\n${JSON.stringify(given)}`
              if (ids.has(id) !== expected) expect.fail(`the list: ${!expected}, the rules: ${expected}: ${what()}`)
              const { allow } = policy.check(actor, permission, entity)
              if (allow !== expected) expect.fail(`check: ${allow}, the rules: ${expected}: ${what()}`)
              const { allowed, decisive } = policy.explain(actor, permission, entity)
              if (allowed !== expected) expect.fail(`explain: ${allowed}, the rules: ${expected}: ${what()}`)
              if (allowed && decisive?.effect !== 'allow') expect.fail(`nothing allows it: ${what()}`)
            }
            const some = policy.scope(actor, permission).kind !== 'none'
            expect(policy.check(actor, permission).allow, 'without an entity').toBe(some)
          }
        }
      }),
      { numRuns: 150 },
    )
    expect(partly).toBeGreaterThan(100)
  })

  test('the key of a scope stands for what it shows', async () => {
    const given = fc.sample(laws, { numRuns: 12, seed: 3 })
    for (const one of given) {
      const policy = await policyOf(one)
      const byKey = new Map<string, string>()
      for (const actor of actors) {
        const scope = policy.scope(actor, 'catalog.read')
        const key = scope.kind === 'some' ? scope.key : scope.kind
        const seen = [...shown(policy, actor, 'catalog.read')].sort().join()
        expect(byKey.get(key) ?? seen).toBe(seen)
        byKey.set(key, seen)
      }
    }
    const { rules, ...rest } = given[0] as Laws
    const policy = await policyOf({ ...rest, preset: 'open', rules: rules.slice(0, 0) })
    expect(policy.scope(people.ben, 'catalog.propose')).not.toEqual(policy.scope(people.anna, 'catalog.propose'))
  })
})

const proxy = { header: 'x-forwarded-user', from: ['127.0.0.1'] }
const visitors = ['anna', 'ben', 'cora'] as const

test('pages and exports show it, through changes, removals, starts with other rules and writes in between', {
  timeout: 240_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(plains(24), plains(24), decisiveLaws, decisiveLaws, async (before, after, first, second) => {
      const files = (entities: readonly Plain[]) => ({ 'org.yaml': organisation, 'all.yaml': catalogOf(entities) })
      const start = (given: Laws, entities: readonly Plain[], dataDir?: string) =>
        testPortal({
          plugins: [access({ proxy, ...given, roles: given.roles as never })],
          files: files(entities),
          ...(dataDir !== undefined && { dataDir }),
          // What was there before is shown before anything is read.
          ...(dataDir !== undefined && { begin: false }),
        })
      const one = await start(first, before)
      await agrees(one, first, before)
      // Changed, some gone, in the transaction of the reading.
      one.write('all.yaml', catalogOf(after.slice(0, 20)))
      await one.crawl()
      await agrees(one, first, after.slice(0, 20))
      await one.portal.close()
      const two = await start(second, after, one.dataDir)
      await agrees(two, second, after.slice(0, 20))
      await two.close()
      await one.close()
    }),
    { numRuns: 8, endOnFailure: true },
  )
})

async function agrees(portal: TestPortal, given: Laws, entities: readonly Plain[]): Promise<void> {
  const known = new Map(entities.map((plain) => [refOfPlain(plain), plain]))
  for (const visitor of visitors) {
    const actor = people[visitor]
    const expected = [...known]
      .filter(([, plain]) => isAllowed(given, actor, 'catalog.read', plain))
      .map(([ref]) => ref)
    const ask = (url: string) =>
      portal.portal.server.inject({
        url,
        remoteAddress: '127.0.0.1',
        headers: { host: 'localhost:7007', accept: 'text/html', 'x-forwarded-user': visitor },
      })
    const exported = await ask('/catalog.json?kind=all')
    const page = await ask('/catalog?kind=all')
    const refs = exported.statusCode === 403 ? [] : refsIn(exported.json())
    const own = refs.filter((ref) => known.has(ref))
    expect(own.sort(), `${visitor} ${JSON.stringify(given)}`).toEqual(expected.toSorted())
    if (page.statusCode === 403) {
      expect(expected).toEqual([])
      continue
    }
    const list = elementById(page.body, 'catalog-list').html
    for (const ref of known.keys()) {
      expect(list.includes(`id="${domId('catalog-row', ref)}"`), `${visitor} ${ref}`).toBe(expected.includes(ref))
    }
    for (const [ref, plain] of known) {
      const { statusCode } = await ask(`/catalog/${plain.namespace}/${plain.kind.toLowerCase()}/${plain.name}`)
      expect(statusCode, `${visitor} ${ref}`).toBe(expected.includes(ref) ? 200 : 404)
    }
  }
}

function refsIn(body: { kind: string; metadata: { name: string; namespace?: string } }[]): string[] {
  return body.map(({ kind, metadata }) => `${kind}:${metadata.namespace ?? 'default'}/${metadata.name}`.toLowerCase())
}
