import { randomInt } from 'node:crypto'
import { Readable } from 'node:stream'
import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import type { After } from '../jobs/clock.ts'
import { ChangeLog, type Codes, codeOf, touches } from './change-log.ts'
import { type Sealed, Seals } from './seal.ts'

/** In milliseconds. */
export const liveTimes = {
  /** What is announced within this goes out together: a file that was read, then its problems. */
  gather: 25,
  /** The least between two events, however fast changes follow each other. */
  apart: 400,
  /** How often a comment keeps proxies from closing a silent stream. */
  beat: 20_000,
  /** After this a stream ends, and the page that comes back is asked again who it is for. */
  age: 15 * 60_000,
  /** How often it is asked whether whoever listens still may. */
  look: 5_000,
}

export const liveLimits = {
  /** Open streams of one person, or of one address while nobody signs in. */
  person: 24,
  /** Open streams of everybody. */
  portal: 500,
  /** Topics of one announcement; with more it is about everything. */
  topics: 500,
}

/** Why there is no stream now, and after how many seconds to ask again. */
export interface Refusal {
  status: 429 | 503
  message: string
  retryAfter: number
}

export interface Connection extends Sealed {
  actor: Actor
  /** Whose streams are counted together. */
  person: string
  /** With whose end the stream ends. */
  session?: string | undefined
  /** Whether whoever listens is who they were, and still may. */
  still?: () => boolean
  /** Where the page stands: what came later is told at once. */
  since: string | undefined
}

/** Tells open pages that what they show has changed. An event says only that, and where things now stand. */
export interface Live {
  /** Where things stand. Taken before a page's data is read, it never claims too much. */
  readonly position: string
  /** How many pages listen. */
  readonly open: number
  /** Where a page listens that shows these topics to this reader. */
  address(actor: Actor, topics: readonly string[]): string
  announce(topics: readonly string[]): void
  /** Tells what was announced now, and does not gather more. For whoever waits until everything is at rest. */
  flush(): void
  connect(connection: Connection): Readable | Refusal
  /** Ends the streams of these sessions, at once. Their pages ask for themselves once more, and find out why. */
  disconnect(sessions: readonly string[]): void
  /** Ends every stream and opens no other. */
  close(): void
}

interface Stream {
  person: string
  session: string | undefined
  still: (() => boolean) | undefined
  codes: ReadonlySet<string>
  until: number
  readable: Readable
}

export function createLive({
  now,
  after,
  limits = { perPerson: liveLimits.person, inAll: liveLimits.portal },
}: {
  now: () => Date
  after: After
  limits?: { perPerson: number; inAll: number }
}): Live {
  const seals = new Seals()
  const log = new ChangeLog()
  // The same few pages are asked for again and again, and a seal takes as long as a twentieth of a page.
  const addresses = new LRUCache<string, string>({ max: 300 })
  const streams = new Set<Stream>()
  let pending: Set<string> | 'all' = new Set()
  let cancelFlush: (() => void) | undefined
  let cancelBeat: (() => void) | undefined
  let cancelLook: (() => void) | undefined
  let flushedAt = Number.NEGATIVE_INFINITY
  let closed = false

  function address(actor: Actor, topics: readonly string[]): string {
    const key = [actor.id, ...topics].join('\n')
    const known = addresses.get(key) ?? `/live?${new URLSearchParams({ ...seals.seal(actor, topics) })}`
    addresses.set(key, known)
    return known
  }

  function announce(topics: readonly string[]): void {
    if (closed || topics.length === 0) return
    pending = grown(pending, topics)
    const wait = Math.max(liveTimes.gather, flushedAt + liveTimes.apart - now().getTime())
    cancelFlush ??= after(wait, flush)
  }

  function flush(): void {
    cancelFlush?.()
    cancelFlush = undefined
    if (closed || (pending !== 'all' && pending.size === 0)) return
    flushedAt = now().getTime()
    const codes: Codes = pending === 'all' ? 'all' : new Set([...pending].map(codeOf))
    pending = new Set()
    log.add(codes)
    for (const stream of streams) if (touches(codes, stream.codes)) tell(stream.readable)
  }

  function tell(readable: Readable): void {
    readable.push(`event: changed\nid: ${log.position}\ndata: ${log.position}\n\n`)
  }

  function connect({ actor, person, session, still, since, ...sealed }: Connection): Readable | Refusal {
    const refusal = refusalOf(person)
    if (refusal) return refusal
    const codes = seals.open(actor, sealed)
    const readable = new Readable({ read() {} })
    const until = now().getTime() + liveTimes.age
    const stream = { person, session, still, codes: codes ?? new Set<string>(), until, readable }
    streams.add(stream)
    readable.once('close', () => streams.delete(stream))
    cancelBeat ??= after(liveTimes.beat, beat)
    if (still) cancelLook ??= after(liveTimes.look, look)
    // Spread, so that a portal that was away is not asked by everybody at once.
    readable.push(`retry: ${randomInt(1000, 5000)}\n\n`)
    if (!codes || log.hasSince(since, codes)) tell(readable)
    return readable
  }

  function refusalOf(person: string): Refusal | undefined {
    if (closed) return { status: 503, message: 'The portal is stopping.', retryAfter: 2 }
    if (streams.size >= limits.inAll) {
      return {
        status: 503,
        message: 'Too many pages are open; this one shows changes when it is loaded.',
        retryAfter: 60,
      }
    }
    const own = [...streams].filter((stream) => stream.person === person).length
    if (own < limits.perPerson) return undefined
    return {
      status: 429,
      message: 'You have too many pages open; this one shows changes when it is loaded.',
      retryAfter: 60,
    }
  }

  function beat(): void {
    cancelBeat = undefined
    for (const stream of streams) {
      const { readable, until } = stream
      // What was sent since the last beat still waits: nobody reads it. That is 3 kB at most.
      if (readable.readableLength > 0) readable.destroy()
      else if (until <= now().getTime()) end(stream)
      else readable.push(':\n\n')
    }
    if (streams.size > 0) cancelBeat = after(liveTimes.beat, beat)
  }

  /** A token may have been revoked, or a person lost a right, without any session ending. */
  function look(): void {
    cancelLook = undefined
    for (const stream of streams) if (stream.still?.() === false) dismiss(stream)
    if ([...streams].some(({ still }) => still)) cancelLook = after(liveTimes.look, look)
  }

  /** The page asks for itself once more, and finds out why. */
  function dismiss(stream: Stream): void {
    streams.delete(stream)
    // Whoever takes nothing is not waited for.
    if (stream.readable.readableLength > 0) stream.readable.destroy()
    else {
      tell(stream.readable)
      stream.readable.push(null)
    }
  }

  function end(stream: Stream): void {
    streams.delete(stream)
    if (stream.readable.readableLength > 0) stream.readable.destroy()
    else stream.readable.push(null)
  }

  function disconnect(sessions: readonly string[]): void {
    const ended = new Set(sessions)
    for (const stream of streams) {
      if (stream.session === undefined || !ended.has(stream.session)) continue
      dismiss(stream)
    }
  }

  function close(): void {
    closed = true
    cancelFlush?.()
    cancelBeat?.()
    cancelLook?.()
    for (const stream of streams) end(stream)
  }

  return {
    get position() {
      return log.position
    },
    get open() {
      return streams.size
    },
    address,
    announce,
    flush,
    connect,
    disconnect,
    close,
  }
}

function grown(pending: Set<string> | 'all', topics: readonly string[]): Set<string> | 'all' {
  if (pending === 'all' || pending.size + topics.length > liveLimits.topics) return 'all'
  for (const topic of topics) pending.add(topic)
  return pending
}
