import { type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../api/actor.ts'
import type { Entity } from '../../api/entity.ts'
import { PortalError } from '../../api/errors.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'

export type Decision = { allow: true } | { allow: false; reason: string }

/**
 * Which entities an actor may meet under a permission, in a form that lists can put into their SQL: `holds` for one of
 * many rows, without all that is visible being gathered first; else the query of all ids is asked.
 */
export type Scope =
  | { kind: 'all' }
  | { kind: 'none' }
  | { kind: 'some'; key: string; entityIds: SQL; holds?: (entityId: SQL) => SQL }

/**
 * Decides who may do what. `check` and `scope` must agree: an entity is in the scope exactly when `check` allows it.
 */
export interface Policy {
  check(actor: Actor, permission: string, entity?: Entity): Decision
  scope(actor: Actor, permission: string): Scope
  /** Brings what is kept for `scope` up to date; awaited before the first request is answered. */
  prepare?(): Promise<void>
}

/** The seam that access control plugs into. Without a provider, `openPolicy` holds. */
export const policySeam: ServiceRef<Policy> = serviceRef('platform.policy')

/** Everyone may do everything: only for a portal that nobody but its own machine can reach. */
export const openPolicy: Policy = {
  check: () => ({ allow: true }),
  scope: () => ({ kind: 'all' }),
}

/** @throws PortalError `forbidden` with the policy's reason, or `unauthenticated` where nobody is signed in */
export function authorize(
  policy: Policy,
  actor: Actor | undefined,
  permission: string,
  entity?: Entity,
): asserts actor is Actor {
  if (!actor) throw new PortalError('unauthenticated', 'You are not signed in', { hint: 'Sign in and try again.' })
  const decision = policy.check(actor, permission, entity)
  if (!decision.allow) {
    throw new PortalError('forbidden', decision.reason, {
      hint: `The permission is called ${permission}; an administrator can grant it.`,
    })
  }
}

/** The condition that keeps a query inside a scope. */
export function within(scope: Scope, entityId: SQL): SQL | undefined {
  if (scope.kind === 'all') return undefined
  if (scope.kind === 'none') return sql`0`
  return scope.holds ? scope.holds(entityId) : sql`${entityId} in (${scope.entityIds})`
}

/** What a cache must hold apart: two scopes with the same key show the same entities. */
export function scopeKey(scope: Scope): string {
  return scope.kind === 'some' ? scope.key : scope.kind
}
