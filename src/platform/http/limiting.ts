import type { FastifyRequest } from 'fastify'
import { Gauge, type Registry } from 'prom-client'
import { milliseconds } from '../../api/time.ts'
import { isLoopback } from '../auth/identity.ts'
import { createHeavyWork } from './heavy-work.ts'
import type { Limits } from './limits.ts'
import { networkOf, senderOf } from './network.ts'
import { type CountRequest, createRate } from './rate.ts'
import type { RouteLimits } from './routes.ts'
import type { Senders } from './senders.ts'

export interface Limiting {
  count: CountRequest
  routes: RouteLimits
  /** Whose requests, work and streams are counted together: a person's, or those of an address. */
  personOf(request: FastifyRequest): string
}

/** What keeps one person or address from taking up the portal for everybody. */
export function limitsOf(
  limits: Limits,
  { now, senders, metrics }: { now(): Date; senders: Pick<Senders, 'of'>; metrics: Registry },
): Limiting {
  const addressOf = addressBy(senders)
  const heavy = createHeavyWork(limits.heavy)
  new Gauge({
    name: 'callboard_heavy_work',
    help: 'Requests that take long: those worked on, and those that wait',
    labelNames: ['state'],
    registers: [metrics],
    collect() {
      this.set({ state: 'running' }, heavy.running)
      this.set({ state: 'waiting' }, heavy.waiting)
    },
  })
  const personOf = (request: FastifyRequest) => {
    const { actor } = request
    return actor !== undefined && actor.kind !== 'guest' ? actor.id : networkOf(addressOf(request))
  }
  return {
    count: createRate({ rate: limits.rate, now, addressOf }),
    routes: { answerTime: milliseconds(limits.answerTime), heavy, personOf },
    personOf,
  }
}

/** Where nobody was told of a proxy, one on this machine is still believed: anybody else comes from elsewhere. */
function addressBy(senders: Pick<Senders, 'of'>): (request: FastifyRequest) => string {
  return (request) => {
    const { address } = senders.of(request)
    return isLoopback(address) ? senderOf(request) : address
  }
}
