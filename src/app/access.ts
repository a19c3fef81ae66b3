import { PortalError } from '../api/errors.ts'
import { guest, guestNotice, type Identify, identitySeam, isLoopback } from '../platform/auth/identity.ts'
import { type SignIn, signInSeam } from '../platform/auth/sign-in.ts'
import type { LoadedConfig } from '../platform/config/load.ts'
import { openPolicy, type Policy, policySeam } from '../platform/permissions/policy.ts'
import type { Services } from './context.ts'

export interface Access {
  identify: Identify
  policy: Policy
  signIn: SignIn | undefined
  /** Said on every page while the guest may do everything. */
  notice(): string | undefined
  loopbackOnly: boolean
}

/**
 * Who is there and who may do what. Where the configuration does not ask for sign-in, everybody is the guest, who may do
 * everything and can only come from this machine: until there is an administrator, or, without the plugin that provides
 * both, for good.
 *
 * @throws PortalError `invalid` when the portal would be open to others without any access control
 */
export function accessOf(services: Services, config: Pick<LoadedConfig, 'host' | 'unprotected'>): Access {
  const identify = services.tryUse(identitySeam)
  const policy = services.tryUse(policySeam)
  const signIn = services.tryUse(signInSeam)
  if (identify && policy && !signIn?.guest) {
    return { identify, policy, signIn, notice: () => undefined, loopbackOnly: false }
  }
  if (!isLoopback(config.host) && !config.unprotected) throw unprotectedPortal(config.host)
  return {
    identify: identify ?? (() => guest),
    policy: policy ?? openPolicy,
    signIn,
    notice: () => (signIn && !signIn.isOpen() ? undefined : guestNotice),
    loopbackOnly: true,
  }
}

function unprotectedPortal(host: string): PortalError {
  return new PortalError('invalid', `HOST is ${host}, but this portal has no access control`, {
    hint: `Without it everybody who reaches the portal may do everything, so it serves this machine only.
Leave out HOST, or let people sign in, in portal.config.ts:

  import { defineConfig } from 'callboard'
  import { access } from 'callboard/features'

  export default defineConfig({
    baseUrl: 'https://portal.example.com',
    plugins: [access()],
  })

The next start then prints a link that makes the first administrator. People can also sign in with GitHub, with
any OpenID Connect provider or through a proxy: docs/access.md has the lines for each.
In a container whose port is published to 127.0.0.1 only, set UNPROTECTED=yes.`,
  })
}
