import { BlockList, isIP, isIPv4 } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { NotAdmitted } from '../../platform/auth/sign-in.ts'
import type { ProxyOptions } from './config.ts'
import type { Profile } from './profile.ts'

export interface Proxies {
  /** Where a request comes from: its sender, or whom the proxies in front say they had it from. */
  addressOf(request: FastifyRequest): string
  /**
   * Whom a proxy names; undefined where none names anybody.
   *
   * @throws NotAdmitted for a name from elsewhere, or one that cannot be read
   */
  personOf(request: FastifyRequest): Profile | undefined
}

/** For the throttling and the audit of everything that has to do with sign-in. */
export const proxiesRef: ServiceRef<Proxies> = serviceRef('access.proxies')

const longest = 320
const title = 'You cannot sign in this way'

/** @param refused is told of a header that was not believed */
export function createProxies(
  options: ProxyOptions | undefined,
  refused: (request: FastifyRequest, reason: string) => void,
): Proxies {
  const trusted = networks(options?.from ?? [])
  const isTrusted = (address: string) =>
    isIP(address) !== 0 && trusted.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')

  function addressOf(request: FastifyRequest): string {
    const peer = plain(request.ip)
    if (!options || !isTrusted(peer)) return peer
    const named = [request.headers['x-forwarded-for'] ?? []]
      .flat()
      .join(',')
      .split(',')
      .map((one) => plain(one.trim()))
    const stranger = named.findLast((address) => address !== '' && !isTrusted(address))
    return stranger !== undefined && isIP(stranger) !== 0 ? stranger : peer
  }

  function personOf(request: FastifyRequest): Profile | undefined {
    if (!options) return undefined
    const login = headerOf(request, options.header)
    if (login === undefined) return undefined
    if (!isTrusted(plain(request.ip))) {
      refused(request, 'header from a stranger')
      throw new NotAdmitted(title, `The header ${options.header} does not come from a proxy that this portal trusts`, {
        hint: `It came from ${plain(request.ip)}. If that is your proxy, add the address to access({ proxy: { from } }); else open the portal through the proxy.`,
      })
    }
    const email = options.email && headerOf(request, options.email)
    const name = options.name && headerOf(request, options.name)
    for (const text of [login, email, name]) {
      if (text === undefined || isReadable(text)) continue
      refused(request, 'unreadable header')
      throw new NotAdmitted(title, 'The proxy in front of the portal does not say clearly who you are', {
        hint: `Each of its headers is to name one person in at most ${longest} characters, without a comma.`,
      })
    }
    return {
      provider: 'proxy',
      subject: login,
      login,
      ...(name && { name }),
      ...(email && { email, emailVerified: true }),
      ...(!email && login.includes('@') && { email: login, emailVerified: true }),
    }
  }

  return { addressOf, personOf }
}

/** An IPv4 address that came through a socket for both is written as one. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

function networks(texts: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of texts) {
    const [address = '', bits] = text.split('/')
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}

/** Blank is as good as absent: proxies send it for who is not signed in. */
function headerOf(request: FastifyRequest, name: string): string | undefined {
  const text = [request.headers[name] ?? []].flat().join(',').trim()
  return text === '' ? undefined : text
}

// Two headers of one name arrive as one with a comma.
function isReadable(text: string): boolean {
  return text.length <= longest && !/[\p{Cc},]/u.test(text)
}
