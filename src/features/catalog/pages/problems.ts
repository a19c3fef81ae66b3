import type { Actor } from '../../../api/actor.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import type { EntityRef } from '../../../api/ref.ts'
import type { ProblemPlaces } from '../problem-places.ts'
import { type ProblemAddress, readProblemQuery } from '../problem-query.ts'
import type { ProblemService } from '../problem-service.ts'
import { entityOf, type ProblemPage, type ProblemsPage, problemsView } from '../problem-views.ts'
import type { SeenSources } from '../seen-sources.ts'
import type { CatalogService } from '../service.ts'
import type { Problem } from '../views.ts'

export interface ProblemPagesArgs {
  ctx: PluginContext
  service: CatalogService
  problems: ProblemService
  seen: SeenSources
  places: ProblemPlaces
}

export interface ProblemPages {
  problems(actor: Actor, address: ProblemAddress, signal: AbortSignal): Promise<ProblemsPage>
  /** One problem, with the lines of its file. @throws PortalError `not_found` */
  problem(actor: Actor, id: string, signal: AbortSignal): Promise<ProblemPage>
  /** Why there is no entity of that name, each with the lines of its file. */
  ofAbsent(actor: Actor, ref: EntityRef, signal: AbortSignal): Promise<Problem[]>
}

export function createProblemPages({ ctx, service, problems, seen, places }: ProblemPagesArgs): ProblemPages {
  return {
    async problems(actor, address, signal) {
      const query = readProblemQuery(address)
      const listing = await problems.list(actor, query)
      // All owners at once: one by one they take as long as everything else.
      const titles = service.titlesOf(
        actor,
        listing.counts.owner.map(({ value }) => value),
      )
      return problemsView({
        listing,
        query,
        address,
        placed: await places.brief(actor, listing.rows, signal),
        titleOf: (ref) => titles.get(ref) ?? service.titleOf(actor, ref),
        sources: await seen.rows(actor),
        sourcesHref: ctx.allows(actor, 'catalog.sources') ? '/catalog/sources' : null,
      })
    },

    async problem(actor, id, signal) {
      const row = await problems.find(actor, id)
      const [placed] = await places.whole(actor, [row], signal)
      if (!placed) throw new Error('A problem was lost on its way to the page')
      return { problem: { ...placed, entity: entityOf(row) }, since: row.problem.firstSeenAt.getTime() }
    },

    async ofAbsent(actor, ref, signal) {
      const found = await problems.ofAbsent(actor, ref)
      return places.whole(
        actor,
        found.map((problem) => ({ problem, entity: null })),
        signal,
      )
    },
  }
}
