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
 * Asks clones what the first page of an entity would ask them, and keeps the answers beside the clone: whom CODEOWNERS
 * names as soon as the source was read, while git still runs for it, and the last commits of its files, which takes a
 * run of git, once nothing is being read any more.
 */
export function prepareFirstHistories(ctx: PluginContext, { crawler, origins, codeOwners }: FirstHistoriesArgs): void {
  const stop = new AbortController()
  const waiting = new Set<string>()
  let isAtWork = false

  async function work(): Promise<void> {
    for (const sourceId of waiting) {
      while (crawler.running > 0) await setTimeout(lookAgain, undefined, { ref: false, signal: stop.signal })
      waiting.delete(sourceId)
      if (crawler.opened(sourceId)?.log) await tried(sourceId, commitsOf)
    }
  }

  /** What goes wrong harms no other source: pages ask for themselves, and say what is wrong. */
  async function tried(sourceId: string, ask: (sourceId: string) => Promise<void>): Promise<void> {
    try {
      await ask(sourceId)
    } catch (error) {
      if (stop.signal.aborted) return
      ctx.log.warn({ err: error, source: sourceId }, 'The history of a source could not be read ahead of its pages')
    }
  }

  async function commitsOf(sourceId: string): Promise<void> {
    for (const path of definingFiles(ctx.db.read, sourceId, most)) {
      await giveWay(courtesy)
      stop.signal.throwIfAborted()
      await origins.commit(sourceId, path, courtesy, stop.signal)
    }
  }

  async function ownersOf(sourceId: string): Promise<void> {
    const [path] = definingFiles(ctx.db.read, sourceId, 1)
    if (path !== undefined) await codeOwners.of(systemActor, { sourceId, path }, stop.signal)
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
    if (crawler.opened(sourceId)?.log) void tried(sourceId, ownersOf)
    waiting.add(sourceId)
    void begin()
  })
  ctx.onClose(() => stop.abort())
}
