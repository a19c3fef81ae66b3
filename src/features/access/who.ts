import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { formatRef, parseRef } from '../../api/ref.ts'
import { upTo } from '../../platform/up-to.ts'
import { type CatalogUser, catalogChanged, type PeopleDirectory, peopleDirectory } from '../catalog/contract.ts'
import type { AccessOptions } from './config.ts'
import type { Administrators, Who } from './contract.ts'
import { type Match, matchUser } from './matching.ts'
import type { Profile } from './profile.ts'
import { hasAdministrator } from './store/administrators.ts'
import { findIdentity, findIdentityOf, findLocalAccount, identitiesWith } from './store/identities.ts'

/** Whom somebody turned out to be. */
export interface Judgement {
  /** Undefined for who does not get in. */
  actor: Actor | undefined
  match: Match
  /** The account does not exist any more, or was disabled. */
  disabled: boolean
}

export interface People extends Who, Administrators {
  /** Looks a person up in the catalog, now. */
  judge(profile: Profile): Judgement
  /** The actor of somebody whom each request names anew. */
  actorOfProfile(profile: Profile): Actor | undefined
  /** A User of the catalog, however they sign in: without what an account of the portal gives them besides. */
  actorOfUser(user: Pick<CatalogUser, 'ref' | 'title'>): Actor
}

const remembered = 5_000
const nobodyThere: PeopleDirectory = { annotated: () => [], withEmail: () => [], named: () => [], groupsOf: () => [] }

/** Whom people are in the catalog: looked up once, and again when the catalog or an account has changed. */
export function createPeople(
  ctx: PluginContext,
  options: Pick<AccessOptions, 'match' | 'admit' | 'administrators'>,
  worldwide: ReadonlySet<string>,
): People {
  const read = ctx.db.read
  const named = new Set(options.administrators.map((text) => formatRef(parseRef(text))))
  const actors = new LRUCache<string, { actor: Actor | undefined }>(upTo(remembered))
  let exists: boolean | undefined

  function forget(): void {
    actors.clear()
    exists = undefined
  }

  ctx.on(catalogChanged, ({ content }) => {
    if (content) actors.clear()
  })

  function judge(profile: Profile): Judgement {
    const directory = ctx.tryUse(peopleDirectory) ?? nobodyThere
    const match = matchUser(profile, options.match, directory, { worldwide: worldwide.has(profile.provider) })
    const isLocal = profile.provider === 'local'
    const account = isLocal ? findLocalAccount(read, profile.subject) : undefined
    const disabled = isLocal && (account === undefined || account.disabledAt !== null)
    if (disabled || !(match.user || isLocal || options.admit)) return { actor: undefined, match, disabled }
    const { name, login, subject, provider } = profile
    const id = `${provider}:${subject}`
    const own: Actor = match.user
      ? people.actorOfUser(match.user)
      : { id, kind: 'user', name: name ?? login ?? subject, groups: [] }
    return { actor: account?.administrator ? { ...own, administrator: true } : own, match, disabled }
  }

  function remember(key: string, look: () => Actor | undefined): Actor | undefined {
    const known = actors.get(key)
    if (known) return known.actor
    const actor = look()
    actors.set(key, { actor })
    return actor
  }

  const people: People = {
    judge,
    forget,

    actorOf: (identity) =>
      remember(identity, () => {
        const row = findIdentity(read, identity)
        return row && judge(row.profile as Profile).actor
      }),

    actorOfProfile: (profile) => remember(JSON.stringify(profile), () => judge(profile).actor),

    actorOfUser({ ref, title }) {
      const groups = (ctx.tryUse(peopleDirectory) ?? nobodyThere).groupsOf(ref)
      const administers = [ref, ...groups].some((one) => named.has(one))
      return { id: ref, kind: 'user', name: title, ref, groups, ...(administers && { administrator: true }) }
    },

    identitiesOf(actor) {
      if (actor.ref !== undefined)
        return identitiesWith(read, actor.ref).filter((id) => people.actorOf(id)?.id === actor.id)
      const cut = actor.id.indexOf(':')
      const row = findIdentityOf(read, actor.id.slice(0, cut), actor.id.slice(cut + 1))
      return row ? [row.id] : []
    },

    exist() {
      exists ??= named.size > 0 || hasAdministrator(read)
      return exists
    },
  }
  return people
}
