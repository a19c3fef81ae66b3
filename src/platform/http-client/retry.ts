import type { HttpMethod } from '../../api/http-client.ts'

const idempotent = new Set<HttpMethod>(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])
const later = new Set([408, 429, 502, 503, 504])
const first = 300
const longest = 10_000

/** Whether sending it twice does no more than sending it once (RFC 9110, 9.2.2). */
export function mayRepeat(method: HttpMethod): boolean {
  return idempotent.has(method)
}

/** Answers that say "not now". */
export function saysLater(status: number): boolean {
  return later.has(status)
}

/** Answers of a gateway for a host that is down. */
export function saysDown(status: number): boolean {
  return status === 502 || status === 503 || status === 504
}

/**
 * How long to wait before the next attempt: what the host asked for, else 300 ms, doubling up to 10 s, of which a random
 * half is left out so that those who failed together do not come back together.
 *
 * @param attempt the attempt that failed, from 1
 * @returns milliseconds; undefined when it would be more than `most`
 */
export function retryDelay(
  attempt: number,
  { retryAfter, now, random, most }: { retryAfter: string | undefined; now: Date; random: () => number; most: number },
): number | undefined {
  const asked = retryAfter === undefined ? undefined : millisecondsAsked(retryAfter, now)
  const delay = asked ?? Math.round(Math.min(first * 2 ** (attempt - 1), longest) * (1 - random() / 2))
  return delay > most ? undefined : delay
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). */
function millisecondsAsked(text: string, now: Date): number | undefined {
  if (/^\s*\d{1,9}\s*$/.test(text)) return Number(text) * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime())
}
