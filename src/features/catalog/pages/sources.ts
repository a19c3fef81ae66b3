import type { Actor } from '../../../api/actor.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { refusal } from '../../../platform/permissions/reason.ts'
import type { Activity } from '../activity.ts'
import type { SourceLine } from '../contract.ts'
import type { Crawler } from '../crawler.ts'
import type { ProblemPlaces } from '../problem-places.ts'
import type { ProblemService } from '../problem-service.ts'
import type { SeenSources } from '../seen-sources.ts'
import { activityView, removalView } from '../source-state.ts'
import type { Removal } from '../store/removals.ts'
import type { CountedSource } from '../store/sources.ts'
import type { SourceRow, SourcesPage } from '../views.ts'

export interface SourcePages {
  sources(actor: Actor, signal: AbortSignal): Promise<SourcesPage>
}

export const exampleConfiguration = `import { defineConfig } from 'callboard'
import { catalog, folderProvider } from 'callboard/features'

export default defineConfig({
  plugins: [catalog({ providers: [folderProvider({ path: './catalog' })] })],
})
`

const mostProblems = 100

export interface SourcePagesArgs {
  ctx: PluginContext
  crawler: Crawler
  seen: SeenSources
  problems: ProblemService
  problemPlaces: ProblemPlaces
}

export function createSourcePages({ ctx, crawler, seen, problems, problemPlaces }: SourcePagesArgs): SourcePages {
  return {
    async sources(actor, signal) {
      const may = { refresh: ctx.allows(actor, 'catalog.refresh'), remove: ctx.allows(actor, 'catalog.remove') }
      const part = await seen.part(actor)
      const refused = refusal(ctx, actor, 'catalog.remove')
      const removals = await seen.removals(actor)
      const loose = await problems.loose(actor, mostProblems)
      const rows = loose.map((problem) => ({ problem, entity: null }))
      const placed = await problemPlaces.whole(actor, rows, signal)
      return {
        href: '/catalog/sources',
        sources: (part ?? (await crawler.sources())).map((source) => ({
          ...sourceRow(source, may.refresh),
          state: stateOf(source, crawler.activity(source.id), removals.get(source.id)),
          activity: activityView(crawler.activity(source.id), part !== undefined),
          removal: removalView(removals.get(source.id), may.remove ? hrefOf(source.id, 'removal') : null, refused),
        })),
        problems: placed,
        refusal: refusal(ctx, actor, 'catalog.refresh'),
        registerHref: ctx.allows(actor, 'catalog.register') ? '/catalog-import' : null,
        example: exampleConfiguration,
      }
    },
  }
}

type Stated = 'state' | 'activity' | 'removal'

function sourceRow(source: CountedSource, mayRefresh: boolean): Omit<SourceRow, Stated> {
  return {
    id: source.id,
    title: source.title,
    type: source.type,
    location: source.location,
    entities: source.entities,
    files: source.files,
    problems: source.problems,
    problemsHref: source.problems > 0 ? `/catalog/problems?source=${encodeURIComponent(source.id)}` : null,
    readAt: source.readAt?.getTime() ?? null,
    took: source.took,
    revision: source.revision?.slice(0, 8) ?? null,
    error: source.error,
    hint: source.hint,
    failedSince: source.failedSince?.getTime() ?? null,
    okAt: source.okAt?.getTime() ?? null,
    refreshHref: mayRefresh ? hrefOf(source.id, 'reading') : null,
  }
}

/** The same in a line each, for other pages. */
export async function listSourceLines(crawler: Crawler, seen: SeenSources, actor: Actor): Promise<SourceLine[]> {
  const removals = await seen.removals(actor)
  return (await seen.list(actor)).map((source) => {
    const { id, title, type, entities, problems, error } = source
    const state = stateOf(source, crawler.activity(id), removals.get(id))
    return { id, title, type, state, entities, problems, readAt: source.readAt?.getTime() ?? null, error }
  })
}

const hrefOf = (id: string, what: string) => `/catalog/sources/${encodeURIComponent(id)}/${what}`

function stateOf(
  source: CountedSource,
  activity: Activity | undefined,
  removal: Removal | undefined,
): SourceRow['state'] {
  if (activity && activity.phase !== 'waiting') return 'reading'
  if (source.state === 'failed') return 'failed'
  if (source.okAt === null) return 'waiting'
  if (removal && removal.decision === null) return 'held'
  return source.problems > 0 ? 'partial' : 'ok'
}
