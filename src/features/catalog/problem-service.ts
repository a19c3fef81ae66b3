import { sql } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import { PortalError } from '../../api/errors.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type EntityRef, formatRef } from '../../api/ref.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { type Policy, within } from '../../platform/permissions/policy.ts'
import type { HiddenRivals } from './hidden-rivals.ts'
import type { ProblemQuery } from './problem-query.ts'
import { entities } from './schema.ts'
import type { CatalogService } from './service.ts'
import type { ProblemRow } from './store/entity.ts'
import {
  countProblemGroups,
  countProblemsBefore,
  countVisibleProblems,
  findProblem,
  type ListedProblem,
  listProblems,
  type ProblemCounts,
  type ProblemScope,
  problemsOfAbsent,
} from './store/problems.ts'
import { looseProblems } from './store/sources.ts'

export interface ProblemListing {
  rows: readonly ListedProblem[]
  next: string | undefined
  previous: string | undefined
  /** Number of rows in front of the first one. */
  before: number
  counts: ProblemCounts
}

/**
 * What is wrong, as far as the actor may see it: problems of the entities in the scope of `catalog.read`, and, with
 * `catalog.sources`, of documents that are not in the catalog.
 */
export interface ProblemService {
  list(actor: Actor, query: ProblemQuery): Promise<ProblemListing>
  /** Errors and warnings. */
  count(actor: Actor): number
  /** @throws PortalError `not_found` when it is mended, or the actor may not see it */
  find(actor: Actor, id: string): Promise<ListedProblem>
  /** Of files that could not be tied to an entity. */
  loose(actor: Actor, most: number): Promise<ProblemRow[]>
  /** Why there is no entity of that name. */
  ofAbsent(actor: Actor, ref: EntityRef): Promise<ProblemRow[]>
}

export const problemService: ServiceRef<ProblemService> = serviceRef('catalog.problems')

const pageSize = 50
const hour = 3_600_000
const mostOfAbsent = 20

export function createProblemService(
  ctx: PluginContext,
  catalog: CatalogService,
  policy: () => Policy,
  hiddenRivals: HiddenRivals,
): ProblemService {
  const read = ctx.db.read
  // Keys begin with the generation of the catalog, so that what is old is never asked for again.
  const counts = new LRUCache<string, ProblemCounts>({ max: 100 })
  const totals = new LRUCache<string, number>({ max: 100 })

  const scopeOf = (actor: Actor): ProblemScope & { key: string } => {
    const loose = ctx.allows(actor, 'catalog.sources')
    // To the hour, so that what is counted can be remembered.
    const now = new Date(Math.floor(ctx.now().getTime() / hour) * hour)
    return {
      loose,
      now,
      key: `${catalog.version(actor)} ${loose} ${now.getTime()}`,
      // Built where they are needed: every page has the number in its navigation, mostly from what is kept by the key.
      get entities() {
        return within(policy().scope(actor, 'catalog.read'), sql`${entities.id}`)
      },
      get without() {
        return hiddenRivals(actor)
      },
    }
  }

  return {
    async list(actor, query) {
      const scope = scopeOf(actor)
      const { after: _after, before: _before, ...asked } = query
      const key = scope.key + JSON.stringify(asked)
      const counted = counts.get(key) ?? countProblemGroups(read, query, scope)
      counts.set(key, counted)
      const page = await listProblems(read, query, scope, pageSize)
      const [first] = page.rows
      const isInside = first !== undefined && page.previous !== undefined
      return { ...page, before: isInside ? countProblemsBefore(read, query, scope, first) : 0, counts: counted }
    },

    count(actor) {
      const scope = scopeOf(actor)
      const known = totals.get(scope.key) ?? countVisibleProblems(read, scope)
      totals.set(scope.key, known)
      return known
    },

    async find(actor, id) {
      const found = await findProblem(read, id, scopeOf(actor))
      if (found) return found
      throw new PortalError('not_found', 'There is no such problem', {
        hint: 'It may have been mended since. The list shows what there is now.',
      })
    },

    loose: (actor, most) => looseProblems(read, most, scopeOf(actor).entities),

    async ofAbsent(actor, ref) {
      const { loose, entities } = scopeOf(actor)
      return loose ? problemsOfAbsent(read, formatRef(ref), mostOfAbsent, entities) : []
    },
  }
}
