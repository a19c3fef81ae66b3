import { entityPath, parseRef } from '../../../api/ref.ts'
import { type Party, partyOf } from '../rules/addressees.ts'
import { isFor, type Rulebook, type StandingRule } from '../rules/decide.ts'
import { chainOf, fits } from '../rules/patterns.ts'
import { partyWords, placeOf, testWords } from '../rules/words.ts'
import type { AskedPerson } from './persons.ts'
import type { Outcome } from './service.ts'
import type { FeatureGroup, PartyLink, PermissionLine, RoleLine, RuleLine } from './views.ts'

/** Whose rules are shown: those that name an addressee, or those that are for a person. */
export type Whom = { addressee: Party } | { person: AskedPerson; reach(permission: string): Outcome }

export interface ListingArgs {
  book: Rulebook
  /** The plugin that brings a permission. */
  pluginOf(permission: string): string
  /** Of the configuration: places are shown from there. */
  folder: string
  /** References that the catalog does not have. */
  unknown: ReadonlySet<string>
}

export interface ListingFilter {
  /** Words that a permission, its description or a rule must hold. */
  text: string
  feature: string
  whom: Whom | undefined
}

/** Every permission with its rules, by the feature that brings it: what is left of them by a filter. */
export function listingOf(args: ListingArgs, filter: ListingFilter): FeatureGroup[] {
  const groups = new Map<string, PermissionLine[]>()
  for (const name of [...args.book.permissions.keys()].sort()) {
    const plugin = args.pluginOf(name)
    const line = filter.feature === '' || filter.feature === plugin ? lineOf(name, args, filter) : undefined
    if (line) groups.set(plugin, [...(groups.get(plugin) ?? []), line])
  }
  return [...groups].map(([feature, permissions]) => ({ feature, permissions }))
}

export function rolesOf({ book, unknown }: Pick<ListingArgs, 'book' | 'unknown'>): RoleLine[] {
  return [...book.roles].map(([name, members]) => ({
    name,
    members: members.map((one) => partyLink(one, unknown)),
    rules: book.rules.filter(({ to, except }) => [...to, ...except].some((one) => isRole(one, name))).length,
  }))
}

/** Groups and users that the rules and roles name. */
export function namedRefs({ rules, roles }: Rulebook): string[] {
  const parties = [...rules.flatMap(({ to, except }) => [...to, ...except]), ...[...roles.values()].flat()]
  return [...new Set(parties.flatMap((one) => (one.kind === 'group' || one.kind === 'user' ? [one.name] : [])))]
}

/** Whom rules are for, as they are written in the configuration. */
export function addresseesOf({ rules, roles }: Rulebook): string[] {
  const written = rules.flatMap(({ to, except }) => [...to, ...except]).filter(({ kind }) => kind !== 'programs')
  return [...new Set([...written.map(writtenAs), ...[...roles.keys()].map((name) => `role:${name}`)])].sort()
}

/** An addressee that a text names; undefined for a text that may be a person. */
export function addresseeIn(text: string): Party | undefined {
  const isSet = /^(everyone|administrators|(role|group):.+)$/i.test(text)
  try {
    return isSet ? partyOf(text.toLowerCase()) : undefined
  } catch {
    return undefined
  }
}

function lineOf(name: string, args: ListingArgs, filter: ListingFilter): PermissionLine | undefined {
  const { book } = args
  const spec = book.permissions.get(name)
  const { whom } = filter
  const covering = book.covering(name).filter((rule) => isWanted(rule, whom, book))
  if (whom && 'addressee' in whom && covering.length === 0) return undefined
  const line: PermissionLine = {
    name,
    description: spec?.description ?? '',
    onEntity: spec?.on === 'entity',
    fallback: spec?.default ?? null,
    reach: whom && 'person' in whom ? whom.reach(name) : null,
    explainHref: explainHref({ permission: name, ...(whom && 'person' in whom && { person: whom.person.text }) }),
    rules: covering.map((rule) => ruleLine(rule, name, args)),
  }
  return holdsWords(line, filter.text) ? line : undefined
}

function isWanted(rule: StandingRule, whom: Whom | undefined, book: Rulebook): boolean {
  if (!whom) return true
  if ('person' in whom) return isFor(rule, whom.person.actor, book.roles)
  return [...rule.to, ...rule.except].some((one) => writtenAs(one) === writtenAs(whom.addressee))
}

function holdsWords({ name, description, rules }: PermissionLine, text: string): boolean {
  const told = rules.flatMap(({ to, except, where, because, place }) => [
    ...[...to, ...except].map((one) => one.text),
    where ?? '',
    because ?? '',
    place,
  ])
  const all = [name, description, ...told].join(' ').toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word))
}

function ruleLine(rule: StandingRule, permission: string, { book, folder, unknown }: ListingArgs): RuleLine {
  const { effect, permissions, to, except, test, because, origin } = rule
  const names = chainOf(permission, book.permissions)
  const pattern = permissions.find((one) => names.some((name) => fits(one, name)))
  return {
    effect,
    // A preset is made of what the permissions say of themselves.
    pattern: pattern === permission || typeof origin === 'string' ? null : (pattern ?? null),
    to: to.map((one) => partyLink(one, unknown)),
    except: except.map((one) => partyLink(one, unknown)),
    where: test === true ? null : testWords(test),
    because: because ?? null,
    place: placeOf(rule, folder),
  }
}

function partyLink(party: Party, unknown: ReadonlySet<string>): PartyLink {
  const text = partyWords(party)
  if (party.kind === 'role') return { text, href: `/admin/permissions?who=${encodeURIComponent(text)}`, known: true }
  if (party.kind !== 'group' && party.kind !== 'user') return { text, href: null, known: true }
  return { text, href: entityPath(parseRef(party.name)), known: !unknown.has(party.name) }
}

/** The address of an explanation. */
export function explainHref(question: { person?: string; permission?: string; entity?: string }): string {
  return `/admin/permissions/explain?${new URLSearchParams(question)}`
}

/** A rule as links lead to the groups and people that it is for: by the words that explanations have. */
export function linkOfWords(text: string, unknown: ReadonlySet<string>): PartyLink {
  const [, kind = ''] = /^(role|token|group|user):/.exec(text) ?? []
  return kind === '' ? { text, href: null, known: true } : partyLink(partyOf(text), unknown)
}

const writtenAs = (party: Party) => ('name' in party ? partyWords(party) : party.kind)

const isRole = (party: Party, name: string) => party.kind === 'role' && party.name === name
