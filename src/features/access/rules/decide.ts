import type { Actor } from '../../../api/actor.ts'
import { isMeant, type Party, partyOf, type Roles } from './addressees.ts'
import { hashOf, normalised, split, type Test } from './condition.ts'
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
  /** What is left of the condition for who owns the entity, and for others. */
  halves: { owned: Test; other: Test }
  /** Of the condition. */
  hash: string
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
      return { ...rule, ...conditionOf(rule.test), except: [], because: undefined, origin: preset }
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

/** Entities for which a permission may be used: those that one of `allows` is about, and none of `denies`. */
export interface Reach {
  /** Empty where every entity is allowed. */
  allows: readonly StandingRule[]
  denies: readonly StandingRule[]
}

/**
 * What a permission on entities comes to for an actor: all of several reaches, none where it is every entity; undefined
 * where it is no entity.
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
    const applying = book.covering(name).filter((rule) => isFor(rule, actor, book.roles) && !isNever(rule, owns))
    const allows = applying.filter(({ effect }) => effect === 'allow')
    const denies = applying.filter(({ effect }) => effect === 'deny')
    const isFree = allows.some((rule) => isAlways(rule, owns))
    if (allows.length === 0 || denies.some((rule) => isAlways(rule, owns))) return undefined
    if (denies.length > 0 || !isFree) reaches.push({ allows: isFree ? [] : allows, denies })
  }
  return reaches
}

const isAlways = ({ halves }: StandingRule, owns: boolean) => halves.other === true && (!owns || halves.owned === true)
const isNever = ({ halves }: StandingRule, owns: boolean) => halves.other === false && (!owns || halves.owned === false)

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

function configured(rule: Rule): StandingRule {
  const { effect, permissions, to, except, where, because } = rule
  const parties = { to: to.map(partyOf), except: except.map(partyOf) }
  return { effect, permissions, ...parties, ...conditionOf(normalised(where)), because, origin: rule }
}

const conditionOf = (test: Test) => ({ test, halves: split(test), hash: hashOf(test) })

function coveringOf(permission: string, rules: readonly StandingRule[], permissions: Permissions) {
  const chain = chainOf(permission, permissions)
  const onEntity = permissions.get(permission)?.on === 'entity'
  return rules.filter(
    (rule) =>
      (onEntity || rule.test === true) && rule.permissions.some((pattern) => chain.some((name) => fits(pattern, name))),
  )
}
