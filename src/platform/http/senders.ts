import type { FastifyRequest } from 'fastify'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'

/** Where a request comes from. */
export interface Sender {
  address: string
  /** The proxy that it came through, where that is trusted to say whom it had it from. */
  proxy?: string
}

/** Says who sent a request. Sign-in knows which proxies are trusted; without it, it is whoever is connected. */
export const senderSeam: ServiceRef<(request: FastifyRequest) => string> = serviceRef('platform.sender')

/**
 * Who sent the requests that are being answered, by their ids, so that what is written down on behalf of a request says
 * so without every verb being told.
 */
export interface Senders {
  of(request: FastifyRequest): Sender
  /** Knows the sender by the id of the request until the work has ended, also when the sender has gone by then. */
  during<T>(request: FastifyRequest, work: () => Promise<T>): Promise<T>
  find(requestId: string): Sender | undefined
}

export function createSenders(addressOf: () => ((request: FastifyRequest) => string) | undefined): Senders {
  const open = new Map<string, Sender[]>()

  function of(request: FastifyRequest): Sender {
    const peer = plainAddress(request.ip)
    const address = addressOf()?.(request) ?? peer
    return address === peer ? { address } : { address, proxy: peer }
  }

  return {
    of,

    async during(request, work) {
      const sender = of(request)
      // A proxy gives ids, and so may anybody: several requests can have the same.
      const others = open.get(request.id) ?? []
      open.set(request.id, [...others, sender])
      try {
        return await work()
      } finally {
        const left = (open.get(request.id) ?? []).filter((one) => one !== sender)
        if (left.length > 0) open.set(request.id, left)
        else open.delete(request.id)
      }
    },

    find(requestId) {
      const [first, ...others] = open.get(requestId) ?? []
      if (!first || others.every(({ address }) => address === first.address)) return first
      return { address: [...new Set([first, ...others].map(({ address }) => address))].join(', ') }
    },
  }
}

/** An IPv4 address that came through a socket for both is written as one. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}
