import type { PluginContext } from '../../../api/plugin.ts'
import { type AccountRow, findAccount, updateAccount } from '../store/accounts.ts'
import { accountName } from './draft.ts'
import type { Passwords } from './password.ts'
import { createAddressThrottle, createUnknownNames, type Tries, tried, waitOf } from './throttle.ts'

/** Whether a name and a password belong together. */
export type Proof =
  | { account: AccountRow }
  | {
      /** For the audit. */
      reason: 'wrong password' | 'unknown name' | 'disabled' | 'locked' | 'too many from this address'
      /** The account, where there is one. What somebody typed for a name may be a password. */
      who?: string
      /** A sentence for whoever tried; the same for a wrong name as for a wrong password. */
      message: string
      /** Seconds until another try makes sense. */
      wait?: number
    }

/** What is typed is compared at the same cost, whoever is meant, and rarely. */
export type Prove = (typed: { name: string; password: string; address: string }) => Promise<Proof>

const wrong = 'The name or the password is wrong.'

export function createProve(ctx: PluginContext, passwords: Passwords): Prove {
  const addresses = createAddressThrottle(ctx.now)
  const unknown = createUnknownNames()

  return async ({ name: typed, password, address }) => {
    const name = accountName(typed)
    const wait = addresses.take(address)
    if (wait > 0) {
      const message = `Too many wrong passwords came from your address. Try again in ${inMinutes(wait)}.`
      return { reason: 'too many from this address', message, wait }
    }
    const { account, locked } = await begin(name)
    const who = account && { who: account.name }
    if (locked > 0) {
      const message = `There were too many wrong passwords for this name. Try again in ${inMinutes(locked)}.`
      return { reason: 'locked', ...who, message, wait: locked }
    }
    const isRight = await passwords.matches(password, account?.password)
    if (!account || !isRight) return { reason: account ? 'wrong password' : 'unknown name', ...who, message: wrong }
    addresses.giveBack(address)
    const now = await succeed(account, password)
    if (now?.disabledAt)
      return { reason: 'disabled', ...who, message: 'This account is disabled. Ask an administrator.' }
    return now ? { account: now } : { reason: 'wrong password', ...who, message: wrong }
  }

  /** A try counts as wrong before it is known to be: of many at once, no more than allowed are compared. */
  function begin(name: string): Promise<{ account: AccountRow | undefined; locked: number }> {
    return ctx.db.write((tx) => {
      const account = findAccount(tx, name)
      const tries: Tries = account ?? unknown.get(name)
      const now = ctx.now()
      const locked = waitOf(tries, now)
      if (locked > 0) return { account, locked }
      const next = tried(tries, now)
      if (account) updateAccount(tx, name, next)
      else unknown.set(name, next)
      return { account, locked }
    })
  }

  /** @returns the account as it is now; undefined when its password was changed in between */
  async function succeed({ name, password: kept }: AccountRow, password: string): Promise<AccountRow | undefined> {
    const fresh = kept !== null && passwords.isOutdated(kept) ? await passwords.hash(password) : kept
    return ctx.db.write((tx) => {
      const now = findAccount(tx, name)
      if (now?.password !== kept) return undefined
      updateAccount(tx, name, { failures: 0, lockedUntil: null, password: fresh })
      return { ...now, password: fresh, failures: 0, lockedUntil: null }
    })
  }
}

function inMinutes(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  return minutes === 1 ? 'a minute' : `${minutes} minutes`
}
