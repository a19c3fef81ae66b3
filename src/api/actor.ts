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
  /** Runs the portal: may do everything. */
  administrator?: boolean
  /** What a token is limited to, `catalog.*` for all that begins so; absent for who is limited by the policy alone. */
  permissions?: readonly string[]
}

/** The portal itself: jobs, migrations, the crawl. */
export const systemActor: Actor = { id: 'system', kind: 'system', name: 'Callboard', groups: [] }
