/**
 * The names of all permissions, so that an editor completes them and flags a misspelt one. Whoever declares permissions
 * adds theirs beside them; what counts at start is what is registered.
 *
 * @example declare module 'callboard' { interface PermissionNames { 'costs.read': true } }
 */
export interface PermissionNames {
  'live.read': true
  'metrics.read': true
}

export type PermissionName = keyof PermissionNames & string

type PluginOf<N> = N extends `${infer P}.${string}` ? P : never

/** A permission, all of a plugin, or all there are: `catalog.read`, `catalog.*`, `*`. */
export type PermissionPattern = PermissionName | `${PluginOf<PermissionName>}.*` | '*'
