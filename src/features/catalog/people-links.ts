import { sql } from 'drizzle-orm'
import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type Policy, within } from '../../platform/permissions/policy.ts'
import { entities } from './schema.ts'
import { type IdentifiedRow, type Identity, identified } from './store/identities.ts'

/** What commits and CODEOWNERS have for somebody's name. */
export interface Handle {
  kind: 'group' | 'user'
  email?: string | undefined
  /** Name of the account on a forge, or of the entity itself. */
  login?: string | undefined
  /** `acme/payments`: a team with its organisation. */
  slug?: string | undefined
}

export interface PersonLink {
  ref: string
  title: string
}

/** The groups and users of the catalog behind handles, as far as the actor may see them. */
export interface PeopleLinks {
  /** One answer for each handle; undefined where nobody is meant, or several may be. */
  of(actor: Actor, handles: readonly Handle[]): (PersonLink | undefined)[]
}

export function createPeopleLinks(ctx: PluginContext, policy: () => Policy): PeopleLinks {
  return {
    of(actor, handles) {
      const scope = within(policy().scope(actor, 'catalog.read'), sql`${entities.id}`)
      const found = (['user', 'group'] as const).map((kind) => {
        const wanted = handles.filter((one) => one.kind === kind).flatMap(identitiesOf)
        return [kind, identified(ctx.db.read, kind, wanted, scope)] as const
      })
      const rows = new Map(found)
      return handles.map((handle) => meant(identitiesOf(handle), rows.get(handle.kind) ?? []))
    },
  }
}

/** What it may say of itself, the surest first. */
function identitiesOf({ email, login, slug }: Handle): Identity[] {
  const all: [key: string, value: string | undefined][] = [
    ['spec.profile.email', email],
    ['metadata.annotations.github.com/team-slug', slug],
    ['metadata.annotations.github.com/user-login', login],
    ['metadata.annotations.gitlab.com/user-login', login],
    ['metadata.name', login],
  ]
  return all.flatMap(([key, value]) => (value ? [{ key, value: value.toLowerCase() }] : []))
}

function meant(identities: readonly Identity[], rows: readonly IdentifiedRow[]): PersonLink | undefined {
  for (const { key, value } of identities) {
    const same = rows.filter((row) => row.key === key && row.value === value)
    const [first, ...others] = same.length > 1 ? same.filter(({ namespace }) => namespace === 'default') : same
    if (first && others.length === 0) return { ref: first.ref, title: first.title }
  }
  return undefined
}
