import type { Actor } from '../../api/actor.ts'
import type { Entity } from '../../api/entity.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type EntityStock, entityStockSeam } from '../../platform/permissions/entities.ts'
import { type Ownership, ownershipSeam } from '../../platform/permissions/ownership.ts'
import type { Decision, Policy, Scope } from '../../platform/permissions/policy.ts'
import {
  type About,
  createRulebook,
  decide,
  isOnEntity,
  type Rulebook,
  type RulebookArgs,
  reachesOf,
} from './rules/decide.ts'
import { type Explanation, explainDecision, refusalOf, withoutRules } from './rules/explain.ts'
import { createMatches, type Matches, subjectOf } from './rules/matches.ts'
import { scopeOf } from './rules/scope.ts'

export interface RulePolicyArgs extends RulebookArgs {
  /** Whether everybody is the guest, who may do everything. */
  isOpen(): boolean
  /** Of the configuration: places are shown from there. */
  folder: string
}

/** The policy of the rules, and what goes with them. */
export interface RulePolicy extends Policy {
  book: Rulebook
  matches: Matches
  prepare(): Promise<void>
  /** Decides as `check` does, and says why. */
  explain(actor: Actor, permission: string, entity?: Entity): Explanation
}

export function createRulePolicy(ctx: PluginContext, args: RulePolicyArgs): RulePolicy {
  const book = createRulebook(args)
  const ownership = (): Ownership | undefined => ctx.tryUse(ownershipSeam)
  const stock = (): EntityStock | undefined => ctx.tryUse(entityStockSeam)
  const matches = createMatches(ctx, { rules: book.rules, ownership, stock })
  // Rules stand as long as the process, and an actor is the same object from one request to the next.
  const scopes = new WeakMap<Actor, Map<string, Scope>>()
  const decisions = new WeakMap<Actor, Map<string, Decision>>()

  function aboutOf(actor: Actor, permission: string, entity: Entity | undefined): About | undefined {
    if (!entity || !isOnEntity(book, permission)) return undefined
    const subject = subjectOf(entity, { ownership, stock })
    return { subject, isOwner: subject.owner !== undefined && namesOf(actor).includes(subject.owner) }
  }

  function byRules(actor: Actor, permission: string, about: About | undefined, name: string | undefined): Decision {
    const allow =
      !about && isOnEntity(book, permission)
        ? reachesOf(book, actor, permission, namesOf(actor).length > 0) !== undefined
        : decide(book, actor, permission, about).allowed
    return allow ? { allow } : { allow, reason: refusalOf({ book, actor, permission, about, name }) }
  }

  function scopeByRules(actor: Actor, permission: string): Scope {
    const names = namesOf(actor)
    const reaches = isOnEntity(book, permission)
      ? reachesOf(book, actor, permission, names.length > 0)
      : decide(book, actor, permission, undefined).allowed
        ? []
        : undefined
    return scopeOf({ reaches, names, idOf: matches.idOf, ownership: ownership(), stock: stock() })
  }

  return {
    book,
    matches,
    prepare: () => matches.prepare(),

    check(actor, permission, entity) {
      const standing = withoutRules(actor, permission, args.isOpen())
      if (standing) return standing.allowed ? { allow: true } : { allow: false, reason: standing.reason }
      const about = aboutOf(actor, permission, entity)
      if (about) return byRules(actor, permission, about, entity?.metadata.name)
      return remembered(decisions, actor, permission, () => byRules(actor, permission, undefined, undefined))
    },

    scope(actor, permission) {
      const standing = withoutRules(actor, permission, args.isOpen())
      if (standing) return { kind: standing.allowed ? 'all' : 'none' }
      return remembered(scopes, actor, permission, () => scopeByRules(actor, permission))
    },

    explain(actor, permission, entity) {
      const about = aboutOf(actor, permission, entity)
      const { folder } = args
      const name = entity?.metadata.name
      return explainDecision({ book, actor, permission, about, name, folder, isOpen: args.isOpen() })
    },
  }
}

function remembered<T>(all: WeakMap<Actor, Map<string, T>>, actor: Actor, permission: string, find: () => T): T {
  const own = all.get(actor) ?? new Map<string, T>()
  all.set(actor, own)
  const known = own.get(permission) ?? find()
  own.set(permission, known)
  return known
}

/** All that an actor can own something as. */
function namesOf({ ref, groups }: Actor): string[] {
  return [...new Set([...(ref === undefined ? [] : [ref]), ...groups])]
}
