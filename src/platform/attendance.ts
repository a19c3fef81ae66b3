const waiting = new Set<object>()
let lastPage = Number.NEGATIVE_INFINITY

/** Milliseconds for which a page tells of another one to come. */
const moments = 1_000

/** Who waits for a page. Long work in this process gives way, so that a page takes as long as it does on a quiet day. */
export const attendance = {
  came: (request: object): void => void waiting.add(request),
  /** Answered or gone; to say so twice does no harm. */
  left: (request: object): void => void waiting.delete(request),
  isAnybodyWaiting: (): boolean => waiting.size > 0,
  /** How many wait. */
  get number(): number {
    return waiting.size
  },
  /** A page is about to be sent. */
  served(): void {
    lastPage = performance.now()
  },
  /** Whether a page was sent a moment ago: then the next is not far, and what cannot be interrupted had better be short. */
  isLively: (): boolean => performance.now() - lastPage < moments,
}

let last: Promise<void> = Promise.resolve()

/**
 * For who is in no hurry: goes on when nobody waits for a page, and after so many milliseconds all the same. One after
 * the other, each in a turn of the event loop of its own: all at once would be a long one for the next page.
 */
export function giveWay(most: number): Promise<void> {
  const from = performance.now()
  last = last.then(async () => {
    // Not all the time: what a page waits for may need the other processor.
    do await (attendance.isAnybodyWaiting() ? moment() : turn())
    while (attendance.isAnybodyWaiting() && performance.now() - from < most)
  })
  return last
}

const moment = () => new Promise((resolve) => setTimeout(resolve, 1))
const turn = () => new Promise((resolve) => setImmediate(resolve))
