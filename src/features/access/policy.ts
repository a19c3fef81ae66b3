import type { Actor } from '../../api/actor.ts'
import type { Entity } from '../../api/entity.ts'
import type { PermissionSpec } from '../../api/plugin.ts'
import type { Ownership } from '../../platform/permissions/ownership.ts'
import type { Decision, Policy, Scope } from '../../platform/permissions/policy.ts'
import { permits } from './tokens/scope.ts'

export interface PolicyHost {
  permissions: ReadonlyMap<string, PermissionSpec>
  ownership(): Ownership | undefined
  /** Whether everybody is the guest, who may do everything. */
  isOpen(): boolean
}

/** Whom a permission is for. */
type Audience = 'everyone' | 'owners' | 'administrators'

/**
 * The preset `open`: whoever is signed in reads; owners do to what they own what is decided for each entity; all else is
 * for administrators. A token never does more than it is limited to.
 */
export function createOpenPolicy(host: PolicyHost): Policy {
  const audiences = new Map([...host.permissions.keys()].map((name) => [name, audienceOf(name, host.permissions)]))
  const audience = (permission: string) => audiences.get(permission) ?? 'administrators'

  /** The answer where it is the same for every entity. */
  function general(actor: Actor, permission: string): Decision | 'owned' {
    if (actor.kind === 'system' || (actor.kind === 'guest' && actor.id === 'guest' && host.isOpen())) return allowed
    if (actor.kind === 'guest') return denied('You are not signed in')
    if (actor.permissions && !permits(actor.permissions, permission)) return beyondToken(actor)
    if (actor.administrator || (actor.kind === 'service' && actor.permissions)) return allowed
    if (actor.kind !== 'user') return denied(`${actor.name} may not do this`)
    if (audience(permission) === 'everyone') return allowed
    if (audience(permission) === 'owners') return 'owned'
    return denied(`${actor.name} may not do what is for administrators`)
  }

  return {
    check(actor, permission, entity) {
      const decision = general(actor, permission)
      if (decision !== 'owned') return decision
      return entity && owns(actor, entity, host.ownership()) ? allowed : notOwner(actor, entity)
    },

    scope(actor, permission): Scope {
      const decision = general(actor, permission)
      if (decision !== 'owned') return { kind: decision.allow ? 'all' : 'none' }
      const [own, ownership] = [namesOf(actor), host.ownership()]
      if (own.length === 0 || !ownership) return { kind: 'none' }
      return { kind: 'some', key: `own ${own.toSorted().join(' ')}`, entityIds: ownership.ownedBy(own) }
    },
  }
}

function audienceOf(name: string, permissions: PolicyHost['permissions'], above: readonly string[] = []): Audience {
  const spec = permissions.get(name)
  if (!spec) return 'administrators'
  if (spec.reads ?? name.endsWith('.read')) return 'everyone'
  if (spec.default !== undefined && !above.includes(name))
    return audienceOf(spec.default, permissions, [...above, name])
  return spec.on === 'entity' ? 'owners' : 'administrators'
}

function owns(actor: Actor, entity: Entity, ownership: Ownership | undefined): boolean {
  const owner = ownership?.ownerOf(entity)
  return owner !== undefined && namesOf(actor).includes(owner)
}

function namesOf({ ref, groups }: Actor): string[] {
  return [...new Set([...(ref === undefined ? [] : [ref]), ...groups])]
}

const allowed: Decision = { allow: true }
const denied = (reason: string): Decision => ({ allow: false, reason })

function beyondToken({ permissions = [] }: Actor): Decision {
  const what = permissions.length > 0 ? `is limited to ${permissions.join(', ')}` : 'only reads'
  return denied(`This token ${what}`)
}

function notOwner(actor: Actor, entity: Entity | undefined): Decision {
  return denied(
    entity ? `${actor.name} does not own ${entity.metadata.name}` : `${actor.name} may only do this as an owner`,
  )
}
