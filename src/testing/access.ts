import { sql } from 'drizzle-orm'
import type { Actor } from '../api/actor.ts'
import type { Entity } from '../api/entity.ts'
import { definePlugin, type Plugin } from '../api/plugin.ts'
import { formatRef, parseRef } from '../api/ref.ts'
import { type Identify, identitySeam } from '../platform/auth/identity.ts'
import { type Decision, type Policy, policySeam } from '../platform/permissions/policy.ts'
import { type Person, people } from './people.ts'

/** The header that says who sends a request. Without it nobody is signed in. */
export const personHeader = 'x-test-person'

/** Entities of this namespace are for those who own them. */
export const secretNamespace = 'secret'

const identify: Identify = (request) => {
  const name = request.headers[personHeader]
  return typeof name === 'string' && Object.hasOwn(people, name) ? people[name as Person] : undefined
}

/**
 * Access control for tests, on the seams that the real one uses. root may do everything. Whoever is signed in may read
 * what is of the portal as a whole, and every entity but those of the namespace `secret`, which only their owners see.
 * Everything else is for the owners of the entity in question.
 */
export const testPolicy: Policy = {
  check(actor, permission, entity) {
    if (actor.id === people.root.id) return { allow: true }
    if (actor.kind !== 'user') return denied('Nobody is signed in')
    if (entity) return onEntity(actor, permission, entity)
    return reads.test(permission) ? { allow: true } : denied(`${actor.name} may not do what only administrators do`)
  },

  scope(actor, permission) {
    if (actor.id === people.root.id) return { kind: 'all' }
    if (actor.kind !== 'user') return { kind: 'none' }
    const owners = sql.join(
      [...identities(actor), ''].map((ref) => sql`${ref}`),
      sql`, `,
    )
    const owned = sql`(owner is not null and owner in (${owners}))`
    const condition = isRead(permission) ? sql`(namespace <> ${secretNamespace} or ${owned})` : owned
    return {
      kind: 'some',
      key: `${isRead(permission) ? 'read' : 'own'} ${identities(actor).join(' ')}`,
      entityIds: sql`select id from catalog_entities where ${condition}`,
    }
  },
}

/** The plugin that puts people and policy into the portal. */
export const testAccess = (): Plugin =>
  definePlugin({
    name: 'access',
    apiVersion: 1,
    setup(ctx) {
      ctx.provide(identitySeam, identify)
      ctx.provide(policySeam, testPolicy)
    },
  })

const reads = /\.(read|sources|gallery)$/
const isRead = (permission: string) => permission.endsWith('.read')

function onEntity(actor: Actor, permission: string, entity: Entity): Decision {
  const owner = ownerOf(entity)
  if (owner !== undefined && identities(actor).includes(owner)) return { allow: true }
  const namespace = (entity.metadata.namespace ?? 'default').toLowerCase()
  if (isRead(permission) && namespace !== secretNamespace) return { allow: true }
  return denied(`${actor.name} does not own ${entity.metadata.name}`)
}

function ownerOf(entity: Entity): string | undefined {
  const owner = entity.spec?.owner
  if (typeof owner !== 'string') return undefined
  return formatRef(parseRef(owner, { kind: 'group', namespace: entity.metadata.namespace ?? 'default' }))
}

function identities(actor: Actor): string[] {
  return [...(actor.ref === undefined ? [] : [actor.ref]), ...actor.groups]
}

const denied = (reason: string): Decision => ({ allow: false, reason })
