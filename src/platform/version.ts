import { type ServiceRef, serviceRef } from '../api/wiring.ts'

/** The version of this portal. */
export const portalVersion: ServiceRef<string> = serviceRef('platform.version')
