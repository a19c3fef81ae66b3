import { PortalError } from '../../api/errors.ts'
import type { Limits } from './limits.ts'

/** Work that takes long: so much at once, in turn for each person, and no longer a queue than can be worked off. */
export interface HeavyWork {
  /** How much is being worked on. */
  readonly running: number
  readonly waiting: number
  /**
   * Does the work once it is its turn.
   *
   * @param signal takes it out of the queue
   * @throws PortalError `rate_limited` where the person, or everybody together, has too much in hand
   */
  run<T>(person: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>
}

interface Waiting {
  person: string
  start(): void
}

const retryAfter = 5

export function createHeavyWork(limits: Limits['heavy']): HeavyWork {
  const queue: Waiting[] = []
  const running = new Map<string, number>()
  let count = 0

  async function run<T>(person: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) throw gone()
    const own = (running.get(person) ?? 0) + queue.filter((one) => one.person === person).length
    if (own >= limits.perPerson) throw refusal('You have asked for more than can be worked on at once')
    if (count >= limits.atOnce) {
      if (queue.length >= limits.waiting) throw refusal('The portal has more to do than it can')
      await turn(person, signal)
    } else begin(person)
    try {
      return await work()
    } finally {
      end(person)
      next()
    }
  }

  /** Resolves when it is its turn; the place is then already taken. */
  function turn(person: string, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = { person, start: () => resolve() }
      queue.push(waiting)
      signal?.addEventListener('abort', () => {
        const at = queue.indexOf(waiting)
        if (at === -1) return
        queue.splice(at, 1)
        reject(gone())
      })
    })
  }

  /** Whoever has least in hand is next, so that one person's queue is nobody else's. */
  function next(): void {
    let [best, least] = [-1, Number.POSITIVE_INFINITY]
    for (const [at, { person }] of queue.entries()) {
      const load = running.get(person) ?? 0
      if (load < least) [best, least] = [at, load]
    }
    const [one] = best === -1 ? [] : queue.splice(best, 1)
    if (!one) return
    begin(one.person)
    one.start()
  }

  function begin(person: string): void {
    count++
    running.set(person, (running.get(person) ?? 0) + 1)
  }

  function end(person: string): void {
    count--
    const left = (running.get(person) ?? 1) - 1
    if (left > 0) running.set(person, left)
    else running.delete(person)
  }

  return {
    run,
    get running() {
      return count
    },
    get waiting() {
      return queue.length
    },
  }
}

const gone = () => new PortalError('rate_limited', 'Whoever asked for this has gone before it was its turn')

function refusal(message: string): PortalError {
  return new PortalError('rate_limited', message, {
    hint: 'Wait until what you asked for is there, then try again.',
    retryAfter,
  })
}
