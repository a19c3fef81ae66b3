import { PortalError } from '../../api/errors.ts'
import type { Provider, ProviderHost } from '../../api/provider.ts'
import type { SourceTree } from '../../api/source-tree.ts'
import { milliseconds } from '../../api/time.ts'
import { giveWay } from '../../platform/attendance.ts'
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

/** How many sources are asked at a time for what there is, which is mostly waiting for their hosts. */
const askedAtOnce = 8

/** How many sources are read at a time. */
const readAtOnce = 4

/** For so many milliseconds each of them gives way to those who wait for a page. */
const courtesy = 50

/** A source that has not answered after so many milliseconds does not count among those asked until it does. */
const patience = 20_000

/** How long reading one source may take. */
const longest = '20m'

/**
 * Opens sources, few at a time. Who waits for one that hangs keeps no other from being read.
 *
 * @param begins is told when the turn of a source has come
 */
export function createOpening(host: ProviderHost, begins: (sourceId: string) => void) {
  const asking = createTurns(askedAtOnce)
  const reading = createTurns(readAtOnce)

  return async function open(one: Provider, stop: AbortSignal): Promise<Opened> {
    const endAsking = await asking.take(stop)
    const timer = setTimeout(endAsking, patience)
    const limit = timeLimit(one)
    const end = () => {
      clearTimeout(timer)
      limit.clear()
      endAsking()
    }
    try {
      await giveWay(courtesy)
      begins(one.id)
      const signal = AbortSignal.any([stop, limit.signal])
      const tree = await heeding(signal)(one.open(signal, host))
      limit.clear()
      const endReading = await reading.take(stop)
      end()
      await giveWay(courtesy)
      limit.begin()
      return {
        tree,
        signal,
        giveBack: () => {
          limit.clear()
          endReading()
        },
      }
    } catch (error) {
      end()
      throw error
    }
  }
}

/** Begins at once. Waiting for a turn does not count: it is cleared meanwhile, and begins again with what is left. */
function timeLimit({ timeout = longest }: Provider) {
  const controller = new AbortController()
  const reason = new PortalError('upstream', `Reading it took longer than ${timeout} and was stopped`, {
    hint: 'It is tried again by itself. See whether the source answers; what was read earlier stands.',
  })
  let left = milliseconds(timeout)
  let since = 0
  let timer: NodeJS.Timeout | undefined
  const begin = () => {
    since = performance.now()
    timer = setTimeout(() => controller.abort(reason), left).unref()
  }
  const clear = () => {
    if (timer) left -= performance.now() - since
    clearTimeout(timer)
    timer = undefined
  }
  begin()
  return { signal: controller.signal, begin, clear }
}
