import type { KindSpec } from '../../../api/index.ts'
import { aiResource } from './kinds/ai-resource.ts'
import { location } from './kinds/location.ts'
import { group, user } from './kinds/organisation.ts'
import { api, component, domain, resource, system } from './kinds/software.ts'
import { template } from './kinds/template.ts'

/** The kinds every portal knows, in the order in which they are offered. */
export const builtinKinds: readonly KindSpec[] = [
  component,
  api,
  resource,
  system,
  domain,
  group,
  user,
  template,
  location,
  aiResource,
]

/**
 * The kinds by their name as written in files, which is how `validateEntity` looks them up.
 *
 * @throws TypeError when two kinds have the same name, ignoring case
 */
export function kindMap(kinds: readonly KindSpec[]): ReadonlyMap<string, KindSpec> {
  const seen = new Set<string>()
  for (const { kind } of kinds) {
    if (seen.has(kind.toLowerCase())) throw new TypeError(`The kind ${kind} is defined twice`)
    seen.add(kind.toLowerCase())
  }
  return new Map(kinds.map((kind) => [kind.kind, kind]))
}
