import { PortalError } from '../../api/errors.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { checkLists, parseDestination, shownAddress } from './destination.ts'
import { Failure, timedOut } from './failure.ts'
import { defaultLimits, hostRules, type Outbound } from './options.ts'
import { permittedAddresses, type Resolver, systemResolver } from './resolution.ts'

/** The checks of `ctx.http` for programs that connect by themselves, such as git. */
export interface AddressGuard {
  /**
   * The addresses that the host of a URL leads to at this moment and that may be connected to. Whoever asks connects
   * to these and to no others: by the time it looks the name up again, it may lead elsewhere.
   *
   * @throws PortalError `invalid` for a URL that is refused, `upstream` when its host cannot be looked up
   */
  addressesOf(url: string): Promise<readonly string[]>
}

export const addressGuard: ServiceRef<AddressGuard> = serviceRef('platform.addressGuard')

export interface AddressGuardOptions {
  options: Outbound
  /** For tests, like the next one. */
  resolver?: Resolver | undefined
  /** Milliseconds that looking up a name may take. */
  patience?: number
}

export function createAddressGuard({
  options,
  resolver = systemResolver,
  patience = defaultLimits.connect,
}: AddressGuardOptions): AddressGuard {
  const rules = hostRules(options)

  async function permitted(url: string): Promise<readonly string[]> {
    const to = parseDestination(url)
    checkLists(to, rules, false)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(timedOut('could not be looked up', patience)), patience)
    })
    try {
      return await Promise.race([permittedAddresses(to, { rules, resolver, allowPrivate: false }), late])
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    async addressesOf(url) {
      try {
        return await permitted(url)
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        const { kind, message, hint } = error
        const shown = shownAddress(url)
        if (kind === 'refused')
          throw new PortalError('invalid', `The address ${shown} is refused: ${message}`, { hint })
        throw new PortalError('upstream', `${shown} ${message}`, { hint, cause: error })
      }
    },
  }
}
