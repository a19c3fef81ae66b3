import type { Party } from './addressees.ts'
import type { Test } from './condition.ts'
import type { Permissions } from './patterns.ts'
import type { Effect } from './rule.ts'

export const presets = ['open', 'strict'] as const
export type Preset = (typeof presets)[number]

/** What a preset says, in the same terms as the rules of a configuration. */
export interface PresetRule {
  effect: Effect
  permissions: readonly string[]
  to: readonly Party[]
  test: Test
}

/** Whom a permission is for. */
type Audience = 'everyone' | 'owners' | 'administrators'

/**
 * `open`: whoever got in reads; owners do to what they own what is decided for each entity; administrators do all, and
 * tokens of programs what they are limited to. `strict`: nothing that no rule of the configuration allows.
 */
export function presetRules(preset: Preset, permissions: Permissions): readonly PresetRule[] {
  if (preset === 'strict') return []
  const forWhom = (audience: Audience) =>
    [...permissions.keys()].filter((name) => audienceOf(name, permissions) === audience)
  const users = { effect: 'allow', to: [{ kind: 'everyone' }] } as const
  return [
    { ...users, permissions: forWhom('everyone'), test: true },
    { ...users, permissions: forWhom('owners'), test: 'isOwner' },
    { effect: 'allow', permissions: ['*'], to: [{ kind: 'administrators' }], test: true },
    { effect: 'allow', permissions: ['*'], to: [{ kind: 'programs' }], test: true },
  ]
}

function audienceOf(name: string, permissions: Permissions, above: readonly string[] = []): Audience {
  const spec = permissions.get(name)
  if (!spec) return 'administrators'
  if (spec.reads ?? name.endsWith('.read')) return 'everyone'
  if (spec.default !== undefined && !above.includes(name))
    return audienceOf(spec.default, permissions, [...above, name])
  return spec.on === 'entity' ? 'owners' : 'administrators'
}
