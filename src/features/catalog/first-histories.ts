import { setTimeout } from 'node:timers/promises'
import { systemActor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { giveWay } from '../../platform/attendance.ts'
import type { CodeOwnersReader } from './code-owners.ts'
import { sourceRead } from './contract.ts'
import type { Crawler } from './crawler.ts'
import type { Origins } from './provenance.ts'
import { definingFiles } from './store/sources.ts'

/** Milliseconds between two looks at whether sources are still being read. */
const lookAgain = 250
/** Milliseconds for which each question lets pages go first. */
const courtesy = 1_000
/** Files of one source that are asked about; a page of any other asks for itself. */
const most = 20

export interface FirstHistoriesArgs {
  crawler: Pick<Crawler, 'running' | 'opened'>
  origins: Pick<Origins, 'commit'>
  codeOwners: Pick<CodeOwnersReader, 'of'>
}

/**
 * Asks clones what the first page of an entity would ask them, once nothing is being read any more: the last commit of
 * its file and whom CODEOWNERS names. Each takes a run of git, and the answers are kept beside the clone.
 */
export function prepareFirstHistories(ctx: PluginContext, { crawler, origins, codeOwners }: FirstHistoriesArgs): void {
  const stop = new AbortController()
  const waiting = new Set<string>()
  let isAtWork = false

  async function work(): Promise<void> {
    for (const sourceId of waiting) {
      while (crawler.running > 0) await setTimeout(lookAgain, undefined, { ref: false, signal: stop.signal })
      waiting.delete(sourceId)
      if (crawler.opened(sourceId)?.log) await tried(sourceId)
    }
  }

  async function tried(sourceId: string): Promise<void> {
    try {
      await askOf(sourceId)
    } catch (error) {
      stop.signal.throwIfAborted()
      // Pages ask for themselves, and say what is wrong.
      ctx.log.warn({ err: error, source: sourceId }, 'The history of a source could not be read ahead of its pages')
    }
  }

  async function askOf(sourceId: string): Promise<void> {
    for (const path of definingFiles(ctx.db.read, sourceId, most)) {
      await giveWay(courtesy)
      stop.signal.throwIfAborted()
      await origins.commit(sourceId, path, courtesy, stop.signal)
      await codeOwners.of(systemActor, { sourceId, path }, stop.signal)
    }
  }

  async function begin(): Promise<void> {
    if (isAtWork) return
    isAtWork = true
    try {
      await work()
    } catch (error) {
      if (!stop.signal.aborted) throw error
    } finally {
      isAtWork = false
    }
  }

  ctx.on(sourceRead, ({ sourceId }) => {
    waiting.add(sourceId)
    void begin()
  })
  ctx.onClose(() => stop.abort())
}
