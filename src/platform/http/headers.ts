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

/** Nothing of what a browser can do besides showing pages, and copying to the clipboard. */
const permissionsPolicy = [
  'accelerometer',
  'autoplay',
  'camera',
  'display-capture',
  'encrypted-media',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'usb',
  'xr-spatial-tracking',
]
  .map((name) => `${name}=()`)
  .join(', ')

/** On every answer, error pages and files included. */
export const securityHeaders: Record<string, string> = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': permissionsPolicy,
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'origin-agent-cluster': '?1',
}

/** For a year, for this name alone: what else runs below it is for others to say. */
const transportSecurity = 'max-age=31536000'

export interface Origins {
  /** Host and port under which the portal may be addressed, from `baseUrl`. */
  host: string
  /** `baseUrl` begins with https. */
  secure: boolean
  /** Whether a request came from a proxy that may say how it was asked. */
  isFromProxy(request: FastifyRequest): boolean
  /** Without access control only loopback names are answered, so that no foreign page can borrow a name for us. */
  loopbackOnly: boolean
}

/** What says nothing about it is kept by nobody but the reader, and asked for anew each time. */
export function keepFromCaches(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-cache')
    done(null, payload)
  })
}

/** Refuses requests that were addressed to another name, and writes that another site caused. */
export function guardOrigins(app: FastifyInstance, origins: Origins): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders)
    if (isEncrypted(request, origins)) reply.header('strict-transport-security', transportSecurity)
    if (origins.loopbackOnly) refuseForeignHost(request, origins)
    if (request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'OPTIONS') {
      refuseForeignWrite(request, origins)
    }
  })
}

/**
 * TLS ends in front of the portal. That it was spoken is known from a trusted proxy, or from an address that is https,
 * unless the request says otherwise: whoever asks the portal itself does so in the clear.
 */
function isEncrypted(request: FastifyRequest, { host, secure, isFromProxy }: Origins): boolean {
  const named = String(request.headers['x-forwarded-proto'] ?? '')
    .split(',')
    .at(-1)
    ?.trim()
    .toLowerCase()
  if (named !== undefined && named !== '' && named !== 'https') return false
  return (secure && request.host === host) || (named === 'https' && isFromProxy(request))
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
