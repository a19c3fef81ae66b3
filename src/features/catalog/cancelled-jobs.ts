import type { PluginContext } from '../../api/plugin.ts'
import { type Duration, milliseconds } from '../../api/time.ts'
import { jobCancelled } from '../../api/wiring.ts'
import type { Crawler } from './crawling.ts'
import { factCollectorRef } from './facts/collector.ts'
import { CrawlPayload, FactsPayload } from './jobs.ts'

/** Readings and collections ask for the next one themselves. One that is cancelled does not, so this does it. */
export function heedCancelled(ctx: PluginContext, crawler: Crawler, every: Duration): void {
  ctx.on(jobCancelled, async ({ kind, payload }) => {
    if (kind === 'catalog.crawl') await readLater(CrawlPayload.parse(payload).sourceId)
    if (kind !== 'catalog.facts') return
    const { fact, entities } = FactsPayload.parse(payload)
    await ctx.use(factCollectorRef).passOver(fact, entities)
  })

  async function readLater(sourceId: string): Promise<void> {
    const source = crawler.provider(sourceId)
    crawler.forget(sourceId)
    if (!source) return
    const after = new Date(ctx.now().getTime() + milliseconds(source.every ?? every))
    await ctx.db.write((tx) => ctx.jobs.enqueue(tx, 'crawl', { payload: { sourceId }, key: sourceId, after }))
  }
}
