import { systemActor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { portalStarted } from '../../api/wiring.ts'
import { workAhead } from '../../platform/ahead.ts'
import { catalogChanged } from './contract.ts'
import type { EntityPages } from './pages/entity.ts'
import { ListAddress, readQuery } from './query.ts'
import type { CatalogService } from './service.ts'

/**
 * Has entities counted as soon as the catalog is quiet, and one page put together, which loads what such pages need. So
 * pages are quick from the first one on, and also where the next reading begins.
 */
export function prepareFirstPages(
  ctx: PluginContext,
  service: CatalogService,
  pages: Pick<EntityPages, 'overview'>,
): void {
  let isRehearsed = false
  const soon = workAhead(ctx, async (pause, signal) => {
    await service.prepare(pause)
    if (isRehearsed) return
    const { rows } = service.list(systemActor, readQuery(ListAddress.parse({})))
    const [first] = rows
    if (!first) return
    isRehearsed = true
    await pause()
    await pages.overview(systemActor, first, signal)
  })
  ctx.on(portalStarted, soon)
  ctx.on(catalogChanged, soon)
}
