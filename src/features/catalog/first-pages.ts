import { systemActor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { portalStarted } from '../../api/wiring.ts'
import { giveWay } from '../../platform/attendance.ts'
import { catalogChanged } from './contract.ts'
import type { EntityPages } from './pages/entity.ts'
import { ListAddress, readQuery } from './query.ts'
import type { CatalogService } from './service.ts'

/** Milliseconds without a change after which a catalog counts as read for now. */
const quiet = 500
/** Milliseconds for which each piece lets pages go first. */
const courtesy = 100

/**
 * Does what the first readers would wait for, while nobody waits: entities are counted, and one page is put together,
 * which loads what such pages need. So pages are quick from the first one on, and also where the next reading begins.
 */
export function prepareFirstPages(
  ctx: PluginContext,
  service: CatalogService,
  pages: Pick<EntityPages, 'overview'>,
): void {
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let isRehearsed = false

  async function prepare(): Promise<void> {
    await service.prepare(pause)
    if (isRehearsed) return
    const { rows } = service.list(systemActor, readQuery(ListAddress.parse({})))
    const [first] = rows
    if (!first) return
    isRehearsed = true
    await pause()
    await pages.overview(systemActor, first, stop.signal)
  }

  async function pause(): Promise<void> {
    await giveWay(courtesy)
    stop.signal.throwIfAborted()
  }

  function soon(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void run(), quiet).unref()
  }

  async function run(): Promise<void> {
    try {
      await prepare()
    } catch (error) {
      // The first reader does it, or is told.
      if (!stop.signal.aborted) ctx.log.warn({ err: error }, 'The first pages could not be prepared')
    }
  }

  ctx.on(portalStarted, soon)
  ctx.on(catalogChanged, soon)
  ctx.onClose(() => {
    stop.abort()
    clearTimeout(timer)
  })
}
