import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { bodyOf, encodings } from './body.ts'
import type { Call } from './call.ts'
import { type Connector, createConnector, PinnedAgent } from './connection.ts'
import type { Destination } from './destination.ts'
import { exchange } from './exchange.ts'
import { Failure, timedOut } from './failure.ts'
import type { HostRules, Limits } from './options.ts'
import type { Origin, OriginOptions, Permit } from './origin.ts'
import { Origins } from './origins.ts'
import { type Hop, redirectOf } from './redirect.ts'
import { permittedAddresses, type Resolver } from './resolution.ts'
import { mayRepeat, retryDelay, saysDown, saysLater } from './retry.ts'

export interface AttemptsOptions extends Omit<OriginOptions, 'name' | 'limits'> {
  limits: Limits
  rules: HostRules
  resolver: Resolver
  connector: Connector | undefined
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  random(): number
}

export interface SendOptions {
  call: Call
  /** Reads the body; otherwise it is handed out unread. */
  whole: boolean
  allowPrivate: boolean
  maxBytes: number
  retries: number
  /** Milliseconds. */
  headLimit: number
  /** Whether a redirect is followed, so that its body is of no interest. */
  follows: boolean
}

export interface Answer {
  status: number
  headers: Record<string, string>
  bytes: Uint8Array
  stream: AsyncGenerator<Uint8Array>
  close(): void
}

/** Sends requests to hosts, of which it remembers how they do, and again where that may help. */
export class Attempts {
  readonly #options: AttemptsOptions
  readonly #origins: Origins
  readonly #kept: PinnedAgent
  readonly #fresh: PinnedAgent

  constructor(options: AttemptsOptions) {
    this.#options = options
    this.#origins = new Origins(options)
    const connector = options.connector ?? createConnector()
    this.#kept = new PinnedAgent(connector, true)
    this.#fresh = new PinnedAgent(connector, false)
  }

  /** How many hosts are left alone at this moment. */
  get resting(): number {
    return this.#origins.resting
  }

  /** @throws Failure, or the reason of the one who ended the call */
  async send(hop: Hop, options: SendOptions): Promise<Answer> {
    const most = mayRepeat(hop.method) ? options.retries : 0
    const origin = this.#origins.of(hop.to.origin)
    try {
      for (let attempt = 1; ; attempt++) {
        const delayAfter = (retryAfter?: string) =>
          attempt > most || origin.isResting ? undefined : this.#delay(attempt, retryAfter, options.call)
        const done = await this.#attempt(hop, origin, options, delayAfter)
        if ('answer' in done) return done.answer
        const { host } = hop.to
        this.#options.log.debug({ host, attempt, delay: done.delay, reason: done.reason }, 'A request is sent again')
        await this.#sleep(done.delay, options.call.signal)
      }
    } finally {
      this.#origins.release(hop.to.origin)
    }
  }

  close(): void {
    this.#kept.destroy()
    this.#fresh.destroy()
  }

  async #attempt(
    hop: Hop,
    origin: Origin,
    options: SendOptions,
    delayAfter: (retryAfter?: string) => number | undefined,
  ): Promise<{ answer: Answer } | { delay: number; reason: string }> {
    const permit = await origin.enter(options.call.signal)
    try {
      const response = await this.#connect(hop, options)
      const { statusCode: status = 0, headers } = response
      const settle = () => (saysDown(status) ? permit.fail(`answered ${status}`) : permit.succeed())
      if (saysLater(status)) {
        settle()
        const delay = delayAfter(headers['retry-after'])
        if (delay !== undefined) {
          response.destroy()
          return { delay, reason: `answered ${status}` }
        }
      }
      return { answer: await this.#answer(hop, response, options, { permit, settle }) }
    } catch (error) {
      settleFailure(permit, error)
      const delay = error instanceof Failure && error.retryable ? delayAfter() : undefined
      if (delay === undefined || options.call.signal.aborted) throw error
      return { delay, reason: (error as Failure).message }
    }
  }

  async #connect(hop: Hop, { call, allowPrivate, headLimit }: SendOptions): Promise<IncomingMessage> {
    const { limits, rules, resolver } = this.#options
    const { to, method, headers, body } = hop
    const addresses = await inTime(
      call.within(permittedAddresses(to, { rules, resolver, allowPrivate })),
      timedOut('could not be looked up', limits.connect),
      limits.connect,
    )
    return exchange({
      target: { host: to.host, port: to.port, secure: to.secure, addresses },
      // A kept connection may end while it is used again; what must not be sent twice does not take that risk.
      agent: mayRepeat(method) ? this.#kept : this.#fresh,
      method,
      path: `${to.url.pathname}${to.url.search}`,
      headers: { host: hostHeader(to), ...headers, 'accept-encoding': encodings, ...lengthOf(body) },
      body,
      limits: { connect: limits.connect, head: headLimit, headBytes: limits.headBytes },
      signal: call.signal,
    })
  }

  async #answer(
    hop: Hop,
    response: IncomingMessage,
    { call, whole, maxBytes, follows }: SendOptions,
    { permit, settle }: { permit: Permit; settle: () => void },
  ): Promise<Answer> {
    const status = response.statusCode ?? 0
    const headers = plainHeaders(response)
    const none = { status, headers, bytes: new Uint8Array(), stream: nothing(), close: () => {} }
    if (hop.method === 'HEAD' || (follows && redirectOf(status, headers.location))) {
      settle()
      if (hop.method === 'HEAD') response.resume()
      else response.destroy()
      return none
    }
    const body = bodyOf(response, { maxBytes, idle: this.#options.limits.idle, signal: call.signal })
    if (whole) {
      const bytes = await joined(body)
      settle()
      return { ...none, bytes }
    }
    call.extend()
    const close = () => {
      response.destroy()
      settle()
      call.end()
      this.#origins.release(hop.to.origin)
    }
    return { ...none, stream: watched(body, permit, close), close }
  }

  #delay(attempt: number, retryAfter: string | undefined, call: Call): number | undefined {
    const { now, random, limits } = this.#options
    const most = Math.min(limits.retryAfter, call.remaining(now()))
    return retryDelay(attempt, { retryAfter, now: now(), random, most })
  }

  async #sleep(delay: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#options.sleep(delay, signal)
    } finally {
      signal.throwIfAborted()
    }
  }
}

function settleFailure(permit: Permit, error: unknown): void {
  if (!(error instanceof Failure) || error.kind === 'refused') permit.drop()
  else if (error.isOutage) permit.fail(error.message)
  else permit.succeed()
}

async function inTime<T>(work: Promise<T>, failure: Failure, limit: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(failure), limit)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function* watched(
  body: AsyncGenerator<Uint8Array>,
  permit: Permit,
  close: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    settleFailure(permit, error)
    throw error
  } finally {
    close()
  }
}

function plainHeaders(response: IncomingMessage): Record<string, string> {
  const entries = Object.entries(response.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  )
  return Object.fromEntries(entries)
}

/** Node leaves it out of requests whose methods seldom have a body, and the server then takes that for a request. */
function lengthOf(body: string | Uint8Array | undefined): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
}

function hostHeader({ host, port, secure }: Destination): string {
  const name = isIP(host) === 6 ? `[${host}]` : host
  return port === (secure ? 443 : 80) ? name : `${name}:${port}`
}
