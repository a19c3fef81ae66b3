import type { Transaction } from '../../api/database.ts'
import { PortalError } from '../../api/errors.ts'
import type { PluginContext } from '../../api/plugin.ts'
import type { CatalogChanged } from './contract.ts'
import { forgetFile } from './store/ingest.ts'
import { settleProblems } from './store/references.ts'
import { dropMissing, findRemoval, forgetMissingFiles, withdraw } from './store/removals.ts'
import { filesOf, forgetSource } from './store/sources.ts'
import { chooseWinners, type Kinds, removeEntities } from './store/winners.ts'

/** What leaves the catalog without being missed by a crawl. */
export interface Departures {
  /** A source that the configuration no longer names: a decision, so that nobody is asked. */
  ofSource(sourceId: string): Promise<void>
  /** What somebody has decided to let go; nothing where nobody has. */
  ofMissing(sourceId: string): Promise<void>
  /** Orphans whose time is over, for good. */
  ofOrphans(refs: readonly string[]): Promise<void>
}

export interface DeparturesArgs {
  ctx: PluginContext
  kinds(): Kinds
  changed(change: Omit<CatalogChanged, 'generation'>): void
}

/** Entities that go in one transaction. */
const portion = 200

export function createDepartures({ ctx, kinds, changed }: DeparturesArgs): Departures {
  async function letSomeGo(tx: Transaction, sourceId: string, until: Date): Promise<number> {
    const refs = dropMissing(tx, sourceId, portion, until)
    const different = await chooseWinners(tx, refs, { revision: 'let go', kinds: kinds(), clock: ctx })
    const shown = await settleProblems(tx, new Set(refs), ctx)
    changed({ refs: different, shown: [...refs, ...shown], content: true })
    return refs.length
  }

  return {
    async ofSource(sourceId) {
      const paths = await filesOf(ctx.db.read, sourceId)
      await ctx.db.write(async (tx) => {
        const refs: string[] = []
        for (const path of paths) refs.push(...(await forgetFile(tx, sourceId, path)))
        await chooseWinners(tx, refs, { revision: 'removed from the configuration', kinds: kinds(), clock: ctx })
        const shown = await settleProblems(tx, new Set(refs), ctx)
        await withdraw(tx, sourceId)
        await forgetSource(tx, sourceId)
        changed({ refs, shown, content: true })
      })
      ctx.log.info({ source: sourceId, files: paths.length }, 'A source is no longer in the configuration')
    },

    // In small transactions: when they are cut short, the decision stands and the rest goes at the next reading.
    async ofMissing(sourceId) {
      const removal = await findRemoval(ctx.db.read, sourceId)
      if (removal?.decision !== 'apply') return
      for (let some = -1; some !== 0; ) some = await ctx.db.write((tx) => letSomeGo(tx, sourceId, removal.seenAt))
      for (let some = -1; some !== 0; ) some = await ctx.db.write((tx) => forgetMissingFiles(tx, sourceId, portion))
      await ctx.db.write(async (tx) => {
        await withdraw(tx, sourceId)
        changed({ refs: [], shown: [], content: true })
      })
      ctx.log.info({ source: sourceId, entities: removal.count }, 'Let go what was missing from a source')
    },

    async ofOrphans(refs) {
      await ctx.db.write(async (tx) => {
        await removeEntities(tx, refs, 'swept', ctx)
        const shown = await settleProblems(tx, new Set(refs), ctx)
        changed({ refs, shown, content: true })
      })
      ctx.log.info({ entities: refs.length }, 'Removed entities that nothing defines any more')
    },
  }
}

/** There is no question to be answered. */
export function nothingAsked(sourceId: string): PortalError {
  return new PortalError('not_found', `Nothing of ${sourceId} waits for a decision`, {
    hint: 'Somebody may have decided already, or the files have come back.',
  })
}

/** The question is another one than was answered. */
export function otherSet(): PortalError {
  return new PortalError('conflict', 'What is missing from this source has changed since you were asked', {
    hint: 'Look at the Sources page again and decide there.',
  })
}
