import type { Transaction } from '../../api/database.ts'
import { PortalError } from '../../api/errors.ts'
import type { PluginContext } from '../../api/plugin.ts'
import type { CatalogChanged } from './contract.ts'
import { forgetFile } from './store/ingest.ts'
import { settleProblems } from './store/references.ts'
import { forgetRegistration, orphansOf, undefinedOnes } from './store/registrations.ts'
import { dropMissing, findRemoval, forgetMissingFiles, withdraw } from './store/removals.ts'
import { filesOf, forgetSource } from './store/sources.ts'
import { chooseWinners, type Kinds, removeEntities } from './store/winners.ts'

/** What leaves the catalog without being missed by a crawl. */
export interface Departures {
  /**
   * A source that the configuration no longer names, or that somebody removed: a decision, so that nobody is asked.
   *
   * @param forGood what nothing else defines goes at once; otherwise it is kept for a while, as an orphan
   */
  ofSource(sourceId: string, forGood?: boolean): Promise<void>
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

  async function forgetSome(tx: Transaction, sourceId: string, paths: readonly string[], forGood: boolean) {
    const refs: string[] = []
    for (const path of paths) refs.push(...(await forgetFile(tx, sourceId, path)))
    const revision = forGood ? 'removed by hand' : 'removed from the configuration'
    if (forGood) await remove(tx, undefinedOnes(tx, refs), revision)
    await chooseWinners(tx, refs, { revision, kinds: kinds(), clock: ctx })
    const shown = await settleProblems(tx, new Set(refs), ctx)
    changed({ refs, shown, content: true })
  }

  /** What it defined once, and was kept. */
  async function removeOrphansOf(sourceId: string): Promise<void> {
    for (let some = [''] as string[]; some.length > 0; ) {
      some = orphansOf(ctx.db.read, sourceId, portion)
      await ctx.db.write((tx) => removeOrphans(tx, some, 'removed by hand'))
    }
  }

  async function remove(tx: Transaction, refs: readonly string[], revision: string): Promise<void> {
    kinds().index?.remove(tx, refs)
    await removeEntities(tx, refs, revision, ctx)
  }

  async function removeOrphans(tx: Transaction, refs: readonly string[], revision: string): Promise<void> {
    await remove(tx, refs, revision)
    const shown = await settleProblems(tx, new Set(refs), ctx)
    changed({ refs, shown, content: true })
  }

  return {
    // In small transactions: when they are cut short, the rest goes at the next start.
    async ofSource(sourceId, forGood = false) {
      const paths = await filesOf(ctx.db.read, sourceId)
      for (let at = 0; at < paths.length; at += portion) {
        await ctx.db.write((tx) => forgetSome(tx, sourceId, paths.slice(at, at + portion), forGood))
      }
      if (forGood) await removeOrphansOf(sourceId)
      await ctx.db.write(async (tx) => {
        await withdraw(tx, sourceId)
        await forgetRegistration(tx, sourceId)
        await forgetSource(tx, sourceId)
        changed({ refs: [], shown: [], content: true })
      })
      const why = forGood ? 'Somebody removed a source' : 'A source is no longer in the configuration'
      ctx.log.info({ source: sourceId, files: paths.length }, why)
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
      await ctx.db.write((tx) => removeOrphans(tx, refs, 'swept'))
      ctx.log.info({ entities: refs.length }, 'Removed entities that nothing defines any more')
    },
  }
}

export function unknownSource(sourceId: string): PortalError {
  return new PortalError('not_found', `There is no source called ${sourceId}`)
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
