import type { Actor } from '../../../api/actor.ts'
import type { Entity } from '../../../api/entity.ts'
import type { PermissionSpec } from '../../../api/plugin.ts'
import type { Subject } from './holds.ts'
import type { Permissions } from './patterns.ts'

const spec = (on: PermissionSpec['on'], more: Partial<PermissionSpec> = {}): PermissionSpec => ({
  on,
  description: 'For tests.',
  ...more,
})

/** Permissions of each kind that there is. */
export const permissions: Permissions = new Map([
  ['catalog.read', spec('entity')],
  ['catalog.propose', spec('entity')],
  ['catalog.refresh', spec('portal')],
  ['catalog.remove', spec('portal', { default: 'catalog.refresh' })],
  ['catalog.sources', spec('portal', { reads: true })],
  ['costs.read', spec('entity', { default: 'catalog.read' })],
  ['costs.change', spec('entity', { default: 'catalog.propose' })],
  ['admin.audit', spec('portal')],
  ['admin.overview', spec('portal')],
])

export const subject = (entity: Partial<Entity> = {}, more: Partial<Subject> = {}): Subject => ({
  entity: { apiVersion: 'backstage.io/v1alpha1', kind: 'Component', metadata: { name: 'shop' }, ...entity },
  owner: undefined,
  system: undefined,
  ...more,
})

export const user = (id: string, more: Partial<Actor> = {}): Actor => ({
  id: `user:default/${id}`,
  ref: `user:default/${id}`,
  kind: 'user',
  name: id,
  groups: [],
  ...more,
})
