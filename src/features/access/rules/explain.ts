import type { Actor } from '../../../api/actor.ts'
import { permits } from '../tokens/scope.ts'
import { type About, decide, isAbout, isFor, isOnEntity, type Rulebook, type StandingRule, seeing } from './decide.ts'
import { partyWords, placeOf, testWords } from './words.ts'

/** A rule as it is shown to whoever asks why. */
export interface RuleView {
  effect: 'allow' | 'deny'
  permissions: readonly string[]
  to: readonly string[]
  except: readonly string[]
  /** Its condition in words; null where it applies to everything. */
  where: string | null
  because: string | null
  /** `portal.config.ts:12` or `preset open`. */
  place: string
  /** The permission that it decides here: the one asked for, or `catalog.read`, which goes with every other. */
  decides: string
  fitsActor: boolean
  /** Null where no entity was named, and the rule has a condition. */
  fitsEntity: boolean | null
  /** Why it applies or does not, in a sentence. */
  why: string
}

export interface Explanation {
  allowed: boolean
  /** In a sentence. */
  reason: string
  /** The rule that decided; null where none allowed it, or where no rule is asked. */
  decisive: RuleView | null
  /** Every rule that covers the permission, and behind them those that decide whether the entity is seen. */
  rules: readonly RuleView[]
  /** What the token in use is limited to, where one is used. */
  limits?: readonly string[]
}

export interface ExplainArgs {
  book: Rulebook
  actor: Actor
  permission: string
  about: About | undefined
  /** The entity, as sentences call it. */
  name: string | undefined
  /** Of the configuration. */
  folder: string
  isOpen: boolean
}

/** What is decided without any rule; undefined where rules decide. */
export function withoutRules(
  actor: Actor,
  permission: string,
  isOpen: boolean,
): { allowed: boolean; reason: string } | undefined {
  if (actor.kind === 'system') return { allowed: true, reason: 'The portal itself may do everything' }
  if (actor.kind === 'guest' && actor.id === 'guest' && isOpen) {
    return { allowed: true, reason: 'There is no administrator yet, so that the guest may do everything' }
  }
  if (actor.kind === 'guest') return { allowed: false, reason: 'You are not signed in' }
  const { permissions } = actor
  if (permissions && !permits(permissions, permission)) {
    const what = permissions.length > 0 ? `is limited to ${permissions.join(', ')}` : 'only reads'
    return { allowed: false, reason: `This token ${what}` }
  }
  if (actor.kind !== 'user' && !permissions) return { allowed: false, reason: `${actor.name} may not do this` }
  return undefined
}

/** Decides, and says why. */
export function explainDecision(args: ExplainArgs): Explanation {
  const { book, actor, permission, about, isOpen } = args
  const standing = withoutRules(actor, permission, isOpen)
  const names = isOnEntity(book, permission) && permission !== seeing ? [permission, seeing] : [permission]
  const views = names.flatMap((name) => book.covering(name).map((rule) => ({ rule, view: viewOf(rule, name, args) })))
  const rules = views.map(({ view }) => view)
  const limits = actor.permissions && { limits: actor.permissions }
  if (standing) return { ...standing, decisive: null, rules, ...limits }
  const verdict = decide(book, actor, permission, about)
  const found = views.find(({ rule, view }) => rule === verdict.rule && view.decides === verdict.permission)
  const decisive = found?.view ?? null
  const reason = verdict.allowed && verdict.rule ? allowedBy(verdict.rule, args) : refusalOf(args)
  return { allowed: verdict.allowed, reason, decisive, rules, ...limits }
}

/** Why something is refused, for the person who is: without a word of how the configuration is laid out. */
export function refusalOf({ book, actor, permission, about, name }: Omit<ExplainArgs, 'folder' | 'isOpen'>): string {
  const verdict = decide(book, actor, permission, about)
  const { rule } = verdict
  if (rule?.effect === 'deny') return rule.because ?? `A rule of this portal denies this to ${actor.name}`
  const own = book.covering(verdict.permission).filter(({ effect }) => effect === 'allow')
  const forActor = own.filter((one) => isFor(one, actor, book.roles))
  if (forActor.length > 0 && forActor.every(({ test }) => test === 'isOwner')) {
    return name === undefined ? `${actor.name} may only do this as an owner` : `${actor.name} does not own ${name}`
  }
  const onlyAdministrators = own.every(({ to }) =>
    to.every(({ kind }) => kind === 'administrators' || kind === 'programs'),
  )
  if (own.length > 0 && onlyAdministrators) return `${actor.name} may not do what is for administrators`
  return name === undefined
    ? `No rule allows this to ${actor.name}`
    : `No rule allows this to ${actor.name} for ${name}`
}

function allowedBy(rule: StandingRule, { actor, folder }: ExplainArgs): string {
  const to = rule.to.map(partyWords).join(', ')
  const when = rule.test === true ? '' : `, as ${testWords(rule.test)}`
  return rule.because ?? `${actor.name} may, as one of ${to}${when} (${placeOf(rule, folder)})`
}

function viewOf(rule: StandingRule, decides: string, { book, actor, about, folder }: ExplainArgs): RuleView {
  const fitsActor = isFor(rule, actor, book.roles)
  const fitsEntity = about || rule.test === true ? isAbout(rule, about) : null
  return {
    effect: rule.effect,
    permissions: rule.permissions,
    to: rule.to.map(partyWords),
    except: rule.except.map(partyWords),
    where: rule.test === true ? null : testWords(rule.test),
    because: rule.because ?? null,
    place: placeOf(rule, folder),
    decides,
    fitsActor,
    fitsEntity,
    why: whyOf(rule, fitsActor, fitsEntity, actor),
  }
}

function whyOf({ to, except, test }: StandingRule, fitsActor: boolean, fitsEntity: boolean | null, { name }: Actor) {
  const whom = to.map(partyWords).join(', ')
  if (!fitsActor) {
    const but = except.length > 0 ? ` except ${except.map(partyWords).join(', ')}` : ''
    return `It is for ${whom}${but}, which does not mean ${name}.`
  }
  if (fitsEntity === null) return `It is for ${whom}, and decides by the entity: ${testWords(test)}.`
  if (!fitsEntity) return `It is for ${whom}, but the entity is another one than it is about: ${testWords(test)}.`
  return test === true ? `It is for ${whom}.` : `It is for ${whom}, and the entity fits: ${testWords(test)}.`
}
