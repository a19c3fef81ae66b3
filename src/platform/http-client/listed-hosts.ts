import { isIP } from 'node:net'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { specialAddress } from './address.ts'
import { parseDestination } from './destination.ts'
import { Failure } from './failure.ts'
import { matchesRule } from './host-rule.ts'
import { hostRules, type Outbound } from './options.ts'

/** What can be told of an address before anybody is asked. */
export interface ListedHosts {
  /** Whether the configuration names its host (`outbound.allowHosts`); being public is not enough. */
  names(url: string): boolean
  /** What is wrong with how it is written, wherever it leads: no host, another scheme, a password in it. */
  malformed(url: string): AddressFault | undefined
  /** Why no portal would ask it: its form, its scheme, an address of the inside written out. */
  fault(url: string): AddressFault | undefined
}

export interface AddressFault {
  /** A clause: `its scheme is ftp`. */
  reason: string
  hint: string
}

export const listedHosts: ServiceRef<ListedHosts> = serviceRef('platform.listedHosts')

export function createListedHosts(options: Outbound): ListedHosts {
  const rules = hostRules(options)

  /** @throws Failure `refused` */
  function check(url: string): void {
    const to = parseDestination(url)
    if (!to.secure && !matchesRule(rules.allowHttp, to)) {
      throw new Failure('refused', 'its scheme is http', {
        hint: `Use https, or add ${to.host} to outbound.allowHttp.`,
      })
    }
    const special = isIP(to.host) === 0 ? undefined : specialAddress(to.host)
    if (special && !(special.openable && matchesRule(rules.allowPrivate, to))) {
      throw new Failure('refused', `its host is ${special.is}`, { hint: 'Use an address that can be connected to.' })
    }
  }

  return {
    names(url) {
      try {
        const to = parseDestination(url)
        return matchesRule(rules.allowHosts ?? [], to) && !matchesRule(rules.denyHosts, to)
      } catch (error) {
        if (error instanceof Failure) return false
        throw error
      }
    },

    malformed: (url) => faultOf(() => parseDestination(url)),
    fault: (url) => faultOf(() => check(url)),
  }
}

function faultOf(check: () => unknown): AddressFault | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { reason: error.message, hint: error.hint }
  }
}
