import type { Actor } from '../../../api/actor.ts'
import { isMeant, type Party, partyOf, type Roles } from './addressees.ts'
import { normalised, split, type Test } from './condition.ts'
import { holds, type Subject } from './holds.ts'
import { chainOf, fits, type Permissions } from './patterns.ts'
import { type Preset, presetRules } from './preset.ts'
import type { Effect, Rule } from './rule.ts'

/** Whoever may not see an entity may do nothing with it. */
export const seeing = 'catalog.read'

/** A rule that is in force: of the configuration, or of its preset. */
export interface StandingRule {
  effect: Effect
  permissions: readonly string[]
  to: readonly Party[]
  except: readonly Party[]
  test: Test
  because: string | undefined
  /** What it was made of. */
  origin: Rule | Preset
}

export interface Rulebook {
  rules: readonly StandingRule[]
  roles: Roles
  permissions: Permissions
  /** Those that can decide a permission, in the order of the configuration. */
  covering(permission: string): readonly StandingRule[]
}

export interface RulebookArgs {
  rules: readonly Rule[]
  roles: Readonly<Record<string, readonly string[]>>
  preset: Preset
  permissions: Permissions
}

export function createRulebook({ rules, roles, preset, permissions }: RulebookArgs): Rulebook {
  const all = [
    ...rules.map(configured),
    ...presetRules(preset, permissions).map((rule): StandingRule => {
      return { ...rule, except: [], because: undefined, origin: preset }
    }),
  ]
  const covering = new Map([...permissions.keys()].map((name) => [name, coveringOf(name, all, permissions)]))
  return {
    rules: all,
    roles: new Map(Object.entries(roles).map(([name, members]) => [name, members.map(partyOf)])),
    permissions,
    covering: (permission) => covering.get(permission) ?? coveringOf(permission, all, permissions),
  }
}

/** An entity that something is asked about. */
export interface About {
  subject: Subject
  isOwner: boolean
}

export interface Verdict {
  allowed: boolean
  /** The rule that decided; undefined where none allowed it. */
  rule: StandingRule | undefined
  /** The permission that decided: the one that was asked for, or that of seeing the entity. */
  permission: string
}

/** The one algorithm: any rule that denies, else any that allows, else nothing. */
export function decide(book: Rulebook, actor: Actor, permission: string, about: About | undefined): Verdict {
  const own = judged(book, actor, permission, about)
  if (!own.allowed || !about || !needsSight(book, permission)) return own
  const seen = judged(book, actor, seeing, about)
  return seen.allowed ? own : seen
}

/** Entities within which a permission may be used: at least one of `allows` holds, and none of `denies`. */
export interface Reach {
  allows: readonly Test[]
  denies: readonly Test[]
}

/**
 * What a permission on entities comes to for an actor: all of several reaches; undefined where it is for no entity.
 *
 * @param owns whether the actor can own anything
 */
export function reachesOf(
  book: Rulebook,
  actor: Actor,
  permission: string,
  owns: boolean,
): readonly Reach[] | undefined {
  const names = needsSight(book, permission) ? [permission, seeing] : [permission]
  const reaches: Reach[] = []
  for (const name of names) {
    const reach = reachOf(book, actor, name, owns)
    if (reach.allows.length === 0 || reach.denies.includes(true)) return undefined
    if (reach.denies.length > 0 || !reach.allows.includes(true)) reaches.push(reach)
  }
  return reaches
}

export const isOnEntity = ({ permissions }: Rulebook, permission: string) =>
  permissions.get(permission)?.on === 'entity'

/** Whether a rule is for this actor. */
export function isFor({ to, except }: StandingRule, actor: Actor, roles: Roles): boolean {
  return to.some((one) => isMeant(one, actor, roles)) && !except.some((one) => isMeant(one, actor, roles))
}

/** Whether a rule is about what is asked: on the portal as a whole only what has no condition counts. */
export function isAbout({ test }: StandingRule, about: About | undefined): boolean {
  return about ? holds(test, about.subject, about.isOwner) : test === true
}

function judged(book: Rulebook, actor: Actor, permission: string, about: About | undefined): Verdict {
  const applying = book
    .covering(permission)
    .filter((rule) => isFor(rule, actor, book.roles) && isAbout(rule, isOnEntity(book, permission) ? about : undefined))
  const rule = applying.find(({ effect }) => effect === 'deny') ?? applying[0]
  return { allowed: rule?.effect === 'allow', rule, permission }
}

const needsSight = (book: Rulebook, permission: string) => permission !== seeing && isOnEntity(book, permission)

function reachOf(book: Rulebook, actor: Actor, permission: string, owns: boolean): Reach {
  const allows: Test[] = []
  const denies: Test[] = []
  for (const rule of book.covering(permission)) {
    if (!isFor(rule, actor, book.roles)) continue
    const test = owns ? rule.test : split(rule.test).other
    if (test !== false) (rule.effect === 'allow' ? allows : denies).push(test)
  }
  return { allows: allows.includes(true) ? [true] : allows, denies }
}

function configured(rule: Rule): StandingRule {
  const { effect, permissions, to, except, where, because } = rule
  const parties = { to: to.map(partyOf), except: except.map(partyOf) }
  return { effect, permissions, ...parties, test: normalised(where), because, origin: rule }
}

function coveringOf(permission: string, rules: readonly StandingRule[], permissions: Permissions) {
  const chain = chainOf(permission, permissions)
  const onEntity = permissions.get(permission)?.on === 'entity'
  return rules.filter(
    (rule) =>
      (onEntity || rule.test === true) && rule.permissions.some((pattern) => chain.some((name) => fits(pattern, name))),
  )
}
