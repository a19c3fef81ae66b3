import { nearest } from '../../../api/nearest.ts'
import type { PermissionSpec } from '../../../api/plugin.ts'

export type Permissions = ReadonlyMap<string, PermissionSpec>

/** Whether `catalog.read`, `catalog.*` or `*` covers a permission. */
export function fits(pattern: string, permission: string): boolean {
  if (pattern === '*' || pattern === permission) return true
  return pattern.endsWith('.*') && permission.startsWith(pattern.slice(0, -1))
}

/** A permission, and those that decide where no rule names it. */
export function chainOf(permission: string, permissions: Permissions): readonly string[] {
  const chain = new Set<string>()
  for (let name: string | undefined = permission; name !== undefined && !chain.has(name); ) {
    chain.add(name)
    name = permissions.get(name)?.default
  }
  return [...chain]
}

/** Whether some permission of this portal fits; else what may have been meant. */
export function findPattern(pattern: string, permissions: Permissions): { known: boolean; guess: string | undefined } {
  const names = [...permissions.keys()]
  if (names.some((name) => fits(pattern, name))) return { known: true, guess: undefined }
  const plugins = new Set(names.map((name) => `${name.slice(0, name.indexOf('.'))}.*`))
  const [guess] = nearest(pattern, pattern.endsWith('.*') ? plugins : names, 1)
  return { known: false, guess }
}
