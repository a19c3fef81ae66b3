import type { Actor } from '../../../api/actor.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import type { Crawler } from '../crawler.ts'
import type { ProblemPlaces } from '../problem-places.ts'
import { type CountedSource, looseProblems } from '../store/sources.ts'
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

export function createSourcePages(ctx: PluginContext, crawler: Crawler, problemPlaces: ProblemPlaces): SourcePages {
  return {
    async sources(actor, signal) {
      const mayRefresh = ctx.allows(actor, 'catalog.refresh')
      const loose = await looseProblems(ctx.db.read, mostProblems)
      const rows = loose.map((problem) => ({ problem, entity: null }))
      const problems = await problemPlaces.whole(actor, rows, signal)
      return {
        href: '/catalog/sources',
        sources: (await crawler.sources()).map((source) => sourceRow(source, mayRefresh)),
        problems,
        example: exampleConfiguration,
      }
    },
  }
}

function sourceRow(source: CountedSource, mayRefresh: boolean): SourceRow {
  return {
    id: source.id,
    title: source.title,
    type: source.type,
    location: source.location,
    state: stateOf(source),
    entities: source.entities,
    files: source.files,
    problems: source.problems,
    problemsHref: source.problems > 0 ? `/catalog/problems?source=${encodeURIComponent(source.id)}` : null,
    readAt: source.readAt?.getTime() ?? null,
    took: source.took,
    revision: source.revision?.slice(0, 8) ?? null,
    error: source.error,
    hint: source.hint,
    refreshHref: mayRefresh ? `/catalog/sources/${encodeURIComponent(source.id)}/reading` : null,
  }
}

const states: Record<string, SourceRow['state']> = { waiting: 'waiting', reading: 'reading', failed: 'failed' }

function stateOf(source: CountedSource): SourceRow['state'] {
  return states[source.state] ?? (source.problems > 0 ? 'partial' : 'ok')
}
