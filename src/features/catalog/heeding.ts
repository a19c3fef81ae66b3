import type { SourceTree } from '../../api/source-tree.ts'

/** Waits for work until a signal aborts, also for work that does not heed it. */
export type Heed = <T>(work: Promise<T>) => Promise<T>

/** One listener on the signal, however much is waited for: a crawl waits for thousands of files. */
export function heeding(signal: AbortSignal): Heed {
  const waiting = new Set<(reason: unknown) => void>()
  const leave = () => {
    for (const reject of waiting) reject(signal.reason)
  }
  signal.addEventListener('abort', leave, { once: true })

  return async (work) => {
    if (signal.aborted) work.catch(() => undefined)
    signal.throwIfAborted()
    return new Promise((resolve, reject) => {
      waiting.add(reject)
      void work.then(resolve, reject).finally(() => waiting.delete(reject))
    })
  }
}

/** A tree of which nobody waits for an answer longer than for the signal: a source that hangs must not hold its crawl. */
export function heedingTree(tree: SourceTree, signal: AbortSignal): SourceTree {
  const heed = heeding(signal)
  const { revision, log, prefetch, origin } = tree
  return {
    revision,
    get warnings() {
      return tree.warnings ?? []
    },
    list: (patterns, own) => heed(tree.list(patterns, own)),
    read: (path, options) => heed(tree.read(path, options)),
    stat: (path) => heed(tree.stat(path)),
    ...(log && { log: (path) => heed(log.call(tree, path)) }),
    ...(prefetch && { prefetch: (wants, own) => heed(prefetch.call(tree, wants, own)) }),
    ...(origin && { origin: (path, line) => origin.call(tree, path, line) }),
  }
}
