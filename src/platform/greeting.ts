import { type ServiceRef, serviceRef } from '../api/wiring.ts'

/** Lines that start prints below the address it listens on, on the terminal and never into the log. */
export type Greeting = (address: string) => Promise<readonly string[]>

export const greetingSeam: ServiceRef<Greeting> = serviceRef('platform.greeting')
