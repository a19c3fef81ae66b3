import { z } from 'zod'
import { milliseconds } from '../../api/time.ts'
import { type HostRule, parseHostRule } from './host-rule.ts'

const hosts = z.array(z.string().refine((text) => parseHostRule(text) !== undefined))
const duration = z.string().refine(isDuration)

/** What the configuration says about requests to other systems. */
export const OutboundOptions = z.strictObject({
  allowHosts: hosts.optional().describe('The only hosts that are asked; every public one unless given'),
  denyHosts: hosts.default([]).describe('Hosts that are never asked'),
  allowPrivate: hosts.default([]).describe('Hosts whose addresses may be private'),
  allowHttp: hosts.default([]).describe('Hosts that may be asked by plain http'),
  timeout: duration.default('30s').describe('How long one request may take, with retries and redirects'),
  maxBytes: z.number().int().positive().default(10_000_000).describe('Largest answer, after decompression'),
  perHost: z.number().int().min(1).max(100).default(8).describe('Requests to one host at the same time'),
})

export type Outbound = z.output<typeof OutboundOptions>

export const defaultOutbound: Outbound = OutboundOptions.parse({})

/** The lists of hosts, read once. */
export interface HostRules {
  allowHosts: readonly HostRule[] | undefined
  denyHosts: readonly HostRule[]
  allowPrivate: readonly HostRule[]
  allowHttp: readonly HostRule[]
}

export function hostRules(options: Outbound): HostRules {
  return {
    allowHosts: options.allowHosts && rulesOf(options.allowHosts),
    denyHosts: rulesOf(options.denyHosts),
    allowPrivate: rulesOf(options.allowPrivate),
    allowHttp: rulesOf(options.allowHttp),
  }
}

const rulesOf = (texts: readonly string[]) => texts.flatMap((text) => parseHostRule(text) ?? [])

/** What is not worth an option, in milliseconds, bytes and counts. Tests make them small. */
export interface Limits {
  /** Looking the name up, and then connecting, each. */
  connect: number
  /** Until the head of the answer, where the request says nothing about time. */
  head: number
  /** Without a byte of the body. */
  idle: number
  headBytes: number
  redirects: number
  retries: number
  /** Longest `Retry-After` that is waited for. */
  retryAfter: number
  /** Failures in a row after which a host is left alone. */
  failures: number
  /** For how long at first, doubling up to `longestPause`. */
  pause: number
  longestPause: number
  /** Requests that wait for one host. */
  waiting: number
}

export const defaultLimits: Limits = {
  connect: 5_000,
  head: 15_000,
  idle: 15_000,
  headBytes: 16_384,
  redirects: 5,
  retries: 2,
  retryAfter: 30_000,
  failures: 5,
  pause: 30_000,
  longestPause: 300_000,
  waiting: 256,
}

function isDuration(text: string): boolean {
  try {
    return milliseconds(text) > 0
  } catch {
    return false
  }
}
