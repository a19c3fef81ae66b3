import type { FastifyInstance, FastifyRequest } from 'fastify'
import { PortalError } from '../../api/errors.ts'
import { isLoopback } from '../auth/identity.ts'

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types callboard',
].join('; ')

/** On every answer, error pages and files included. */
export const securityHeaders: Record<string, string> = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
}

export interface Origins {
  /** Host and port under which the portal may be addressed, from `baseUrl`. */
  host: string
  /** Without access control only loopback names are answered, so that no foreign page can borrow a name for us. */
  loopbackOnly: boolean
}

/** Refuses requests that were addressed to another name, and writes that another site caused. */
export function guardOrigins(app: FastifyInstance, origins: Origins): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders)
    if (origins.loopbackOnly) refuseForeignHost(request, origins)
    if (request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'OPTIONS') {
      refuseForeignWrite(request, origins)
    }
  })
}

function refuseForeignHost(request: FastifyRequest, origins: Origins): void {
  if (request.host === origins.host || isLoopback(request.hostname)) return
  throw new PortalError('forbidden', `This portal does not answer to the name ${request.hostname}`, {
    hint: 'Without access control it answers loopback names only: open it as http://localhost or set baseUrl.',
  })
}

/** A browser always sends one of the two headers with a write; a client without both carries nobody's cookies. */
function refuseForeignWrite(request: FastifyRequest, origins: Origins): void {
  const site = request.headers['sec-fetch-site']
  if (site === 'same-origin' || site === 'none') return
  const origin = request.headers.origin
  if (site === undefined && origin === undefined) return
  if (site === undefined && origin !== undefined && sameHost(origin, [request.host, origins.host])) return
  throw new PortalError('forbidden', 'This write came from another site', {
    hint: 'Open the page of the portal itself and try again there.',
  })
}

function sameHost(origin: string, hosts: readonly string[]): boolean {
  return URL.canParse(origin) && hosts.includes(new URL(origin).host)
}
