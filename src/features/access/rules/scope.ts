import { createHash } from 'node:crypto'
import { type SQL, sql } from 'drizzle-orm'
import type { EntityStock } from '../../../platform/permissions/entities.ts'
import type { Ownership } from '../../../platform/permissions/ownership.ts'
import type { Scope } from '../../../platform/permissions/policy.ts'
import { anyHolds } from '../store/matches.ts'
import type { Reach, StandingRule } from './decide.ts'
import { isKept } from './matches.ts'

export interface ScopeArgs {
  reaches: readonly Reach[] | undefined
  /** All that the actor can own something as. */
  names: readonly string[]
  idOf(hash: string): number
  ownership: Ownership | undefined
  stock: EntityStock | undefined
}

/** Reaches as a condition on the ids of entities. Whoever is under the same rules, and owns the same, has the same key. */
export function scopeOf({ reaches, names, idOf, ownership, stock }: ScopeArgs): Scope {
  if (!reaches || !stock) return { kind: 'none' }
  if (reaches.length === 0) return { kind: 'all' }
  const isOwned = names.length > 0 && ownership ? (id: SQL) => sql`${id} in (${ownership.ownedBy(names)})` : undefined
  const of = (rules: readonly StandingRule[], id: SQL) => anyOf(rules, { id, isOwned, idOf })
  const holds = (id: SQL): SQL => {
    const parts = reaches.flatMap(({ allows, denies }) => [
      ...(allows.length > 0 ? [of(allows, id)] : []),
      ...(denies.length > 0 ? [sql`not ${of(denies, id)}`] : []),
    ])
    // Of what is no entity any more nothing is known: without this, it would be shown where rules only deny.
    return sql`(${id} in (${stock.ids}) and ${sql.join(parts, sql` and `)})`
  }
  const depends = isOwned && reaches.some(({ allows, denies }) => [...allows, ...denies].some(dependsOnOwner))
  const same = [reaches.map(({ allows, denies }) => [hashes(allows), hashes(denies)]), depends ? names.toSorted() : []]
  return {
    kind: 'some',
    // Short, as it stands in front of every key of what is kept for pages.
    key: createHash('sha256').update(JSON.stringify(same)).digest('base64url').slice(0, 22),
    entityIds: sql`select s.id from (${stock.ids}) s where ${holds(sql`s.id`)}`,
    holds,
  }
}

interface Asked {
  id: SQL
  /** Undefined where the actor can own nothing. */
  isOwned: ((id: SQL) => SQL) | undefined
  idOf(hash: string): number
}

function anyOf(rules: readonly StandingRule[], asked: Asked): SQL {
  const { id, isOwned, idOf } = asked
  const different = [...new Map(rules.map((rule) => [rule.hash, rule])).values()]
  const [split, whole] = [different.filter((rule) => isOwned && dependsOnOwner(rule)), [] as StandingRule[]]
  for (const rule of different) if (!split.includes(rule)) whole.push(rule)
  const ids = whole.filter(isKept).map(({ hash }) => idOf(hash))
  const parts = [
    ...(ids.length > 0
      ? [
          anyHolds(
            id,
            ids.toSorted((a, b) => a - b),
            'other',
          ),
        ]
      : []),
    ...(isOwned ? split.map((rule) => byOwner(rule, isOwned(id), asked)) : []),
  ]
  return sql`(${sql.join(parts, sql` or `)})`
}

function byOwner({ halves, hash }: StandingRule, isOwned: SQL, { id, idOf }: Asked): SQL {
  const half = (name: 'owned' | 'other') =>
    typeof halves[name] === 'boolean' ? sql.raw(halves[name] ? '1' : '0') : anyHolds(id, [idOf(hash)], name)
  return sql`case when ${isOwned} then ${half('owned')} else ${half('other')} end`
}

const dependsOnOwner = ({ halves }: StandingRule) => JSON.stringify(halves.owned) !== JSON.stringify(halves.other)

const hashes = (rules: readonly StandingRule[]) => [...new Set(rules.map(({ hash }) => hash))].sort()
