import type { FastifyRequest } from 'fastify'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { isLoopback } from '../auth/identity.ts'
import { loadedConfig } from '../config/load.ts'

type Use = <T>(service: ServiceRef<T>) => T

/** Scheme and host under which people reach the portal, as the configuration gives it. */
export const portalAddress: ServiceRef<string> = serviceRef('platform.address')

/**
 * What absolute addresses begin with: `baseUrl` where it is written down; else the address that the request was sent to,
 * unless HOST names one. Headers in which proxies say what they were asked for are not believed.
 *
 * @example `https://portal.acme.dev`
 */
export function originOf(request: FastifyRequest, use: Use): string {
  return reachedAt(use, `${request.protocol}://${request.host}`)
}

/** The address under which people reach the portal, as far as it is known; else the one that was seen. */
export function reachedAt(use: Use, seen: string): string {
  const address = use(portalAddress)
  const isWritten = use(loadedConfig).origins?.baseUrl === 'file'
  return !isWritten && isLoopback(new URL(address).hostname) ? seen : address
}
