import type { Actor } from '../../../api/actor.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { entityPath, parseRef } from '../../../api/ref.ts'
import { type ServiceRef, serviceRef } from '../../../api/wiring.ts'
import { configurationFolder } from '../../../platform/config/folder.ts'
import { contributionsRef } from '../../../platform/contributions.ts'
import { entityStockSeam } from '../../../platform/permissions/entities.ts'
import { ruleNotesRef } from '../contract.ts'
import { FormFault } from '../form-fault.ts'
import { type Outcome as FormOutcome, orAgain } from '../outcome.ts'
import type { RuleView } from '../rules/explain.ts'
import { rulesRef } from '../rules/ref.ts'
import { addresseeIn, addresseesOf, linkOfWords, listingOf, namedRefs, rolesOf, type Whom } from './listing.ts'
import type { Answer, Inquiry, Outcome, Question } from './service.ts'
import {
  type ExplainedView,
  type ExplainPage,
  explainFormView,
  type LookedAt,
  type PartyLink,
  type PermissionsPage,
  ruleExample,
} from './views.ts'

export interface PermissionsQuery {
  q?: string | undefined
  feature?: string | undefined
  who?: string | undefined
}

export interface ExplainPages {
  /** Again with status 422 where the filter names somebody who is not there. */
  permissions(actor: Actor, query: PermissionsQuery): Promise<{ page: PermissionsPage; status: 200 | 422 }>
  /** Without any word in the query, the form alone. */
  /** Without a person nothing is asked yet. */
  explain(actor: Actor, question: Begun): Promise<FormOutcome<ExplainPage, ExplainPage>>
}

type Begun = Omit<Question, 'person'> & { person: string | undefined }

export const explainPagesRef: ServiceRef<ExplainPages> = serviceRef('access.explain-pages')

export function createExplainPages(ctx: PluginContext, inquiry: Inquiry): ExplainPages {
  const rules = () => ctx.use(rulesRef)
  const pluginOf = (name: string) =>
    ctx.use(contributionsRef).permissions.get(name)?.plugin ?? name.split('.', 1)[0] ?? ''
  const unknownOf = (refs: readonly string[]) => new Set(ctx.tryUse(entityStockSeam)?.unknown(refs) ?? refs)

  function byFeature(): Map<string, string[]> {
    const features = new Map<string, string[]>()
    for (const name of [...rules().book.permissions.keys()].sort()) {
      const plugin = pluginOf(name)
      features.set(plugin, [...(features.get(plugin) ?? []), name])
    }
    return features
  }

  async function whomIn(actor: Actor, text: string): Promise<Whom | undefined> {
    if (text === '') return undefined
    const { book } = rules()
    const addressee = addresseeIn(text)
    if (addressee) {
      if (addressee.kind !== 'role' || book.roles.has(addressee.name)) return { addressee }
      throw new FormFault({ person: `There is no role ${addressee.name} in roles.` })
    }
    const person = await inquiry.person(actor, text)
    const reach = (permission: string): Outcome =>
      person.shutOut === undefined ? inquiry.reach(person.actor, permission) : 'denied'
    return { person, reach }
  }

  async function permissionsPage(actor: Actor, query: PermissionsQuery): Promise<PermissionsPage> {
    const { book } = rules()
    const { q = '', feature = '', who = '' } = query
    let whom: Whom | undefined
    let whoFault: string | null = null
    try {
      whom = await whomIn(actor, who)
    } catch (error) {
      if (!(error instanceof FormFault)) throw error
      whoFault = error.fields.person ?? error.message
    }
    const unknown = unknownOf(namedRefs(book))
    const args = { book, pluginOf, folder: configurationFolder(), unknown }
    const groups = listingOf(args, { text: q, feature, whom })
    const features = byFeature()
    const configured = book.rules.filter(({ origin }) => typeof origin !== 'string').length
    const person = whom && 'person' in whom ? whom.person : undefined
    return {
      form: explainFormView(features, person && { person: person.text }),
      preset: configured === book.rules.length ? 'strict' : 'open',
      configured,
      notes: [...ctx.use(ruleNotesRef)(), ...(person?.shutOut ? [person.shutOut] : [])],
      example: configured === 0 ? ruleExample : null,
      filter: {
        ...{ q, who, whoFault, whoName: person?.actor.name ?? null },
        features: [...features.keys()].map((value) => ({ value, chosen: value === feature })),
        addressees: addresseesOf(book),
        isSet: q !== '' || feature !== '' || who !== '',
        clearHref: '/admin/permissions',
      },
      shown: groups.reduce((sum, { permissions }) => sum + permissions.length, 0),
      groups,
      roles: rolesOf(args),
    }
  }

  function explained(answer: Answer): ExplainedView {
    const words = [...answer.rules.flatMap(({ to, except }) => [...to, ...except]), ...answer.groups]
    const unknown = unknownOf([...new Set(words.filter((one) => /^(group|user):/.test(one)))])
    const { outcome, reason, permission, entity, limits, notes, decisive } = answer
    const rules = answer.rules.map((rule) => lookedAt(rule, { unknown, isDecisive: rule === decisive }))
    return {
      ...{ outcome, reason, permission, limits, notes, rules, title: titleOf(answer) },
      person: personLink(answer),
      entity: entity === null ? null : { text: entity, href: entityPath(parseRef(entity)), known: true },
      decisive: rules.find(({ isDecisive }) => isDecisive) ?? null,
      groups: answer.groups.map((one) => linkOfWords(one, unknown)),
    }
  }

  return {
    async permissions(actor, query) {
      const page = await permissionsPage(actor, query)
      return { page, status: page.filter.whoFault === null ? 200 : 422 }
    },

    async explain(actor, { person, ...chosen }) {
      if (person === undefined && chosen.entity === '') {
        return { done: { form: explainFormView(byFeature(), chosen), answer: null } }
      }
      const question = { ...chosen, person: person ?? '' }
      return orAgain<ExplainPage, ExplainPage>(
        async () => {
          const answer = explained(await inquiry.ask(actor, question))
          return { form: explainFormView(byFeature(), question), answer }
        },
        (faults) => ({ form: explainFormView(byFeature(), question, faults), answer: null }),
      )
    },
  }
}

const verbs = { allowed: 'may', some: 'may for some entities', denied: 'may not' }

function titleOf({ name, permission, entity, outcome }: Answer): string {
  return `${name} ${verbs[outcome]}: ${permission}${entity === null ? '' : ` on ${entity}`}`
}

function personLink({ person, name }: Answer): PartyLink {
  const href = person.startsWith('user:') ? entityPath(parseRef(person)) : null
  return { text: person === name.toLowerCase() ? name : `${name} (${person})`, href, known: true }
}

function lookedAt(rule: RuleView, { unknown, isDecisive }: { unknown: Set<string>; isDecisive: boolean }): LookedAt {
  const { effect, permissions, to, except, where, because, place, decides, fitsActor, fitsEntity, why } = rule
  const named = permissions.includes(decides) || place.startsWith('preset ') ? null : permissions.join(', ')
  return {
    ...{ effect, where, because, place, decides, why, isDecisive, pattern: named },
    to: to.map((one) => linkOfWords(one, unknown)),
    except: except.map((one) => linkOfWords(one, unknown)),
    fits: fitsActor && fitsEntity === true,
  }
}
