import type { PluginContext } from '../../api/plugin.ts'
import { milliseconds } from '../../api/time.ts'
import { catalogChanged } from '../catalog/contract.ts'
import type { NotificationOptions } from './config.ts'
import type { Notifications } from './contract.ts'
import type { Delivery } from './delivery.ts'
import type { NotificationWork } from './jobs.ts'
import { problemsTopic, tellOfProblems } from './senders/problems.ts'
import { sourcesTopic, tellOfSources } from './senders/sources.ts'
import { removeOld } from './store/items.ts'
import { removeEnded } from './store/outbox.ts'

/** So long a change waits for what follows it: a file that was read, then what refers to it. */
const settling = 10_000
/** What nobody has read. */
const year = milliseconds('365d')
/** What was sent or given up. */
const month = milliseconds('30d')
const slice = 200

export function createWork(
  ctx: PluginContext,
  options: NotificationOptions,
  { service, delivery }: { service: Notifications; delivery: Delivery },
): NotificationWork {
  return {
    async deliver(signal) {
      const next = await delivery.run(signal)
      if (next) await ctx.db.write((tx) => ctx.jobs.enqueue(tx, 'deliver', { key: 'deliver', after: next }))
    },

    async tell() {
      if (options.sources) await tellOfSources(ctx, service)
      if (options.problems) await tellOfProblems(ctx, service)
    },

    async tidy(signal) {
      const now = ctx.now()
      const kept = { readBefore: ago(now, milliseconds(options.keep)), before: ago(now, year), most: options.most }
      for (let gone = -1; gone !== 0; ) {
        signal.throwIfAborted()
        gone = await ctx.db.write((tx) => removeOld(tx, kept, slice))
      }
      await ctx.db.write((tx) => removeEnded(tx, ago(now, month)))
    },
  }
}

const ago = (now: Date, age: number) => new Date(now.getTime() - age)

/** The first senders: problems in what one owns, and sources that keep failing. */
export function watchCatalog(ctx: PluginContext, service: Notifications): void {
  service.declare({
    id: problemsTopic,
    title: 'Problems in what you own',
    description: 'New errors and warnings in files of entities that you or your groups own.',
  })
  service.declare({
    id: sourcesTopic,
    title: 'Sources that keep failing',
    description: 'For those who run the portal: a source of the catalog cannot be read, or is read again.',
  })
  // A crawl changes the catalog hundreds of times: what is asked for already is not written down again.
  let asked = 0
  ctx.on(catalogChanged, async () => {
    const now = ctx.now().getTime()
    if (asked > now && asked <= now + settling) return
    asked = now + settling
    const after = new Date(asked)
    await ctx.db.write((tx) => ctx.jobs.enqueue(tx, 'watch', { key: 'watch', after }))
  })
}
