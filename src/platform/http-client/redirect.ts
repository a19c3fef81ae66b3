import type { HttpMethod } from '../../api/http-client.ts'
import { type Destination, parseDestination } from './destination.ts'
import { refusal } from './failure.ts'

/** One request of a call, as it is sent. */
export interface Hop {
  to: Destination
  method: HttpMethod
  headers: Readonly<Record<string, string>>
  body: string | Uint8Array | undefined
}

const statuses = new Set([301, 302, 303, 307, 308])
/** What says nothing about who asks; tokens travel under any name, so the others stay behind. */
const harmless = new Set(['accept', 'accept-language', 'user-agent'])

/** Where an answer leads to. */
export function redirectOf(status: number, location: string | undefined): string | undefined {
  return statuses.has(status) && location ? location : undefined
}

/**
 * The request that follows a redirect, as browsers make it.
 *
 * @throws Failure `refused`
 */
export function follow(hop: Hop, status: number, location: string): Hop {
  const to = parseDestination(absolute(location, hop.to.url))
  const sameOrigin = to.origin === hop.to.origin
  const becomesGet = status === 303 ? hop.method !== 'HEAD' : status < 303 && hop.method === 'POST'
  if (!becomesGet && !sameOrigin && hop.method !== 'GET' && hop.method !== 'HEAD') {
    const hint = 'Use the address that it redirects to, if you trust it.'
    throw refusal(`a ${hop.method} is not handed on to another host`, hint)
  }
  const kept = Object.entries(hop.headers).filter(([name]) => {
    if (!sameOrigin && !harmless.has(name)) return false
    return !becomesGet || !name.startsWith('content-')
  })
  const rest = becomesGet ? { method: 'GET' as const, body: undefined } : { method: hop.method, body: hop.body }
  return { to, headers: Object.fromEntries(kept), ...rest }
}

/** Texts that are not addresses stay as they are, so that what is wrong with them is told. */
function absolute(location: string, base: URL): string {
  if (/[\s\\]/.test(location) || !URL.canParse(location, base.href)) return location
  const { href } = new URL(location, base)
  return /^[a-z][a-z0-9+.-]*:/i.test(location) ? location : href
}
