import type { Transaction } from '../../api/database.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { after as afterTime } from '../jobs/clock.ts'

/** What need not be in the database at once: of each key the newest value is, some time later, all in one transaction. */
export interface Later<Value> {
  note(key: string, value: Value): void
  /** What was noted and is not in the database yet. */
  of(key: string): Value | undefined
  /** Writes what waits. Where that fails, it goes on waiting. */
  flush(): Promise<void>
}

export interface LaterOptions<Value> {
  /** Begins the message of the log: `When tokens were last used`. */
  what: string
  write(tx: Transaction, batch: ReadonlyMap<string, Value>): void | Promise<void>
  /** Hears what has been committed, before `of` forgets it. */
  written?(batch: ReadonlyMap<string, Value>): void
  /** Milliseconds from the first note to its writing: what a killed portal forgets. */
  delay: number
  /** Keys that may wait. With half as many they are written at once; what is more, while that fails, takes the place of the oldest. */
  most?: number
  after?: typeof afterTime
}

const longestPause = 10 * 60_000

/** Writes by itself after the delay, and at the close of the portal. */
export function createLater<Value>(
  host: Pick<PluginContext, 'db' | 'log' | 'onClose'>,
  { what, write, written, delay, most = 20_000, after = afterTime }: LaterOptions<Value>,
): Later<Value> {
  const waiting = new Map<string, Value>()
  let running = Promise.resolve()
  /** The write that has not begun. */
  let next: Promise<void> | undefined
  let cancel: (() => void) | undefined
  let [failures, lost] = [0, 0]
  let isClosing = false

  function note(key: string, value: Value): void {
    waiting.delete(key)
    waiting.set(key, value)
    for (const oldest of waiting.keys()) {
      if (waiting.size <= most) break
      waiting.delete(oldest)
      lost++
    }
    if (failures === 0 && waiting.size * 2 > most) void flush()
    else wait()
  }

  function wait(): void {
    if (!isClosing) cancel ??= after(Math.min(delay * 2 ** failures, Math.max(delay, longestPause)), () => void flush())
  }

  function flush(): Promise<void> {
    cancel?.()
    cancel = undefined
    if (!next) {
      next = running.then(writeAll)
      running = next
    }
    return next
  }

  async function writeAll(): Promise<void> {
    next = undefined
    if (waiting.size === 0) return
    const batch = new Map(waiting)
    try {
      await host.db.write((tx) => write(tx, batch))
    } catch (err) {
      failures++
      const then = isClosing ? 'the portal ends without it' : 'it is tried again'
      host.log.error({ err, waiting: waiting.size, lost }, `${what} could not be written; ${then}`)
      wait()
      return
    }
    if (lost > 0) host.log.warn({ lost }, `${what} is written again; a part was lost while it could not be`)
    failures = 0
    lost = 0
    written?.(batch)
    for (const [key, value] of batch) if (waiting.get(key) === value) waiting.delete(key)
  }

  host.onClose(async () => {
    isClosing = true
    do await flush()
    while (waiting.size > 0 && failures === 0)
  })

  return { note, of: (key) => waiting.get(key), flush }
}
