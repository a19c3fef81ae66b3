import type { Actor } from '../../../api/actor.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import type { EntityRef } from '../../../api/ref.ts'
import type { Crawler } from '../crawler.ts'
import { problemView } from '../entity-view.ts'
import type { Places } from '../places.ts'
import { type ProblemAddress, readProblemQuery } from '../problem-query.ts'
import type { ProblemService } from '../problem-service.ts'
import { type ProblemsPage, problemsView } from '../problem-views.ts'
import type { CatalogService } from '../service.ts'
import type { FailedDocument } from '../store/problems.ts'
import type { Problem } from '../views.ts'

export interface ProblemPagesArgs {
  ctx: PluginContext
  service: CatalogService
  problems: ProblemService
  crawler: Crawler
  places: Places
}

export interface ProblemPages {
  problems(actor: Actor, address: ProblemAddress, signal: AbortSignal): Promise<ProblemsPage>
  /** Why there is no entity of that name, each with the lines of its file. */
  ofAbsent(actor: Actor, ref: EntityRef, signal: AbortSignal): Promise<Problem[]>
}

export function createProblemPages({ ctx, service, problems, crawler, places }: ProblemPagesArgs): ProblemPages {
  /** Lines are computed from the file when somebody looks; the content that was read tells one text from the next. */
  async function place({ problem, blob }: FailedDocument, signal: AbortSignal): Promise<Problem> {
    const { sourceId, path, position } = problem
    const etag = `${blob ?? ''} ${service.generation}`
    const located = position === null ? undefined : await places.of({ sourceId, path, position, etag }, signal)
    const viewUrl = (file: string, line?: number) => crawler.provider(sourceId)?.viewUrl?.(file, line)
    return problemView(problem, { located, overview: undefined, suggest: () => null, viewUrl })
  }

  /** One after the other: the second problem of a document finds it already read. */
  async function placeAll(rows: readonly FailedDocument[], signal: AbortSignal): Promise<Problem[]> {
    const placed: Problem[] = []
    for (const row of rows) placed.push(await place(row, signal))
    return placed
  }

  return {
    async problems(actor, address, signal) {
      const query = readProblemQuery(address)
      const listing = await problems.list(actor, query)
      return problemsView({
        listing,
        query,
        address,
        placed: await placeAll(listing.rows, signal),
        titleOf: (ref) => service.titleOf(actor, ref),
        sources: await crawler.sourceRows(),
        sourcesHref: ctx.allows(actor, 'catalog.sources') ? '/catalog/sources' : null,
      })
    },

    async ofAbsent(actor, ref, signal) {
      const found = await problems.ofAbsent(actor, ref)
      const placed = await placeAll(found, signal)
      return placed.map((one, index) => {
        const path = found[index]?.problem.path ?? ''
        return { ...one, where: one.where?.replace(/^[^:]*/, () => path) ?? path }
      })
    },
  }
}
