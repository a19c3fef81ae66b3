import { refusal } from './failure.ts'
import { canonicalHost, isHost, matchesRule } from './host-rule.ts'
import type { HostRules } from './options.ts'

/** Where a request goes. */
export interface Destination {
  url: URL
  /** Scheme, host and port, also where the port is the usual one: `https://git.acme.dev:443`. */
  origin: string
  /** A name in ASCII or an address, in lower case, without brackets and without a dot at its end. */
  host: string
  port: number
  secure: boolean
}

const longest = 8_192
// Other than a browser, nobody who writes an address into a file means what these would be turned into.
const unwritable = /[\p{Cc}\p{Z}\ufeff\\]/u

/**
 * Reads an address. What a parser would silently repair is refused.
 *
 * @throws Failure `refused`
 */
export function parseDestination(address: string | URL): Destination {
  const text = String(address)
  if (text.length > longest) throw refusal(`it is longer than ${longest} characters`, 'Shorten it.')
  if (unwritable.test(text)) {
    throw refusal('it contains spaces, control characters or backslashes', 'Remove them, or encode them with %.')
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) throw refusal('it has no scheme', 'Begin it with https://.')
  if (scheme !== 'https' && scheme !== 'http') throw refusal(`its scheme is ${scheme}`, 'Only https is asked.')
  if (!/^https?:\/\/[^/?#]/i.test(text)) throw refusal('it names no host', 'Write https://host/path.')
  if (!URL.canParse(text)) throw refusal('its host or port cannot be read', 'Check its spelling.')
  const url = new URL(text)
  if (url.username || url.password || /^https?:\/\/[^/?#]*@/i.test(text)) {
    throw refusal('it carries a user name or password', 'Take them out, and use the token option of its source.')
  }
  const host = canonicalHost(url.hostname)
  if (!isHost(host)) throw refusal('its host is not a host name', 'Check its spelling.')
  const secure = scheme === 'https'
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
  if (port === 0) throw refusal('nothing listens on port 0', 'Correct the port, or leave it out.')
  url.hash = ''
  return { url, origin: `${scheme}://${host}:${port}`, host, port, secure }
}

/**
 * Asks the lists of the configuration; addresses are looked at when they are known.
 *
 * @throws Failure `refused`
 */
export function checkLists(to: Destination, rules: HostRules, allowPrivate: boolean): void {
  if (matchesRule(rules.denyHosts, to)) {
    throw refusal('its host is on the list outbound.denyHosts', 'Ask whoever runs the portal.')
  }
  if (rules.allowHosts && !matchesRule(rules.allowHosts, to)) {
    throw refusal('its host is not on the list outbound.allowHosts', `Add ${to.host} to that list.`)
  }
  if (!to.secure && !allowPrivate && !matchesRule(rules.allowHttp, to)) {
    throw refusal('its scheme is http', `Use https, or add ${to.host} to outbound.allowHttp.`)
  }
}

/** An address as it may be shown: what may be secret in it left out, and never long. */
export function shownAddress(address: string | URL): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*:[\\/]*)?(.*)$/is.exec(String(address)) ?? []
  const authority = /^[^/?#\\]*/.exec(rest)?.[0] ?? ''
  const path = rest.slice(authority.length).replace(/[?#].*$/s, (query) => (query.startsWith('?') ? '?…' : ''))
  const text = `${scheme}${authority.slice(authority.lastIndexOf('@') + 1)}${path}`.replace(/\p{C}/gu, '\ufffd')
  return text.length > 200 ? `${text.slice(0, 199)}…` : text
}
