import { entityPath } from '../../../api/ref.ts'
import type { Contributions } from '../../../platform/contributions.ts'
import { changeWords } from '../change-words.ts'
import type { CatalogSummariser } from '../contract.ts'
import { ownerView } from '../list-view.ts'
import type { ProblemService } from '../problem-service.ts'
import type { SeenSources } from '../seen-sources.ts'
import type { CatalogService } from '../service.ts'
import type { RecentChange } from '../store/entity.ts'
import { entityIcon } from '../views.ts'
import { kindNames } from './kinds.ts'
import { recentChoices, recentFilter } from './recent-choices.ts'
import { exampleConfiguration } from './sources.ts'

export function createSummariser(
  service: CatalogService,
  seen: SeenSources,
  problems: ProblemService,
  contributions: Contributions,
): CatalogSummariser {
  const names = kindNames(contributions)
  return {
    async summarise(actor, query) {
      const counts = [...(await service.countByKind(actor))]
      const sources = await seen.rows(actor)
      const read = sources.flatMap(({ readAt }) => (readAt ? [readAt.getTime()] : []))
      return {
        total: counts.reduce((sum, [, count]) => sum + count, 0),
        kinds: counts.map(([kind, count]) => ({
          title: count === 1 ? names.name(kind) : names.plural(kind),
          href: `/catalog?kind=${encodeURIComponent(kind)}`,
          icon: entityIcon(kind),
          count,
        })),
        recent: service.recent(actor, query.most, recentFilter(actor, query)).map(recentRow),
        chosen: recentChoices(actor, query, service, { counts, names }),
        sources: {
          href: '/catalog/sources',
          count: sources.length,
          failing: sources.filter(({ state }) => state === 'failed').length,
          held: [...(await seen.removals(actor)).values()].filter(({ decision }) => decision === null).length,
          reading: sources.filter(({ state }) => state === 'reading').length,
          problems: problems.count(actor),
          problemsHref: '/catalog/problems',
          readAt: read.length > 0 ? Math.max(...read) : null,
        },
        example: exampleConfiguration,
      }
    },
  }
}

export function recentRow(change: RecentChange) {
  const { ref, title, name, type, kind, owner, ownerTitle, at } = change
  const link = { href: entityPath(change), icon: entityIcon(kind, type) }
  return {
    entity: { ref, title, name, ...link, owner: owner === null ? null : ownerView(owner, ownerTitle) },
    what: changeWords(change),
    at,
  }
}
