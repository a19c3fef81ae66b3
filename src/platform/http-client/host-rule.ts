import { isIP } from 'node:net'

/** One entry of a list of hosts in the configuration. */
export interface HostRule {
  host: string
  /** `*.acme.dev`: every host below it, not itself. */
  below: boolean
  /** Every port when it is undefined. */
  port: number | undefined
}

const hostName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/

/** @returns undefined unless it is `git.acme.dev`, `*.acme.dev`, an address, or one of them with a port */
export function parseHostRule(text: string): HostRule | undefined {
  const below = text.startsWith('*.')
  const name = below ? text.slice(2) : text
  if (/[/?#@*\s\\]/.test(name)) return undefined
  const href = `http://${isIP(name) === 6 ? `[${name}]` : name}`
  if (!URL.canParse(href)) return undefined
  const host = canonicalHost(new URL(href).hostname)
  if (!isHost(host) || (below && isIP(host) !== 0)) return undefined
  const port = /:(\d{1,5})$/.exec(href.slice('http://'.length).replace(/^\[.*\]/, ''))?.[1]
  return { host, below, port: port === undefined ? undefined : Number(port) }
}

/** Lower case, in ASCII, without the brackets of an address and the dot that ends a full name. */
export function canonicalHost(hostname: string): string {
  const host = hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  return host.endsWith('.') ? host.slice(0, -1) : host
}

/** Whether it is an address or could be a name in the DNS. */
export function isHost(host: string): boolean {
  return isIP(host) !== 0 || hostName.test(host)
}

export function matchesRule(rules: readonly HostRule[], { host, port }: { host: string; port: number }): boolean {
  return rules.some((rule) => {
    if (rule.port !== undefined && rule.port !== port) return false
    return rule.below ? host.endsWith(`.${rule.host}`) : host === rule.host
  })
}
