import { sql } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { type Policy, within } from '../../platform/permissions/policy.ts'
import { type OrganisationGraph, organisationGraph } from './organisation-graph.ts'
import { entities } from './schema.ts'
import type { CatalogService } from './service.ts'
import {
  countMembers,
  countMembersBefore,
  countOwned,
  listMembers,
  listOwned,
  type MemberCounts,
  type MemberQuery,
  type MemberRow,
  type NamedRow,
  neighbours,
  type OwnedEntity,
  type OwnedKind,
  ownedKinds,
  type ParentRow,
  parentsAbove,
} from './store/organisation.ts'
import {
  countLooseBefore,
  countLoosePeople,
  findInOrganisation,
  groupsOf,
  listLoosePeople,
  type PeopleQuery,
  type PersonRow,
  readOrganisation,
} from './store/people.ts'

export interface Page<T> {
  rows: readonly T[]
  next: string | undefined
  previous: string | undefined
  /** Number of rows in front of the first one. */
  before: number
}

export interface MemberListing extends Page<MemberRow> {
  counts: MemberCounts
}

/** A group that somebody is in. */
export interface Membership extends NamedRow {
  /** The groups of which somebody is a member and that are below this one; empty where one is a member of it. */
  through: readonly string[]
}

/** Where a group stands. */
export interface Place {
  /** For each parent the way from the top down to it. */
  above: readonly (readonly NamedRow[])[]
  below: readonly (NamedRow & { members: number | null })[]
  /** Groups below, the shown ones included. */
  total: number
  /** Whether one of the groups below it is itself. */
  circular: boolean
}

/** What a group owns, and what those below it own. */
export interface GroupOwnership {
  kinds: readonly OwnedKind[]
  /** Some of what it owns itself; of what those below it own where that is nothing. */
  entities: readonly OwnedEntity[]
}

/** By which way a user owns something. */
export interface OwnershipWay extends Membership {
  how: 'self' | 'member' | 'above'
  count: number
  problems: number
}

export interface UserOwnership {
  ways: readonly OwnershipWay[]
  /** Some of what the user and the user's own groups own. */
  entities: readonly OwnedEntity[]
}

export interface Found {
  rows: readonly PersonRow[]
  total: number
}

/** Groups, the people in them and what they own, as far as the actor may see each of them. References are full. */
export interface OrganisationService {
  members(actor: Actor, group: string, query: MemberQuery, size: number): MemberListing
  countMembers(actor: Actor, group: string): MemberCounts
  /** The groups of a user, then all groups above those, the nearest first. Unknown ones have no name. */
  memberships(actor: Actor, user: string): readonly Membership[]
  place(actor: Actor, group: string): Place
  ownedByGroup(actor: Actor, group: string): GroupOwnership
  ownedByUser(actor: Actor, user: string): UserOwnership
  graph(actor: Actor): OrganisationGraph
  /** Users in no group. */
  loose(actor: Actor, query: PeopleQuery, size: number): Page<PersonRow> & { total: number }
  find(actor: Actor, kind: 'group' | 'user', words: readonly string[], most: number): Found
  /** The groups of each of these users, by reference. */
  groupsOf(actor: Actor, users: readonly string[]): ReadonlyMap<string, { ref: string; title: string | null }[]>
}

export const organisationService: ServiceRef<OrganisationService> = serviceRef('catalog.organisation')

const shownEntities = 12
const shownBelow = 12

export function createOrganisationService(
  ctx: PluginContext,
  catalog: CatalogService,
  policy: () => Policy,
): OrganisationService {
  const read = ctx.db.read
  // Keys begin with the generation of the catalog and the scope, so that what is old is never asked for again.
  const graphs = new LRUCache<string, OrganisationGraph>({ max: 6 })
  const values = new LRUCache<string, object>({ max: 500 })

  const scopeOf = (actor: Actor) => within(policy().scope(actor, 'catalog.read'), sql`${entities.id}`)

  function remembered<T extends object>(actor: Actor, key: string, compute: () => T): T {
    const full = `${catalog.version(actor)} ${key}`
    const value = (values.get(full) as T | undefined) ?? compute()
    values.set(full, value)
    return value
  }

  const service: OrganisationService = {
    members: (actor, group, query, size) =>
      remembered(actor, `${size} members ${group} ${JSON.stringify(query)}`, () => {
        const scope = scopeOf(actor)
        const page = listMembers(read, group, query, scope, size)
        const [first] = page.rows
        const isInside = first !== undefined && page.previous !== undefined
        const before = isInside ? countMembersBefore(read, group, query, scope, first) : 0
        return { ...page, before, counts: service.countMembers(actor, group) }
      }),

    countMembers: (actor, group) =>
      remembered(actor, `members ${group}`, () => countMembers(read, group, scopeOf(actor))),

    memberships: (actor, user) =>
      remembered(actor, `memberships ${user}`, () => {
        const scope = scopeOf(actor)
        const direct = neighbours(read, user, 'memberOf', scope)
        const refs = direct.flatMap(({ ref, name }) => (name === null ? [] : [ref]))
        return [...direct.map((row) => ({ ...row, through: [] })), ...inherited(refs, parentsAbove(read, refs, scope))]
      }),

    place: (actor, group) =>
      remembered(actor, `place ${group}`, () => {
        const scope = scopeOf(actor)
        const steps = parentsAbove(read, [group], scope)
        const all = neighbours(read, group, 'parentOf', scope)
        return {
          above: steps.filter(({ child }) => child === group).map((step) => wayTo(step, steps)),
          below: all.slice(0, shownBelow).map((row) => ({
            ...row,
            members: row.name === null ? null : service.countMembers(actor, row.ref).known,
          })),
          total: all.length,
          circular: steps.some(({ ref }) => ref === group),
        }
      }),

    ownedByGroup: (actor, group) =>
      remembered(actor, `owned ${group}`, () => {
        const scope = scopeOf(actor)
        const kinds = ownedKinds(read, group, scope)
        const sub = kinds.every(({ direct }) => direct === 0)
        return { kinds, entities: listOwned(read, [group], { sub, most: shownEntities }, scope) }
      }),

    ownedByUser: (actor, user) =>
      remembered(actor, `owned ${user}`, () => {
        const scope = scopeOf(actor)
        const groups = service.memberships(actor, user)
        const self = { ref: user, name: user, title: null, type: null, through: [] }
        const counts = new Map(
          countOwned(read, [user, ...groups.map(({ ref }) => ref)], scope).map((one) => [one.owner, one]),
        )
        const ways = [self, ...groups].map((way): OwnershipWay => {
          const { count, problems } = counts.get(way.ref) ?? { count: 0, problems: 0 }
          return { ...way, how: way === self ? 'self' : way.through.length > 0 ? 'above' : 'member', count, problems }
        })
        const near = ways.filter(({ how }) => how !== 'above').map(({ ref }) => ref)
        return { ways, entities: listOwned(read, near, { sub: false, most: shownEntities }, scope) }
      }),

    graph(actor) {
      const key = catalog.version(actor)
      const graph = graphs.get(key) ?? organisationGraph(readOrganisation(read, scopeOf(actor)))
      graphs.set(key, graph)
      return graph
    },

    loose: (actor, query, size) =>
      remembered(actor, `loose ${size} ${query.after ?? ''} ${query.before ?? ''}`, () => {
        const scope = scopeOf(actor)
        const page = listLoosePeople(read, query, scope, size)
        const [first] = page.rows
        const isInside = first !== undefined && page.previous !== undefined
        const before = isInside ? countLooseBefore(read, scope, first) : 0
        return { ...page, before, total: countLoosePeople(read, scope) }
      }),

    find: (actor, kind, words, most) => findInOrganisation(read, kind, words, scopeOf(actor), most),

    groupsOf(actor, users) {
      const byUser = new Map<string, { ref: string; title: string | null }[]>()
      for (const { user, group, title } of groupsOf(read, users, scopeOf(actor))) {
        byUser.set(user, [...(byUser.get(user) ?? []), { ref: group, title }])
      }
      return byUser
    },
  }
  return service
}

/** Everything above these groups, the nearest first, each with those of them that it is above of. */
function inherited(direct: readonly string[], steps: readonly ParentRow[]): Membership[] {
  const stepsOf = new Map<string, ParentRow[]>()
  for (const step of steps) stepsOf.set(step.child, [...(stepsOf.get(step.child) ?? []), step])
  const found = new Map<string, { row: ParentRow; distance: number; through: Set<string> }>()
  for (const start of direct) {
    const distances = new Map([[start, 0]])
    for (const [at, distance] of distances) {
      for (const row of stepsOf.get(at) ?? []) {
        if (distances.has(row.ref)) continue
        distances.set(row.ref, distance + 1)
        if (direct.includes(row.ref)) continue
        const known = found.get(row.ref) ?? { row, distance: distance + 1, through: new Set() }
        known.through.add(start)
        found.set(row.ref, { ...known, distance: Math.min(known.distance, distance + 1) })
      }
    }
  }
  return [...found.values()]
    .sort((a, b) => a.distance - b.distance)
    .map(({ row: { ref, name, title, type }, through }) => ({ ref, name, title, type, through: [...through] }))
}

/** The way from the top down to a parent; where it has several parents itself, by the first. */
function wayTo(parent: ParentRow, steps: readonly ParentRow[]): NamedRow[] {
  const way: ParentRow[] = []
  const seen = new Set([parent.child])
  for (let step: ParentRow | undefined = parent; step && !seen.has(step.ref); ) {
    const { ref }: ParentRow = step
    way.unshift(step)
    seen.add(ref)
    step = steps.find(({ child }) => child === ref)
  }
  return way.length > 0 ? way : [parent]
}
