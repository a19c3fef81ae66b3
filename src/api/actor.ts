/**
 * Who does something. `ref` is the User entity a person was matched to, `groups` every group the person is in,
 * directly or through sub-groups, as full lower-case references.
 */
export interface Actor {
  id: string
  kind: 'guest' | 'user' | 'service' | 'system'
  name: string
  ref?: string
  groups: readonly string[]
}

/** The portal itself: jobs, migrations, the crawl. */
export const systemActor: Actor = { id: 'system', kind: 'system', name: 'Callboard', groups: [] }
