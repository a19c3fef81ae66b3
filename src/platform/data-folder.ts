import { type ServiceRef, serviceRef } from '../api/wiring.ts'

/** The folder that holds all the portal keeps, absolute. */
export const dataFolder: ServiceRef<string> = serviceRef('platform.data')
