import type { FastifyRequest } from 'fastify'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { isLoopback } from '../auth/identity.ts'

/** Scheme and host under which people reach the portal, as the configuration gives it. */
export const portalAddress: ServiceRef<string> = serviceRef('platform.address')

/**
 * What absolute addresses begin with: the configured address; where that is only this machine's own name, the one
 * that the request was sent to.
 *
 * @example `https://portal.acme.dev`
 */
export function originOf(request: FastifyRequest, use: <T>(service: ServiceRef<T>) => T): string {
  const configured = use(portalAddress)
  return isLoopback(new URL(configured).hostname) ? `${request.protocol}://${request.host}` : configured
}
