import { PortalError } from '../../../api/errors.ts'
import { nearest } from '../../../api/nearest.ts'
import { partyOf } from './addressees.ts'
import { normalised, type Test } from './condition.ts'
import { chainOf, findPattern, fits, type Permissions } from './patterns.ts'
import type { Rule } from './rule.ts'
import { placeOf } from './words.ts'

export interface CheckArgs {
  rules: readonly Rule[]
  roles: Readonly<Record<string, readonly string[]>>
  permissions: Permissions
  /** Kinds that an entity can have. */
  kinds: readonly string[]
  /** Of the configuration: places are shown from there. */
  folder: string
}

/**
 * Looks for names that lead nowhere, and for conditions where there is no entity.
 *
 * @throws PortalError `invalid` that lists them all, each with its place
 */
export function checkRules({ rules, roles, permissions, kinds, folder }: CheckArgs): void {
  const problems = rules.flatMap((rule) => {
    const place = placeOf({ origin: rule }, folder)
    const found = [
      ...unknownPermissions(rule, permissions),
      ...unknownRoles(rule, roles),
      ...misplaced(rule, permissions),
      ...unknownKinds(normalised(rule.where), kinds),
    ]
    return found.map((what) => `${place}: ${what}`)
  })
  if (problems.length === 0) return
  throw new PortalError(
    'invalid',
    `The rules of access() cannot be followed:\n${problems.map((one) => `  - ${one}`).join('\n')}`,
    {
      hint: 'Correct the rules there; docs/access.md lists the permissions, and what plugins bring is on /admin/plugins.',
    },
  )
}

function unknownPermissions({ permissions: patterns }: Rule, permissions: Permissions): string[] {
  return patterns.flatMap((pattern) => {
    const { known, guess } = findPattern(pattern, permissions)
    if (known) return []
    return [`no plugin has the permission ${pattern}${guess ? `; did you mean ${guess}?` : ''}`]
  })
}

function unknownRoles({ to, except }: Rule, roles: CheckArgs['roles']): string[] {
  return [...to, ...except].flatMap((text) => {
    const party = partyOf(text)
    if (party.kind !== 'role' || Object.hasOwn(roles, party.name)) return []
    const [guess] = nearest(party.name, Object.keys(roles), 1)
    return [`there is no role ${party.name} in roles${guess ? `; did you mean ${guess}?` : ''}`]
  })
}

/** A condition is about entities; a pattern that covers others as well is fine, and then means those on entities alone. */
function misplaced({ permissions: patterns, where }: Rule, permissions: Permissions): string[] {
  if (!where) return []
  return patterns.flatMap((pattern) => {
    const covered = [...permissions].filter(([name]) => chainOf(name, permissions).some((one) => fits(pattern, one)))
    if (covered.length === 0 || covered.some(([, { on }]) => on === 'entity')) return []
    return [`${pattern} is decided for the portal as a whole, so that it cannot depend on an entity; leave out where`]
  })
}

function unknownKinds(test: Test, kinds: readonly string[]): string[] {
  if (typeof test !== 'object') return []
  if ('not' in test) return unknownKinds(test.not, kinds)
  if ('all' in test) return test.all.flatMap((one) => unknownKinds(one, kinds))
  if ('any' in test) return test.any.flatMap((one) => unknownKinds(one, kinds))
  if (!('column' in test) || test.column !== 'kind') return []
  return test.values.flatMap((kind) => {
    if (kinds.some((one) => one.toLowerCase() === kind)) return []
    const [guess] = nearest(kind, kinds, 1)
    return [`there is no kind called ${kind}${guess ? `; did you mean ${guess}?` : ''}`]
  })
}
