import { statfs } from 'node:fs/promises'
import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { contributionsRef } from '../../platform/contributions.ts'
import { dataFolder } from '../../platform/data-folder.ts'
import { type AppliedMigration, appliedMigrations, sqliteVersion } from '../../platform/db/inventory.ts'
import { jobRunner } from '../../platform/jobs/jobs.ts'
import { portalVersion } from '../../platform/version.ts'
import { catalogReader } from '../catalog/contract.ts'
import { type FolderPart, folderSizes } from './folder-sizes.ts'

/** Figures of this portal, of one moment. */
export interface Figures {
  version: string
  node: string
  sqlite: string
  system: string
  /** Seconds since the process began. */
  uptime: number
  /** Bytes. */
  memory: { resident: number; heap: number }
  folder: string
  /** Null while they are being counted: of many clones that takes a moment. */
  parts: readonly FolderPart[] | null
  /** Bytes free on the disk of the data folder. */
  free: number
  /** Entities that the reader may see, by kind. */
  entities: ReadonlyMap<string, number>
  jobs: ReadonlyMap<string, number>
  plugins: readonly string[]
  routes: number
  migrations: readonly AppliedMigration[]
}

export interface About {
  figures(actor: Actor): Promise<Figures>
  /** Bytes free on the disk of the data folder. */
  free(): Promise<number>
}

export const aboutRef: ServiceRef<About> = serviceRef('admin.about')

/** How long sizes are good for, and how long a page waits for them. Milliseconds. */
const kept = 60_000
const patience = 800

export function createAbout(ctx: PluginContext): About {
  const folder = ctx.use(dataFolder)
  const stop = new AbortController()
  ctx.onClose(() => stop.abort())
  let known: { parts: FolderPart[]; at: number } | undefined
  let counting: Promise<FolderPart[]> | undefined

  async function count(): Promise<FolderPart[]> {
    try {
      const parts = await folderSizes(folder, stop.signal)
      known = { parts, at: ctx.now().getTime() }
      return parts
    } finally {
      counting = undefined
    }
  }

  async function parts(): Promise<FolderPart[] | null> {
    if (known && ctx.now().getTime() - known.at < kept) return known.parts
    counting ??= count()
    return await within(patience, counting)
  }

  async function free(): Promise<number> {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  }

  return {
    free,

    async figures(actor) {
      const { heapUsed, rss } = process.memoryUsage()
      const { plugins, routes } = ctx.use(contributionsRef)
      const jobs = new Map<string, number>()
      for (const { state, count } of await ctx.use(jobRunner).counts()) jobs.set(state, (jobs.get(state) ?? 0) + count)
      return {
        version: ctx.use(portalVersion),
        node: process.versions.node,
        sqlite: sqliteVersion(ctx.db.read),
        system: `${process.platform} ${process.arch}`,
        uptime: process.uptime(),
        memory: { resident: rss, heap: heapUsed },
        folder,
        parts: await parts(),
        free: await free(),
        entities: (await ctx.tryUse(catalogReader)?.countByKind(actor)) ?? new Map(),
        jobs,
        plugins: plugins.map(({ name }) => name),
        routes: routes.length,
        migrations: appliedMigrations(ctx.db.read),
      }
    },
  }
}

/** Null when it takes longer; it goes on all the same, and whoever asks next may find it done. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms)
  })
  // Whoever waits no longer must not be ended by what becomes of it.
  work.catch(() => undefined)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
