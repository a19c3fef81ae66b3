import { setTimeout as wait } from 'node:timers/promises'
import type { Registry } from 'prom-client'
import { messageOf, PortalError } from '../../api/errors.ts'
import type { HttpAnswer, HttpClient, HttpHead, HttpRequest, HttpStream } from '../../api/http-client.ts'
import type { Log } from '../../api/plugin.ts'
import { milliseconds } from '../../api/time.ts'
import type { Answer, Attempts } from './attempts.ts'
import { Call } from './call.ts'
import type { Connector } from './connection.ts'
import { checkLists, parseDestination, shownAddress } from './destination.ts'
import { Failure } from './failure.ts'
import { type Outcome, outboundMetrics } from './metrics.ts'
import { defaultLimits, defaultOutbound, hostRules, type Limits, type Outbound } from './options.ts'
import { follow, type Hop, redirectOf } from './redirect.ts'
import { requestHeaders } from './request-headers.ts'
import { type Resolver, systemResolver } from './resolution.ts'

export interface HttpClientOptions {
  options?: Outbound
  log: Log
  metrics?: Registry
  /** For tests, like all below. */
  limits?: Partial<Limits>
  resolver?: Resolver
  connector?: Connector
  now?: () => Date
  sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** A number from 0 to 1. */
  random?: () => number
}

export interface PortalHttpClient extends HttpClient {
  /** Ends every connection. */
  close(): void
}

/** Where a call has come to, for the message when it goes no further. */
interface Trail {
  at: string | URL
  from?: URL
}

/** The one way out. What it takes to connect is loaded with the first request. */
export function createHttpClient(given: HttpClientOptions): PortalHttpClient {
  const { options = defaultOutbound, log, connector, resolver = systemResolver, random = Math.random } = given
  const { now = () => new Date(), sleep = (delay, signal) => wait(delay, undefined, { signal }) } = given
  const limits = { ...defaultLimits, ...given.limits }
  const rules = hostRules(options)
  let attempts: Attempts | undefined
  const count = given.metrics && outboundMetrics(given.metrics, () => attempts?.resting ?? 0)

  const load = async () => {
    const { Attempts } = await import('./attempts.ts')
    attempts ??= new Attempts({ perHost: options.perHost, limits, rules, resolver, connector, log, now, sleep, random })
    return attempts
  }

  const travel = async (request: HttpRequest, call: Call, whole: boolean, trail: Trail): Promise<Answer & HttpHead> => {
    const { method = 'GET', body, maxBytes = options.maxBytes, retries = limits.retries } = request
    const { redirects = limits.redirects, timeout } = request
    const headLimit = timeout === undefined ? limits.head : milliseconds(timeout)
    const to = parseDestination(request.url)
    let hop: Hop = { to, method, headers: requestHeaders(request.headers), body }
    for (let followed = 0; ; followed++) {
      const allowPrivate = request.allowPrivate === true && hop.to.origin === to.origin
      checkLists(hop.to, rules, allowPrivate)
      const sender = attempts ?? (await load())
      const follows = redirects > 0
      const answer = await sender.send(hop, { call, whole, allowPrivate, maxBytes, retries, headLimit, follows })
      const location = follows ? redirectOf(answer.status, answer.headers.location) : undefined
      if (location === undefined) return { ...answer, url: hop.to.url.href }
      if (followed >= redirects) {
        trail.at = request.url
        throw tooManyRedirects(redirects)
      }
      trail.from = hop.to.url
      trail.at = URL.canParse(location, hop.to.url.href) ? new URL(location, hop.to.url) : location
      hop = follow(hop, answer.status, location)
    }
  }

  const run = async <T>(
    request: HttpRequest,
    whole: boolean,
    shape: (answer: Answer & HttpHead, trail: Trail) => T,
  ) => {
    const timeout = milliseconds(request.timeout ?? options.timeout)
    const call = new Call({ timeout, signal: request.signal, now: now() })
    const trail: Trail = { at: request.url }
    try {
      const answer = await travel(request, call, whole, trail)
      if (whole) call.end()
      count?.('answered')
      return shape(answer, trail)
    } catch (error) {
      count?.(outcomeOf(error, call))
      call.end()
      throw explained(error, trail)
    }
  }
  return {
    request: (request) => run(request, true, wholeAnswer),
    stream: (request) => run(request, false, streamedAnswer),
    close: () => attempts?.close(),
  }
}

function wholeAnswer({ status, headers, url, bytes }: Answer & HttpHead): HttpAnswer {
  const text = () => new TextDecoder().decode(bytes)
  const json = () => {
    try {
      return JSON.parse(text())
    } catch (cause) {
      throw new PortalError('upstream', `${shownAddress(url)} answered with something that is not JSON`, {
        hint: `Look at what it answers: ${messageOf(cause).slice(0, 120)}`,
        cause,
      })
    }
  }
  return { status, headers, url, body: bytes, text, json }
}

function streamedAnswer({ status, headers, url, stream, close }: Answer & HttpHead, trail: Trail): HttpStream {
  return { status, headers, url, body: explainedStream(stream, trail), close }
}

async function* explainedStream(stream: AsyncGenerator<Uint8Array>, trail: Trail): AsyncGenerator<Uint8Array> {
  try {
    yield* stream
  } catch (error) {
    throw explained(error, trail)
  }
}

function tooManyRedirects(most: number): Failure {
  return new Failure('redirects', `redirects more than ${most} times`, {
    hint: 'Use the address that it leads to in the end.',
  })
}

/** What people are told. Whatever is not a failure of ours, the caller's own reason for example, stays what it is. */
function explained(error: unknown, { at, from }: Trail): unknown {
  if (!(error instanceof Failure)) return error
  const { kind, message, hint, cause } = error
  const shown = shownAddress(at)
  if (kind !== 'refused') return new PortalError('upstream', `${shown} ${message}`, { hint, cause })
  if (!from) return new PortalError('invalid', `The address ${shown} is refused: ${message}`, { hint })
  return new PortalError('upstream', `${shownAddress(from)} redirects to ${shown}, which is refused: ${message}`, {
    hint,
  })
}

function outcomeOf(error: unknown, call: Call): Outcome {
  if (error instanceof Failure) return error.kind
  return call.isCancelled ? 'cancelled' : 'refused'
}
