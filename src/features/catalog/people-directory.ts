import type { PluginContext } from '../../api/plugin.ts'
import type { Contributions } from '../../platform/contributions.ts'
import type { Ownership } from '../../platform/permissions/ownership.ts'
import type { CatalogUser, PeopleDirectory } from './contract.ts'
import { emailOf } from './model/profile.ts'
import { refOf } from './model/relations.ts'
import { neighbours, parentsAbove } from './store/organisation.ts'
import { ownedBy } from './store/owned.ts'
import { type UserRow, usersWith } from './store/signed-in.ts'
import { firstTarget } from './store/winners.ts'

/** Users and groups as sign-in asks for them: of nobody there is a scope before it is known who it is. */
export function createPeopleDirectory({ db: { read } }: PluginContext): PeopleDirectory {
  const users = (key: string, value: string) => usersWith(read, key, value).map(userOf)
  return {
    annotated: (key, value) => users(`metadata.annotations.${key}`, value),
    withEmail: (email) => users('spec.profile.email', email),
    named: (name) => users('metadata.name', name),
    groupsOf(user) {
      const direct = neighbours(read, user, 'memberOf', undefined).map(({ ref }) => ref)
      const above = parentsAbove(read, direct, undefined).map(({ ref }) => ref)
      return [...new Set([...direct, ...above])].filter((ref) => ref.startsWith('group:'))
    },
  }
}

/** Owners as the column of lists has them. */
export function createOwnership(contributions: Contributions): Ownership {
  const kinds = { kinds: new Map(contributions.kinds.map(({ spec }) => [spec.kind, spec])) }
  return {
    ownerOf: (entity) => firstTarget(refOf(entity), entity, kinds, 'owner') ?? undefined,
    ownedBy,
  }
}

function userOf({ entity, ...row }: UserRow): CatalogUser {
  return { ...row, annotations: entity.metadata.annotations ?? {}, email: emailOf(entity) }
}
