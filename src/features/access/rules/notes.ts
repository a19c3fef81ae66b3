import { nearest } from '../../../api/nearest.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { parseRef } from '../../../api/ref.ts'
import { type EntityStock, entityStockSeam } from '../../../platform/permissions/entities.ts'
import { catalogChanged } from '../../catalog/contract.ts'
import type { Party } from './addressees.ts'
import type { Test } from './condition.ts'
import type { Rulebook, StandingRule } from './decide.ts'
import { fits } from './patterns.ts'
import { placeOf } from './words.ts'

/** A name in the rules that means nobody and nothing. */
interface NamedRef {
  ref: string
  where: string
}

export interface RuleNotes {
  /** What about the rules needs attention, in sentences. */
  list(): readonly string[]
}

/** The most names that are listed: what all entities are wrong about is no use to anybody. */
const most = 50

/**
 * Watches over what the rules name: groups, users and systems that the catalog does not have, once it is complete. A
 * catalog changes, so that this is no error; and it is said again only when it is another one.
 */
export function createRuleNotes(ctx: PluginContext, book: Rulebook, folder: string): RuleNotes {
  const standing = nobodyAdministers(book) ? [administratorNote] : []
  for (const note of standing) ctx.log.warn(note)
  const named = namedIn(book, folder)
  let unknown: readonly string[] = []
  let looking = false
  let again = false

  async function look(): Promise<void> {
    const stock = ctx.tryUse(entityStockSeam)
    if (!stock || !(await stock.isComplete())) return
    const found = notesOf(named, stock)
    for (const note of found.filter((one) => !unknown.includes(one))) ctx.log.warn(note)
    unknown = found
  }

  async function lookInTurn(): Promise<void> {
    again = true
    if (looking) return
    looking = true
    try {
      while (again) {
        again = false
        await look()
      }
    } finally {
      looking = false
    }
  }

  if (named.length > 0) ctx.on(catalogChanged, lookInTurn)
  return { list: () => [...standing, ...unknown] }
}

export const administratorNote =
  "The preset is strict and no rule allows anything of the administration to anybody: nobody can open it. Add allow('*', { to: 'administrators' })"

function nobodyAdministers({ rules }: Rulebook): boolean {
  const isOf = ({ effect, permissions }: StandingRule) =>
    effect === 'allow' && permissions.some((pattern) => pattern.startsWith('admin.') || fits(pattern, 'admin.overview'))
  return !rules.some(isOf)
}

function notesOf(named: readonly NamedRef[], stock: EntityStock): string[] {
  const missing = new Set(stock.unknown([...new Set(named.map(({ ref }) => ref))]))
  const places = new Map<string, string[]>()
  for (const { ref, where } of named) if (missing.has(ref)) places.set(ref, [...(places.get(ref) ?? []), where])
  return [...places].slice(0, most).map(([ref, where]) => {
    const { kind } = parseRef(ref)
    const [guess] = nearest(ref, stock.refsOf(kind), 1)
    const hint = guess ? `; did you mean ${guess}?` : ''
    return `${[...new Set(where)].join(', ')}: the catalog has no ${ref}${hint}`
  })
}

function namedIn({ rules, roles }: Rulebook, folder: string): NamedRef[] {
  return [
    ...rules.flatMap((rule) => {
      const where = placeOf(rule, folder)
      return [...partyRefs([...rule.to, ...rule.except]), ...testRefs(rule.test)].map((ref) => ({ ref, where }))
    }),
    ...[...roles].flatMap(([name, members]) => partyRefs(members).map((ref) => ({ ref, where: `The role ${name}` }))),
  ]
}

const partyRefs = (parties: readonly Party[]) =>
  parties.flatMap((party) => (party.kind === 'group' || party.kind === 'user' ? [party.name] : []))

function testRefs(test: Test): string[] {
  if (typeof test !== 'object') return []
  if ('not' in test) return testRefs(test.not)
  if ('all' in test) return test.all.flatMap(testRefs)
  if ('any' in test) return test.any.flatMap(testRefs)
  return 'column' in test && (test.column === 'owner' || test.column === 'system') ? [...test.values] : []
}
