import type { FastifyReply, FastifyRequest } from 'fastify'
import { PortalError } from '../../api/errors.ts'
import { isLoopback } from '../auth/identity.ts'
import { operator } from '../auth/operator.ts'
import { type Buckets, createBuckets } from './buckets.ts'
import type { Limits } from './limits.ts'
import { networkOf } from './network.ts'

export interface RateHost {
  rate: Limits['rate']
  now(): Date
  /** Where a request comes from, as far as that is to be believed. */
  addressOf(request: FastifyRequest): string
}

/** Counts a request. @throws PortalError `rate_limited` for one too many */
export type CountRequest = (request: FastifyRequest, reply: FastifyReply) => void

/** By address: whoever begins to sign in has not said who it is. */
const signInRate = { perSecond: 0.5, burst: 60 }

/** Answered whatever else is asked: a machine that is not told that the portal is well ends it. */
const uncounted = new Set(['/healthz', '/readyz'])

/**
 * Who is signed in is counted for themselves, wherever they are; everybody else by address. Many people share an address,
 * so that nobody who is signed in can be kept out by others there.
 */
export function createRate({ rate, now, addressOf }: RateHost): CountRequest {
  if (rate === false) return () => undefined
  const clock = () => now().getTime()
  const people = createBuckets({ ...rate, now: clock })
  const addresses = createBuckets({ ...rate, now: clock })
  const signIns = createBuckets({ ...signInRate, now: clock })

  return (request, reply) => {
    const { actor } = request
    const { url, config } = request.routeOptions
    if (actor === operator || (url !== undefined && uncounted.has(url))) return
    const address = addressOf(request)
    // Where there is no access control, whoever is on the machine may do everything: there is nobody to be protected.
    if (actor?.kind === 'guest' && isLoopback(address)) return
    if ((config as { signIn?: boolean }).signIn) take(signIns, networkOf(address), reply, 'sign-in')
    const isKnown = actor !== undefined && actor.kind !== 'guest'
    if (isKnown) take(people, actor.id, reply, 'person')
    else take(addresses, networkOf(address), reply, 'address')
  }
}

const whom = {
  person: 'You have',
  address: 'Your address has',
  'sign-in': 'For signing in, your address has',
} as const

function take(buckets: Buckets, key: string, reply: FastifyReply, policy: keyof typeof whom): void {
  const { wait, left, full } = buckets.take(key)
  const { burst, perSecond } = buckets
  // Of no use to somebody who looks at pages: only when it begins to matter.
  if (left >= burst / 2) return
  reply.header('ratelimit-policy', `"${policy}";q=${burst};w=${Math.ceil(burst / perSecond)}`)
  reply.header('ratelimit', `"${policy}";r=${left};t=${wait > 0 ? wait : full}`)
  if (wait === 0) return
  throw new PortalError('rate_limited', `${whom[policy]} asked too much in too short a time`, {
    hint: `Try again in ${wait === 1 ? 'a second' : `${wait} seconds`}. A program should ask more slowly.`,
    retryAfter: wait,
  })
}
