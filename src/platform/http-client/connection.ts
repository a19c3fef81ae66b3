import { Agent, type ClientRequestArgs } from 'node:http'
import { connect as connectPlain, isIP, type LookupFunction, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectSecurely } from 'node:tls'

/** What a connection is made to: the addresses that were checked, and the name to check its certificate against. */
export interface Target {
  host: string
  port: number
  secure: boolean
  addresses: readonly string[]
}

/** Opens a connection to one of the addresses, and to nothing else. */
export type Connector = (target: Target) => Socket

/** @param ca certificates to trust instead of those that Node knows; for tests */
export function createConnector(ca?: string): Connector {
  return ({ host, port, secure, addresses }) => {
    const lookup = pinned(addresses)
    const options = { host, port, lookup, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 1_000 }
    if (!secure) return connectPlain(options)
    const name = isIP(host) === 0 ? { servername: host } : {}
    return connectSecurely({ ...options, ...name, ...(ca !== undefined && { ca }), ALPNProtocols: ['http/1.1'] })
  }
}

/** Answers with what was checked, so that no second question to the DNS can have another answer. */
export function pinned(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }))
  return (_host, options, callback) => {
    const [first] = found
    if (options.all) callback(null, found)
    else if (first) callback(null, first.address, first.family)
    else callback(Object.assign(new Error('No address'), { code: 'ENOTFOUND' }), '', 0)
  }
}

export type TargetedArgs = ClientRequestArgs & { target: Target }

/** Keeps connections. One is used again only where the same addresses were permitted again. */
export class PinnedAgent extends Agent {
  readonly #connector: Connector

  constructor(connector: Connector, keepAlive: boolean) {
    super({ keepAlive, maxFreeSockets: 4, timeout: 10_000, scheduling: 'lifo' })
    this.#connector = connector
  }

  override getName(options?: ClientRequestArgs): string {
    const { host, port, secure, addresses } = targetOf(options)
    return `${secure ? 'https' : 'http'}://${host}:${port} ${[...addresses].sort().join(' ')}`
  }

  override createConnection(options: ClientRequestArgs): Duplex {
    return this.#connector(targetOf(options))
  }
}

function targetOf(options: ClientRequestArgs | undefined): Target {
  return (options as TargetedArgs).target
}
