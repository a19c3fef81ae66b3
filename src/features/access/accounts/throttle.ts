import { LRUCache } from 'lru-cache'
import { networkOf } from '../../../platform/http/network.ts'
import { upTo } from '../../../platform/up-to.ts'

const minute = 60_000
const free = 5
const longestLock = 60

/** For how long no password of an account is tried after so many wrong ones: 1, 2, 4 … 60 minutes from the fifth on. */
export function lockAfter(failures: number): number {
  return failures < free ? 0 : Math.min(2 ** (failures - free), longestLock) * minute
}

/** What is remembered of wrong passwords, in the database for accounts, in memory for names that nobody has. */
export interface Tries {
  failures: number
  lockedUntil: Date | null
}

/** Whole seconds until a password is tried again; 0 where one is tried now. */
export function waitOf({ lockedUntil }: Tries, now: Date): number {
  return lockedUntil === null ? 0 : Math.max(0, Math.ceil((lockedUntil.getTime() - now.getTime()) / 1000))
}

/** What is remembered from the moment a password is tried, until it turns out to be right. */
export function tried({ failures }: Tries, now: Date): Tries {
  const lock = lockAfter(failures + 1)
  return { failures: failures + 1, lockedUntil: lock === 0 ? null : new Date(now.getTime() + lock) }
}

/** Names that nobody has are locked like those of accounts, so that nobody learns which there are. */
export function createUnknownNames(): { get(name: string): Tries; set(name: string, tries: Tries): void } {
  const known = new LRUCache<string, Tries>(upTo(10_000))
  return {
    get: (name) => known.get(name) ?? { failures: 0, lockedUntil: null },
    set: (name, tries) => void known.set(name, tries),
  }
}

export interface AddressThrottle {
  /** Counts a try. @returns whole seconds until the address may try again; 0 when it may now */
  take(address: string): number
  /** The password was right: the try does not count. */
  giveBack(address: string): void
}

const window = 15 * minute
const mostInWindow = 30

/** Counts wrong passwords by where they come from, whatever the account. Forgotten when the portal stops. */
export function createAddressThrottle(now: () => Date): AddressThrottle {
  const known = new LRUCache<string, { since: number; tries: number }>(upTo(50_000))
  return {
    take(address) {
      const key = networkOf(address)
      const at = now().getTime()
      const last = known.get(key)
      const current = last && at - last.since < window ? last : { since: at, tries: 0 }
      if (current.tries >= mostInWindow) return Math.ceil((current.since + window - at) / 1000)
      known.set(key, { ...current, tries: current.tries + 1 })
      return 0
    },
    giveBack(address) {
      const key = networkOf(address)
      const last = known.get(key)
      if (last && last.tries > 0) known.set(key, { ...last, tries: last.tries - 1 })
    },
  }
}
