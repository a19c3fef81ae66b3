import type { Actor } from '../../../api/actor.ts'
import { PortalError } from '../../../api/errors.ts'
import { nearest } from '../../../api/nearest.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { type EntityRef, formatRef, parseRef } from '../../../api/ref.ts'
import { anonymous, guest } from '../../../platform/auth/identity.ts'
import { signInSeam } from '../../../platform/auth/sign-in.ts'
import { entityStockSeam } from '../../../platform/permissions/entities.ts'
import { catalogReader, peopleDirectory } from '../../catalog/contract.ts'
import { profileOf } from '../accounts/service.ts'
import { FormFault } from '../form-fault.ts'
import { type AccountRow, findAccount, listAccounts } from '../store/accounts.ts'
import { listTokens, type TokenRow } from '../store/tokens.ts'
import { tokenActor } from '../tokens/bearer.ts'
import type { People } from '../who.ts'

/** Somebody whom it is asked about. */
export interface AskedPerson {
  /** How one writes them. */
  text: string
  actor: Actor
  /** Why they get nowhere at all, as a sentence: a disabled account, a token that has ended. */
  shutOut?: string
  /** What else there is to know about them, as sentences. */
  notes: readonly string[]
}

export interface Persons {
  /**
   * Whoever a text names: `user:default/ada`, `local:ada`, `token:backup`, `somebody`, `nobody`.
   *
   * @param asking who wants to know: Users that they may not see do not exist
   * @throws FormFault at `person`
   */
  find(asking: Actor, text: string): Promise<AskedPerson>
}

export const advice =
  'Write user:default/ada, local:NAME for an account, token:TITLE, somebody (whoever is signed in) or nobody.'

const somebody: Actor = { id: 'somebody', kind: 'user', name: 'Somebody who is signed in', groups: [] }

export function createPersons(ctx: PluginContext, people: People): Persons {
  const read = ctx.db.read

  function accountPerson(account: AccountRow): AskedPerson {
    const { actor, disabled } = people.judge(profileOf(account))
    const text = `local:${account.name}`
    const known = actor ?? { id: text, kind: 'user', name: account.title, groups: [] }
    const shutOut = disabled ? `The account ${account.name} is disabled: nobody gets in with it.` : undefined
    const notes = actor?.ref === undefined ? [] : [`This account is ${actor.ref} of the catalog.`]
    return { text, actor: known, notes, ...(shutOut && { shutOut }) }
  }

  function tokenPerson(row: TokenRow): AskedPerson {
    const owner = tokenActor(row, people.actorOf)
    const known = owner ?? { id: `token:${row.id}`, kind: 'user', name: row.title, groups: [] }
    const shutOut = deadWords(row, ctx.now()) ?? (owner ? undefined : 'Whoever it belongs to does not get in any more.')
    const notes = row.kind === 'personal' ? [`It acts for ${known.name}, and never may more than they may.`] : []
    return {
      text: `token:${row.id}`,
      actor: { ...known, name: `The token ${row.title}`, permissions: row.permissions },
      notes,
      ...(shutOut && { shutOut }),
    }
  }

  async function userPerson(asking: Actor, ref: EntityRef): Promise<AskedPerson | undefined> {
    const text = formatRef(ref)
    if (!(await sees(ctx, asking, ref))) return undefined
    const user = ctx
      .tryUse(peopleDirectory)
      ?.named(ref.name)
      .find((one) => one.ref === text)
    if (!user) {
      const actor: Actor = { id: text, kind: 'user', name: ref.name, ref: text, groups: [] }
      return { text, actor, shutOut: `No file defines ${text} any more, so that nobody gets in as it.`, notes: [] }
    }
    const actor = people.actorOfUser(user)
    const others = people.identitiesOf(actor).flatMap((identity) => people.actorOf(identity) ?? [])
    const more = !actor.administrator && others.some(({ administrator }) => administrator)
    const note = `Signed in with an account of the portal that is an administrator, ${actor.name} may do everything: ask about local:NAME.`
    return { text, actor, notes: more ? [note] : [] }
  }

  function tokenNamed(name: string): AskedPerson {
    const all = listTokens(read)
    const byId = all.find(({ id }) => id === name)
    if (byId) return tokenPerson(byId)
    const titled = all.filter(({ title }) => title.toLowerCase() === name.toLowerCase())
    const alive = titled.filter((row) => deadWords(row, ctx.now()) === undefined)
    const [first, ...others] = alive.length > 0 ? alive : titled
    if (!first) {
      throw unknown(
        'token',
        name,
        all.map(({ title }) => title),
        (title) => `token:${title}`,
      )
    }
    if (others.length === 0) return tokenPerson(first)
    const ids = [first, ...others].slice(0, 5).map(({ id }) => `token:${id}`)
    throw new FormFault({ person: `Several tokens are called ${cut(name)}: write ${ids.join(' or ')}.` })
  }

  function accountNamed(name: string): AskedPerson {
    const account = findAccount(read, name.toLowerCase())
    if (account) return accountPerson(account)
    throw unknown(
      'account',
      name,
      listAccounts(read).map((one) => one.name),
      (known) => `local:${known}`,
    )
  }

  return {
    async find(asking, given) {
      const text = given.trim()
      if (text === '') throw new FormFault({ person: `Say who. ${advice}` })
      const lower = text.toLowerCase()
      if (lower === 'nobody') {
        const isGuest = ctx.tryUse(signInSeam)?.isOpen() ?? true
        return { text: 'nobody', actor: isGuest ? guest : { ...anonymous, name: 'Nobody' }, notes: [] }
      }
      if (lower === 'somebody') return { text: 'somebody', actor: somebody, notes: [] }
      const [, word = '', name = ''] = /^(local|account|token):(.+)$/i.exec(text) ?? []
      if (word.toLowerCase() === 'token') return tokenNamed(name.trim())
      if (word !== '') return accountNamed(name.trim())
      const ref = referenceIn(text)
      const found = await userPerson(asking, ref)
      if (found) return found
      const account = text.includes(':') || text.includes('/') ? undefined : findAccount(read, lower)
      if (account) return accountPerson(account)
      const guess = await nearestEntity(ctx, asking, ref)
      throw new FormFault({
        person: `There is no ${formatRef(ref)} in the catalog${guess ? `; did you mean ${guess}?` : `. ${advice}`}`,
      })
    },
  }
}

/** Whether there is such an entity, for who asks. */
export async function sees(ctx: PluginContext, asking: Actor, ref: EntityRef): Promise<boolean> {
  try {
    await ctx.use(catalogReader).entity(asking, ref)
    return true
  } catch (error) {
    if (error instanceof PortalError && error.code === 'not_found') return false
    throw error
  }
}

const mostGuesses = 5

/** The nearest name of the same kind, among those that one who asks may see. */
export async function nearestEntity(ctx: PluginContext, asking: Actor, ref: EntityRef): Promise<string | undefined> {
  const known = ctx.tryUse(entityStockSeam)?.refsOf(ref.kind) ?? []
  for (const guess of nearest(formatRef(ref), known, mostGuesses)) {
    if (await sees(ctx, asking, parseRef(guess))) return guess
  }
  return undefined
}

function referenceIn(text: string): EntityRef {
  let ref: EntityRef
  try {
    ref = parseRef(text, { kind: 'user' })
  } catch {
    throw new FormFault({ person: `"${cut(text)}" names nobody. ${advice}` })
  }
  if (ref.kind.toLowerCase() === 'user') return ref
  const isSet = ['group', 'role'].includes(ref.kind.toLowerCase()) ? ' Name one of its members.' : ` ${advice}`
  throw new FormFault({ person: `${cut(text)} is not a person.${isSet}` })
}

function unknown(what: string, name: string, known: readonly string[], write: (name: string) => string): FormFault {
  const [guess] = nearest(name, known, 1)
  const hint = guess === undefined ? `. ${advice}` : `; did you mean ${write(guess)}?`
  return new FormFault({ person: `There is no ${what} called ${cut(name)}${hint}` })
}

function deadWords({ title, revokedAt, expiresAt }: TokenRow, now: Date): string | undefined {
  if (revokedAt) return `The token ${title} was revoked: it does not work any more.`
  return expiresAt && expiresAt <= now ? `The token ${title} has ended: it does not work any more.` : undefined
}

const cut = (text: string) => (text.length > 80 ? `${text.slice(0, 80)}…` : text)
