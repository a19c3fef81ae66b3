import { type Actor, systemActor } from '../../../api/actor.ts'
import type { Entity } from '../../../api/entity.ts'
import { PortalError } from '../../../api/errors.ts'
import { nearest } from '../../../api/nearest.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { type EntityRef, formatRef, parseRef } from '../../../api/ref.ts'
import { type ServiceRef, serviceRef } from '../../../api/wiring.ts'
import { operator } from '../../../platform/auth/operator.ts'
import { signInSeam } from '../../../platform/auth/sign-in.ts'
import { ownershipSeam } from '../../../platform/permissions/ownership.ts'
import { sentence } from '../../../platform/views/plural.ts'
import { catalogReader } from '../../catalog/contract.ts'
import { FormFault } from '../form-fault.ts'
import type { Party } from '../rules/addressees.ts'
import { isOnEntity, type Reach, type Rulebook, reachesOf, seeing } from '../rules/decide.ts'
import { type Explanation, type RuleView, withoutRules } from '../rules/explain.ts'
import { rulesRef } from '../rules/ref.ts'
import { isBeyondTokens } from '../tokens/scope.ts'
import type { People } from '../who.ts'
import { type AskedPerson, createPersons, nearestEntity } from './persons.ts'

export interface Question {
  person: string
  permission: string
  /** Empty for none. */
  entity: string
}

/** What it came to: `some` where it is allowed for some entities, and none was named. */
export type Outcome = 'allowed' | 'some' | 'denied'

export interface Answer {
  /** As they are written in the question. */
  person: string
  /** As the portal calls them. */
  name: string
  permission: string
  entity: string | null
  outcome: Outcome
  /** A sentence. */
  reason: string
  /** The rule that decided; null where none did. */
  decisive: RuleView | null
  /** All that were looked at. */
  rules: readonly RuleView[]
  /** What a token is limited to; null for who came without one. */
  limits: readonly string[] | null
  /** Of the groups that the person is in, those that rules or the owner of the entity name. */
  groups: readonly string[]
  /** What else there is to know, in sentences. */
  notes: readonly string[]
}

export interface Inquiry {
  /**
   * Why somebody may do something, or may not.
   *
   * @throws FormFault at `person`, `permission` or `entity`
   */
  ask(asking: Actor, question: Question): Promise<Answer>
  /** Somebody, for whom rules are shown. @throws FormFault at `person` */
  person(asking: Actor, text: string): Promise<AskedPerson>
  /** What somebody may use a permission for, of all there is. */
  reach(actor: Actor, permission: string): Outcome
}

export const inquiryRef: ServiceRef<Inquiry> = serviceRef('access.inquiry')

export function createInquiry(ctx: PluginContext, people: People): Inquiry {
  const persons = createPersons(ctx, people)
  const rules = () => ctx.use(rulesRef)
  const isOpen = () => ctx.tryUse(signInSeam)?.isOpen() ?? true

  function permissionNamed(given: string): string {
    const names = [...rules().book.permissions.keys()]
    const name = given.trim()
    if (names.includes(name)) return name
    if (name === '') throw new FormFault({ permission: 'Choose a permission.' })
    const [guess] = nearest(name, names, 1)
    const hint = guess ? `; did you mean ${guess}?` : '. /admin/permissions lists them.'
    throw new FormFault({ permission: `There is no permission called ${name.slice(0, 80)}${hint}` })
  }

  async function entityNamed(asking: Actor, given: string): Promise<{ ref: EntityRef; entity: Entity } | undefined> {
    const text = given.trim()
    if (text === '') return undefined
    const ref = referenceIn(text)
    try {
      return { ref, entity: await ctx.use(catalogReader).entity(asking, ref) }
    } catch (error) {
      if (!(error instanceof PortalError) || error.code !== 'not_found') throw error
      const guess = await nearestEntity(ctx, asking, ref)
      const hint = guess ? `; did you mean ${guess}?` : '.'
      throw new FormFault({ entity: `There is no ${formatRef(ref)} in the catalog${hint}` })
    }
  }

  /** Where no entity is named: what it comes to for all of them. */
  function reachFor(actor: Actor, permission: string): readonly Reach[] | undefined {
    const owns = actor.ref !== undefined || actor.groups.length > 0
    return reachesOf(rules().book, actor, permission, owns)
  }

  function judged(actor: Actor, permission: string, entity: Entity | undefined): Pick<Answer, 'outcome' | 'reason'> {
    const { allowed, reason } = rules().explain(actor, permission, entity)
    const decided = { outcome: allowed ? 'allowed' : 'denied', reason } as const
    if (entity || !isOnEntity(rules().book, permission) || withoutRules(actor, permission, isOpen())) return decided
    const reaches = reachFor(actor, permission)
    if (reaches === undefined) return { outcome: 'denied', reason }
    if (reaches.length === 0) return allowed ? decided : { outcome: 'allowed', reason: `${actor.name} may, always` }
    return { outcome: 'some', reason: `${actor.name} may for some entities; name one to see for which` }
  }

  function asked({ actor, shutOut }: AskedPerson, permission: string, entity: Entity | undefined) {
    const explained = rules().explain(actor, permission, entity)
    if (shutOut !== undefined) return { ...explained, decisive: null, outcome: 'denied' as const, reason: shutOut }
    if (actor.kind === 'guest' && !explained.allowed) {
      const reason = 'Whoever is not signed in may see the sign-in page alone'
      return { ...explained, outcome: 'denied' as const, reason }
    }
    const answer = judged(actor, permission, entity)
    // What one rule says of every entity does not decide where the others say it of some.
    return { ...explained, ...answer, ...(answer.outcome === 'some' && { decisive: null }) }
  }

  return {
    person: (asking, text) => persons.find(eyesOf(asking), text),

    reach: (actor, permission) => judged(actor, permission, undefined).outcome,

    async ask(asking, question) {
      const [person, permission, named] = await everyFault([
        () => persons.find(eyesOf(asking), question.person),
        async () => permissionNamed(question.permission),
        () => entityNamed(eyesOf(asking), question.entity),
      ])
      const found = asked(person, permission, named?.entity)
      const onEntity = isOnEntity(rules().book, permission)
      const owner = named && onEntity ? ctx.tryUse(ownershipSeam)?.ownerOf(named.entity) : undefined
      return {
        person: person.text,
        name: person.actor.name,
        permission,
        entity: named ? formatRef(named.ref) : null,
        outcome: found.outcome,
        reason: sentence(found.reason),
        decisive: found.decisive,
        rules: found.rules,
        limits: person.actor.permissions ?? null,
        groups: groupsThatMattered(rules().book, person.actor, found, owner),
        notes: [...person.notes, ...notesOf({ person, permission, named: named !== undefined, onEntity, owner })],
      }
    },
  }
}

/** Whoever can read the data folder may see all that there is. */
const eyesOf = (asking: Actor) => (asking === operator ? systemActor : asking)

/** Says what is wrong with every field at once. */
async function everyFault<A, B, C>(
  work: readonly [() => Promise<A>, () => Promise<B>, () => Promise<C>],
): Promise<[A, B, C]> {
  const [a, b, c] = await Promise.allSettled(work.map((one) => one()))
  const failed = [a, b, c].flatMap((one) => (one?.status === 'rejected' ? [one.reason as unknown] : []))
  for (const error of failed) if (!(error instanceof FormFault)) throw error
  if (failed.length > 0) throw new FormFault(Object.assign({}, ...failed.map((one) => (one as FormFault).fields)))
  return [a, b, c].map((one) => (one?.status === 'fulfilled' ? one.value : undefined)) as [A, B, C]
}

function referenceIn(text: string): EntityRef {
  try {
    return parseRef(text, { kind: 'component' })
  } catch {
    throw new FormFault({
      entity: `"${text.slice(0, 80)}" is no reference. Write one such as component:default/cart.`,
    })
  }
}

/** Those that a rule names, itself or in a role, and that as which the person owns the entity. */
function groupsThatMattered(book: Rulebook, actor: Actor, { rules }: Explanation, owner: string | undefined): string[] {
  const named = new Set(rules.flatMap(({ to, except }) => [...to, ...except]))
  const inRoles = [...book.roles].flatMap(([role, members]) => (named.has(`role:${role}`) ? members.map(nameOf) : []))
  return actor.groups.filter((group) => named.has(group) || inRoles.includes(group) || group === owner)
}

const nameOf = (party: Party) => ('name' in party ? party.name : party.kind)

interface NoteArgs {
  person: AskedPerson
  permission: string
  named: boolean
  onEntity: boolean
  owner: string | undefined
}

function notesOf({ person: { actor }, permission, named, onEntity, owner }: NoteArgs): string[] {
  const notes: string[] = []
  if (named && !onEntity) {
    notes.push(`${permission} is decided for the portal as a whole: the entity makes no difference.`)
  }
  if (onEntity && permission !== seeing) {
    notes.push(`Whoever may not see an entity may do nothing with it: the rules on ${seeing} count as well.`)
  }
  if (named && onEntity) {
    const owns = owner !== undefined && (owner === actor.ref || actor.groups.includes(owner))
    notes.push(
      owner === undefined
        ? 'The entity has no owner.'
        : `Its owner is ${owner}${owns ? ', so that they own it.' : '.'}`,
    )
  }
  if (actor.permissions && isBeyondTokens(permission)) {
    notes.push('Sessions, accounts and tokens are beyond every token, whatever it is limited to.')
  }
  return notes
}
