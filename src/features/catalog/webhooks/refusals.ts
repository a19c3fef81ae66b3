import { LRUCache } from 'lru-cache'
import { upTo } from '../../../platform/up-to.ts'

/** How many deliveries with a wrong signature one address may send within a minute. */
const most = 10
const span = 60_000

interface Count {
  wrong: number
  until: number
}

/** Counts deliveries with a wrong signature, by the address that they come from. */
export interface Refusals {
  /** Whole seconds until the address is listened to again; 0 while it is. */
  pause(address: string): number
  /** @returns whether it was the one too many */
  count(address: string): boolean
}

export function createRefusals(now: () => Date): Refusals {
  const counts = new LRUCache<string, Count>(upTo(10_000))
  const current = (address: string): Count => {
    const at = now().getTime()
    const known = counts.get(address)
    return known && known.until > at ? known : { wrong: 0, until: at + span }
  }
  return {
    pause(address) {
      const { wrong, until } = current(address)
      return wrong < most ? 0 : Math.ceil((until - now().getTime()) / 1000)
    },
    count(address) {
      const { wrong, until } = current(address)
      counts.set(address, { wrong: wrong + 1, until })
      return wrong + 1 === most
    },
  }
}
