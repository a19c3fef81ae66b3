import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../api/actor.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'

/** Finds out who sends a request; `undefined` means nobody is signed in. */
export type Identify = (request: FastifyRequest) => Actor | undefined

/** The seam that sign-in plugs into. Without a provider everybody is the guest. */
export const identitySeam: ServiceRef<Identify> = serviceRef('platform.identity')

/** Who acts while there is no access control: whoever can reach the loopback address. */
export const guest: Actor = { id: 'guest', kind: 'guest', name: 'Guest', groups: [] }

/** Whoever is not signed in, where something must be said of them. */
export const anonymous: Actor = { id: 'anonymous', kind: 'guest', name: 'Not signed in', groups: [] }

/** Said on every page as long as the guest may do everything. */
export const guestNotice =
  'There is no access control yet: whoever reaches this address may do everything. The portal answers this machine only.'

const loopbackHosts = new Set(['localhost', '127.0.0.1', '::1', '[::1]'])

/** Whether a host name or address can only be reached from the machine itself. */
export function isLoopback(host: string): boolean {
  return loopbackHosts.has(host.toLowerCase()) || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}
