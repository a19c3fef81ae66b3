import { LRUCache } from 'lru-cache'
import { messageOf, PortalError } from '../../../api/errors.ts'
import type { Log, Progress } from '../../../api/plugin.ts'
import { type Duration, milliseconds } from '../../../api/time.ts'
import { heeding } from '../heeding.ts'
import { createTurns } from '../turns.ts'
import type { Found } from './review.ts'

/** A look at what somebody wants to register. It is kept in memory for a while, for who asked for it. */
export interface Review {
  id: string
  actorId: string
  /** As it was written. */
  written: string
  begun: Date
  /** What is being done, while it is being looked at. */
  progress: { what: string; done: number; total: number | undefined } | undefined
  failure: PortalError | undefined
  found: Found | undefined
}

export interface Reviews {
  /** @throws PortalError `rate_limited` when too many wait */
  begin(actorId: string, written: string): Review
  /** @throws PortalError `not_found` when it is over, or somebody else's */
  find(actorId: string, id: string): Review
  /** Waits until it has come to an end, but no longer than so many milliseconds. */
  settled(review: Review, patience: number): Promise<void>
  /** What is being looked at, or was a moment ago. */
  written(): string[]
  close(): void
}

export interface ReviewsArgs {
  look(written: string, progress: Progress, signal: AbortSignal): Promise<Found>
  log: Log
  /** How long one may take. */
  time: Duration
  now(): Date
  id(): string
}

/** How many are looked at, and how many more may wait. */
const atOnce = 2
const mostWaiting = 20
/** Of one person. */
const mostOwn = 6
const kept = { max: 100, ttl: 30 * 60_000 }

export function createReviews({ look, log, time, now, id }: ReviewsArgs): Reviews {
  const reviews = new LRUCache<string, Review>(kept)
  const work = new WeakMap<Review, Promise<void>>()
  const turns = createTurns(atOnce)
  const stop = new AbortController()
  let open = 0
  const openOf = new Map<string, number>()

  async function run(review: Review): Promise<void> {
    const limit = new AbortController()
    const signal = AbortSignal.any([stop.signal, limit.signal])
    let timer: NodeJS.Timeout | undefined
    const told: Progress = (done, total, what) => {
      review.progress = { what, done, total }
    }
    const giveBack = await turns.take(stop.signal)
    try {
      timer = setTimeout(() => limit.abort(tookTooLong(time)), milliseconds(time)).unref()
      told(0, undefined, 'opening')
      review.found = await heeding(signal)(look(review.written, told, signal))
    } catch (error) {
      review.failure = failureOf(signal.aborted ? signal.reason : error)
      if (review.failure.code === 'internal') log.error({ err: error }, 'A location could not be looked at')
    } finally {
      clearTimeout(timer)
      review.progress = undefined
      giveBack()
    }
  }

  return {
    begin(actorId, written) {
      if (open >= atOnce + mostWaiting) {
        throw new PortalError('rate_limited', 'Many locations are being looked at already', {
          hint: 'Try again in a minute.',
          retryAfter: 60,
        })
      }
      const own = openOf.get(actorId) ?? 0
      if (own >= mostOwn) {
        throw new PortalError('rate_limited', `${mostOwn} locations are being looked at for you already`, {
          hint: 'Wait until one of them has been looked at.',
          retryAfter: 30,
        })
      }
      const progress = { what: 'waiting', done: 0, total: undefined }
      const begun = now()
      const review: Review = { id: id(), actorId, written, begun, progress, failure: undefined, found: undefined }
      reviews.set(review.id, review)
      open++
      openOf.set(actorId, own + 1)
      const running = run(review)
        .catch((error: unknown) => {
          review.failure ??= failureOf(error)
          review.progress = undefined
        })
        .finally(() => {
          open--
          const left = (openOf.get(actorId) ?? 1) - 1
          if (left > 0) openOf.set(actorId, left)
          else openOf.delete(actorId)
        })
      work.set(review, running)
      return review
    },

    find(actorId, id) {
      const review = reviews.get(id)
      if (review?.actorId === actorId) return review
      throw new PortalError('not_found', 'This review is over', {
        hint: 'Reviews are kept for half an hour. Paste the address again at /catalog-import.',
      })
    },

    async settled(review, patience) {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patience)
      })
      await Promise.race([work.get(review) ?? Promise.resolve(), late])
      clearTimeout(timer)
    },

    written: () => [...reviews.values()].map(({ written }) => written),
    close: () => stop.abort(new PortalError('upstream', 'The portal was stopped while it looked')),
  }
}

function failureOf(error: unknown): PortalError {
  if (error instanceof PortalError) return error
  return new PortalError('internal', `The portal could not look at it: ${messageOf(error).slice(0, 200)}`, {
    hint: 'The log says more. Try again.',
    cause: error,
  })
}

function tookTooLong(time: Duration): PortalError {
  return new PortalError('upstream', `Looking at it took longer than ${time} and was stopped`, {
    hint: 'Try again: what was fetched is kept. For a large repository raise registrations.reviewTime of the catalog, or use the address of a folder.',
  })
}
