import { PortalError } from '../../api/errors.ts'
import type { Provider, ProviderHost } from '../../api/provider.ts'
import type { SourceTree } from '../../api/source-tree.ts'
import { milliseconds } from '../../api/time.ts'
import { heeding } from './heeding.ts'
import { createTurns } from './turns.ts'

/** A source that may be read now. */
export interface Opened {
  tree: SourceTree
  /** Aborts when the portal stops or the time for this source is over. */
  signal: AbortSignal
  /** Lets the next one be read. */
  giveBack(): void
}

/** How many sources are read at a time. */
const atOnce = 4

/** A source that has not answered after so many milliseconds does not count among these until it does. */
const patience = 20_000

/** How long reading one source may take. */
const longest = '20m'

/**
 * Opens sources, few at a time. Who waits for one that hangs keeps no other from being read.
 *
 * @param begins is told when the turn of a source has come
 */
export function createOpening(host: ProviderHost, begins: (sourceId: string) => void) {
  const turns = createTurns(atOnce)

  return async function open(one: Provider, stop: AbortSignal): Promise<Opened> {
    let giveBack = await turns.take(stop)
    let isSlow = false
    const timer = setTimeout(() => {
      isSlow = true
      giveBack()
    }, patience)
    const limit = timeLimit(one)
    const end = () => {
      clearTimeout(timer)
      limit.clear()
      giveBack()
    }
    try {
      begins(one.id)
      const signal = AbortSignal.any([stop, limit.signal])
      const tree = await heeding(signal)(one.open(signal, host))
      clearTimeout(timer)
      if (isSlow) giveBack = await turns.take(signal)
      return { tree, signal, giveBack: end }
    } catch (error) {
      end()
      throw error
    }
  }
}

function timeLimit({ timeout = longest }: Provider): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController()
  const reason = new PortalError('upstream', `Reading it took longer than ${timeout} and was stopped`, {
    hint: 'It is tried again by itself. See whether the source answers; what was read earlier stands.',
  })
  const timer = setTimeout(() => controller.abort(reason), milliseconds(timeout)).unref()
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}
