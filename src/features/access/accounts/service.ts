import { type Actor, systemActor } from '../../../api/actor.ts'
import type { Transaction } from '../../../api/database.ts'
import { PortalError } from '../../../api/errors.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../../api/wiring.ts'
import { FormFault, refuseFaults } from '../form-fault.ts'
import { type ListPage, type ListQuery, pageOf } from '../list-query.ts'
import type { Profile } from '../profile.ts'
import {
  type AccountRow,
  accountsBeside,
  countAccounts,
  countAdministrators,
  findAccount,
  insertAccount,
  listAccounts,
  openInvitations,
  updateAccount,
} from '../store/accounts.ts'
import { type AccountDraft, accountName, draftFaults } from './draft.ts'
import { deadLink, followLink, lookAtLink, makeLink, type OneTimeLink } from './links.ts'
import { type Passwords, passwordFault } from './password.ts'
import { createProve, type Proof } from './proof.ts'

/** An account, and until when the link works that lets its owner choose a password. */
export type Account = Omit<AccountRow, 'password'> & { hasPassword: boolean; linkUntil: Date | null }

export interface Accounts {
  /** All of them. */
  list(): Account[]
  /** By name, fifty at a time; `q` is looked for in names and addresses. */
  page(query: ListQuery): ListPage<Account>
  find(name: string): Account | undefined
  /** Tries a password, not too often. */
  prove(typed: { name: string; password: string; address: string }): Promise<Proof>
  /** The link that makes the first administrator, in the place of an older one; undefined when there is one. */
  firstLink(): Promise<OneTimeLink | undefined>
  /** @throws PortalError `not_found` when the link cannot be followed, with the reason */
  lookAtFirst(key: string): void
  /**
   * Makes the first administrator.
   *
   * @throws FormFault for what cannot be, PortalError `not_found` when the link cannot be followed
   */
  makeFirst(key: string, draft: AccountDraft, password: ChosenPassword, requestId: string): Promise<Profile>
  /** Whose password a link lets one choose. @throws PortalError `not_found` when it cannot be followed */
  lookAtReset(key: string): Account
  choosePassword(key: string, password: ChosenPassword, requestId: string): Promise<Profile>
  /** Changes a password by the old one; other sessions end. @throws FormFault */
  changePassword(actor: Actor, name: string, change: PasswordChange): Promise<void>
  /** @throws FormFault for what cannot be, a name that is taken among it */
  create(actor: Actor, draft: AccountDraft, options: CreateOptions): Promise<OneTimeLink | undefined>
  /** Makes a link to choose a new password with. The old one works until it is followed. */
  reset(actor: Actor, name: string, requestId?: string): Promise<OneTimeLink>
  /** @throws PortalError `conflict` for the last administrator */
  disable(actor: Actor, name: string, requestId?: string): Promise<void>
  enable(actor: Actor, name: string, requestId?: string): Promise<void>
  /** @throws PortalError `conflict` when nobody would be left */
  setAdministrator(actor: Actor, name: string, administrator: boolean, requestId?: string): Promise<void>
}

export const accountsRef: ServiceRef<Accounts> = serviceRef('access.accounts')

export interface ChosenPassword {
  password: string
  again: string
}

export interface PasswordChange extends ChosenPassword {
  current: string
  address: string
  /** The session that stays. */
  session: string | undefined
  requestId: string
}

export interface CreateOptions {
  requestId?: string
  /** Chosen by whoever makes the account; without it a link lets its owner choose. */
  password?: string
}

export interface AccountsHost {
  passwords: Passwords
  /** Ends the sessions of an account in the transaction, all but one. @returns what to forget of them afterwards */
  endSessions(tx: Transaction, account: string, except?: string): Promise<readonly string[]>
  /** What is remembered of these sessions, and of who is who, does not hold any more. */
  forget(sessions: readonly string[]): void
}

export function createAccounts(ctx: PluginContext, { passwords, endSessions, forget }: AccountsHost): Accounts {
  const { db, now } = ctx
  const prove = createProve(ctx, passwords)

  /** An administrator's change of an account that is there. */
  async function change<T>(
    {
      actor,
      name: given,
      action,
      requestId,
    }: { actor: Actor; name: string; action: string; requestId?: string | undefined },
    apply: (tx: Transaction, account: AccountRow, ended: string[]) => Promise<T> | T,
  ): Promise<T> {
    const name = accountName(given)
    const ended: string[] = []
    const result = await db.write(async (tx) => {
      const account = findAccount(tx, name)
      if (!account) throw absent(name)
      const result = await apply(tx, account, ended)
      const changed = { before: audited(account), after: audited(findAccount(tx, name)) }
      const line = { action: `access.account.${action}`, actor, target: targetOf(account), ...withId(requestId) }
      await ctx.audit(tx, { ...line, ...changed })
      return result
    })
    forget(ended)
    return result
  }

  function lookAtReset(key: string): Account {
    const row = findAccount(db.read, lookAtLink(ctx, 'password', key) ?? '')
    if (!row || row.disabledAt) throw deadLink('The account of this link is disabled')
    return shown(row, undefined)
  }

  return {
    list() {
      const links = openInvitations(db.read, now())
      return listAccounts(db.read).map((row) => shown(row, links.get(row.name)))
    },

    page({ q, ...keys }) {
      const links = openInvitations(db.read, now())
      const page = pageOf<AccountRow>(keys, {
        keyOf: ({ name }) => name,
        read: (side, limit) => accountsBeside(db.read, q, side, limit),
        count: () => countAccounts(db.read, q),
      })
      return { ...page, rows: page.rows.map((row) => shown(row, links.get(row.name))) }
    },

    find(name) {
      const row = findAccount(db.read, accountName(name))
      return row && shown(row, openInvitations(db.read, now()).get(row.name))
    },

    prove,

    firstLink: () =>
      db.write(async (tx) => {
        if (countAdministrators(tx) > 0) return undefined
        const link = makeLink(ctx, tx, 'administrator')
        const detail = { until: link.expiresAt }
        await ctx.audit(tx, {
          action: 'access.account.first-link',
          actor: systemActor,
          target: 'administrator',
          detail,
        })
        return link
      }),

    lookAtFirst(key) {
      if (countAdministrators(db.read) > 0) throw thereIsOne()
      lookAtLink(ctx, 'administrator', key)
    },

    async makeFirst(key, draft, chosen, requestId) {
      if (countAdministrators(db.read) > 0) throw thereIsOne()
      lookAtLink(ctx, 'administrator', key)
      refuseFaults({ ...draftFaults(draft), ...chosenFaults(chosen, draft.name) })
      const password = await passwords.hash(chosen.password)
      const row = newAccount({ ...draft, administrator: true }, password, now())
      await db.write(async (tx) => {
        if (countAdministrators(tx) > 0) throw thereIsOne()
        followLink(ctx, tx, key)
        if (!insertAccount(tx, row)) throw taken(draft.name)
        const line = { action: 'access.account.first', actor: actorOf(row), target: targetOf(row), requestId }
        await ctx.audit(tx, { ...line, after: audited(row) })
      })
      forget([])
      return profileOf(row)
    },

    lookAtReset,

    async choosePassword(key, chosen, requestId) {
      const { name } = lookAtReset(key)
      refuseFaults(chosenFaults(chosen, name))
      const password = await passwords.hash(chosen.password)
      const { row, ended } = await db.write(async (tx) => {
        followLink(ctx, tx, key)
        const row = findAccount(tx, name)
        if (!row || row.disabledAt) throw deadLink('The account of this link is disabled')
        updateAccount(tx, name, { password, failures: 0, lockedUntil: null, changedAt: now() })
        const line = { action: 'access.account.choose-password', actor: actorOf(row), target: targetOf(row), requestId }
        await ctx.audit(tx, line)
        return { row, ended: await endSessions(tx, name) }
      })
      forget(ended)
      return profileOf(row)
    },

    async changePassword(actor, name, { current, session, address, requestId, ...chosen }) {
      refuseFaults(chosenFaults(chosen, name))
      const proof = await prove({ name, password: current, address })
      if ('reason' in proof) throw currentFault(proof)
      const password = await passwords.hash(chosen.password)
      const ended = await db.write(async (tx) => {
        if (findAccount(tx, name)?.password !== proof.account.password) throw changedMeanwhile()
        updateAccount(tx, name, { password, changedAt: now() })
        await ctx.audit(tx, { action: 'access.account.change-password', actor, target: targetOf({ name }), requestId })
        return endSessions(tx, name, session)
      })
      forget(ended)
    },

    async create(actor, draft, { requestId, password }) {
      refuseFaults({
        ...draftFaults(draft),
        password: password === undefined ? undefined : passwordFault(password, draft.name),
      })
      const hash = password === undefined ? null : await passwords.hash(password)
      const row = newAccount(draft, hash, now())
      const link = await db.write(async (tx) => {
        if (!insertAccount(tx, row)) throw taken(draft.name)
        const link = hash === null ? makeLink(ctx, tx, 'password', row.name) : undefined
        const line = { action: 'access.account.create', actor, target: targetOf(row), ...withId(requestId) }
        const detail = link && { linkUntil: link.expiresAt }
        await ctx.audit(tx, { ...line, after: audited(row), ...(detail && { detail }) })
        return link
      })
      forget([])
      return link
    },

    reset: (actor, name, requestId) =>
      change({ actor, name, action: 'reset', requestId }, (tx, account) => {
        if (account.disabledAt) throw disabled(account.name)
        return makeLink(ctx, tx, 'password', account.name)
      }),

    disable: (actor, name, requestId) =>
      change({ actor, name, action: 'disable', requestId }, async (tx, account, ended) => {
        if (account.disabledAt) return
        refuseLast(tx, account)
        updateAccount(tx, account.name, { disabledAt: now(), changedAt: now() })
        ended.push(...(await endSessions(tx, account.name)))
      }),

    enable: (actor, name, requestId) =>
      change({ actor, name, action: 'enable', requestId }, (tx, account) => {
        updateAccount(tx, account.name, { disabledAt: null, failures: 0, lockedUntil: null, changedAt: now() })
      }),

    setAdministrator: (actor, name, administrator, requestId) =>
      change({ actor, name, action: administrator ? 'promote' : 'demote', requestId }, (tx, account) => {
        if (!administrator) refuseLast(tx, account)
        updateAccount(tx, account.name, { administrator, changedAt: now() })
      }),
  }
}

const withId = (requestId: string | undefined) => (requestId === undefined ? {} : { requestId })

const targetOf = ({ name }: Pick<AccountRow, 'name'>) => `account:${name}`

/** What the audit keeps of an account. */
function audited(account: AccountRow | undefined) {
  if (!account) return undefined
  const { title, email, administrator, disabledAt, password, lockedUntil } = account
  return { title, email, administrator, disabledAt, lockedUntil, hasPassword: password !== null }
}

/** Whoever follows a link is not signed in yet, and is this account by it. */
const actorOf = ({ name, title }: AccountRow): Actor => ({
  id: `account:${name}`,
  kind: 'user',
  name: title,
  groups: [],
})

export const localProvider = 'local'

/** What an account says of its owner. Its address was written by whoever runs the portal. */
export function profileOf({ name, title, email }: Pick<AccountRow, 'name' | 'title' | 'email'>): Profile {
  const address = email === null ? {} : { email, emailVerified: true }
  return { provider: localProvider, subject: name, login: name, name: title, ...address }
}

function newAccount(
  { name, title, email, administrator }: AccountDraft,
  password: string | null,
  at: Date,
): AccountRow {
  const tries = { failures: 0, lockedUntil: null }
  return { name, title, email, administrator, password, disabledAt: null, createdAt: at, changedAt: at, ...tries }
}

function shown({ password, ...row }: AccountRow, linkUntil: Date | undefined): Account {
  return { ...row, hasPassword: password !== null, linkUntil: linkUntil ?? null }
}

function chosenFaults({ password, again }: ChosenPassword, name: string) {
  return {
    password: passwordFault(password, name),
    again: password === again ? undefined : 'This is not what stands above.',
  }
}

function currentFault(proof: Exclude<Proof, { account: AccountRow }>): FormFault {
  if (proof.reason === 'wrong password') return new FormFault({ current: 'This is not your password.' })
  return new FormFault({ current: proof.message }, proof.wait === undefined ? 'forbidden' : 'rate_limited')
}

function refuseLast(tx: Transaction, { name, administrator, password, disabledAt }: AccountRow): void {
  const counts = administrator && password !== null && disabledAt === null
  if (!counts || countAdministrators(tx) > 1) return
  throw new PortalError('conflict', `${name} is the last administrator`, {
    hint: 'Make somebody else an administrator first; an account counts once its password is chosen.',
  })
}

function absent(name: string): PortalError {
  return new PortalError('not_found', `There is no account called ${name.slice(0, 100)}`, {
    hint: '"callboard user list" and the page Accounts list them.',
  })
}

const taken = (name: string) => new FormFault({ name: `There is an account called ${name} already.` }, 'conflict')

function disabled(name: string): PortalError {
  return new PortalError('conflict', `${name} is disabled`, { hint: 'Enable the account first.' })
}

const thereIsOne = () =>
  new PortalError('not_found', 'There is an administrator already, so this link makes no other', {
    hint: 'Ask an administrator for an account.',
  })

function changedMeanwhile(): PortalError {
  return new PortalError('conflict', 'Your password was changed in between', { hint: 'Sign in with the new one.' })
}
