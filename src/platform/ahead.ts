import type { PluginContext } from '../api/plugin.ts'
import { giveWay } from './attendance.ts'

/** Milliseconds without another word after which the work begins. */
const quiet = 500
/** Milliseconds for which each piece of it lets pages go first. */
const courtesy = 100

/** @param pause to be awaited between two pieces; it throws once the portal stops */
export type AheadWork = (pause: () => Promise<void>, signal: AbortSignal) => Promise<void>

/**
 * Does what first readers would otherwise wait for before they come, while nobody waits. What goes wrong is told in the
 * log alone: the first reader does it then, or is told.
 *
 * @returns asks for it; it begins half a second after the last time
 */
export function workAhead(ctx: Pick<PluginContext, 'log' | 'onClose'>, work: AheadWork): () => void {
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined

  async function pause(): Promise<void> {
    await giveWay(courtesy)
    stop.signal.throwIfAborted()
  }

  async function run(): Promise<void> {
    try {
      await work(pause, stop.signal)
    } catch (error) {
      if (!stop.signal.aborted) ctx.log.warn({ err: error }, 'The first pages could not be prepared')
    }
  }

  ctx.onClose(() => {
    stop.abort()
    clearTimeout(timer)
  })
  return () => {
    clearTimeout(timer)
    timer = setTimeout(() => void run(), quiet).unref()
  }
}
