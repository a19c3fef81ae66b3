import { isIP } from 'node:net'
import { specialAddress } from './address.ts'
import type { Destination } from './destination.ts'
import { Failure, refusal } from './failure.ts'
import { matchesRule } from './host-rule.ts'
import type { HostRules } from './options.ts'

/** Gives the addresses of a host. Called once for each connection; its answer is what is connected to. */
export type Resolver = (host: string) => Promise<readonly string[]>

/** As the machine resolves names, its own `hosts` file included. */
export const systemResolver: Resolver = async (host) => {
  const { lookup } = await import('node:dns/promises')
  const found = await lookup(host, { all: true })
  return found.map(({ address }) => address)
}

/**
 * The addresses of a host that may be connected to. Of several, those that are refused are left out.
 *
 * @throws Failure `refused` when none is left, `lookup` when the name cannot be looked up
 */
export async function permittedAddresses(
  to: Destination,
  by: { rules: HostRules; resolver: Resolver; allowPrivate: boolean },
): Promise<readonly string[]> {
  const found = isIP(to.host) === 0 ? await lookUp(to.host, by.resolver) : [to.host]
  const opened = by.allowPrivate || matchesRule(by.rules.allowPrivate, to)
  const judged = found.map((address) => ({ address, special: specialAddress(address) }))
  const permitted = judged.filter(({ special }) => special === undefined || (opened && special.openable))
  if (permitted.length > 0) return permitted.map(({ address }) => address)
  // The address itself is not told: who may name a host should not learn the addresses of the inside.
  const { is, openable } = judged[0]?.special ?? { is: 'no address', openable: false }
  const subject = isIP(to.host) === 0 ? `${to.host} leads to` : 'its host is'
  const hint = openable
    ? `If the portal shall reach it, add ${to.host} to outbound.allowPrivate.`
    : 'Use an address that can be connected to.'
  throw refusal(`${subject} ${is}`, hint)
}

async function lookUp(host: string, resolver: Resolver): Promise<readonly string[]> {
  try {
    const found = await resolver(host)
    if (found.length > 0) return found
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code !== 'ENOTFOUND' && code !== 'ENODATA') {
      throw new Failure('lookup', 'could not be looked up', { cause, retryable: true })
    }
  }
  throw new Failure('lookup', 'is not known: its name leads to no address', {
    hint: 'Check the spelling of the host, and the name servers of this machine.',
  })
}
