import { PortalError } from '../api/errors.ts'
import { guest, guestNotice, type Identify, identitySeam, isLoopback } from '../platform/auth/identity.ts'
import type { LoadedConfig } from '../platform/config/load.ts'
import { openPolicy, type Policy, policySeam } from '../platform/permissions/policy.ts'
import type { Services } from './context.ts'

export interface Access {
  identify: Identify
  policy: Policy
  /** Said on every page while the guest may do everything. */
  notice: string | undefined
  loopbackOnly: boolean
}

/**
 * Who is there and who may do what: from the plugin that provides both, else the guest, who may do everything and
 * can only come from this machine.
 *
 * @throws PortalError `invalid` when the portal would be open to others without any access control
 */
export function accessOf(services: Services, config: Pick<LoadedConfig, 'host' | 'unprotected'>): Access {
  const identify = services.tryUse(identitySeam)
  const policy = services.tryUse(policySeam)
  if (identify && policy) return { identify, policy, notice: undefined, loopbackOnly: false }
  if (!isLoopback(config.host) && !config.unprotected) {
    throw new PortalError('invalid', `HOST is ${config.host}, but this portal has no access control`, {
      hint: [
        'Without it everybody who reaches the portal may do everything, so it serves this machine only.',
        'Leave out HOST, or put access control in front: keep the portal on 127.0.0.1 behind a proxy that signs',
        'people in, and name its address in portal.config.ts:',
        '',
        "  export default defineConfig({ baseUrl: 'https://portal.example.com', … })",
        '',
        'In a container whose port is published to 127.0.0.1 only, set UNPROTECTED=yes.',
      ].join('\n'),
    })
  }
  return { identify: identify ?? (() => guest), policy: policy ?? openPolicy, notice: guestNotice, loopbackOnly: true }
}
