import picomatch from 'picomatch'
import type { Entity } from '../../api/entity.ts'
import { PortalError } from '../../api/errors.ts'
import { nearest } from '../../api/nearest.ts'
import type { AllowedKind, KindRule, Provider } from '../../api/provider.ts'
import type { Contributions } from '../../platform/contributions.ts'
import type { CatalogRule } from './config.ts'
import type { DocumentProblem } from './model/problem.ts'

/** Says why a source may not define an entity. @param origin the location of the file by which the crawl came to it */
export type RuleCheck = (entity: Entity, origin: string) => DocumentProblem | undefined

/**
 * What one source may define: what a rule of the catalog allows for the place, or a rule of the source itself.
 *
 * @returns undefined where nothing is ruled, so that everything is allowed
 */
export function rulesFor(
  provider: Pick<Provider, 'rules'>,
  all: readonly CatalogRule[] | undefined,
): RuleCheck | undefined {
  const own = provider.rules
  if (!own && !all) return undefined
  const general = (all ?? []).map(({ allow, locations }) => ({ allow, holds: placeCheck(locations) }))
  return (entity, origin) => {
    const allowed = [...general.filter(({ holds }) => holds(origin)), ...(own ?? [])].flatMap(({ allow }) => allow)
    return allowed.some((one) => isMeant(one, entity)) ? undefined : refusal(entity, allowed)
  }
}

/** What tells these rules from others. */
export function ruleText(provider: Pick<Provider, 'rules'>, all: readonly CatalogRule[] | undefined): string {
  return JSON.stringify([provider.rules, all])
}

/** @throws PortalError `invalid` that names every kind in the rules that no entity can have */
export function checkRules(
  contributions: Pick<Contributions, 'providers' | 'kinds'>,
  all: readonly CatalogRule[] | undefined,
): void {
  const providers = contributions.providers.map(({ spec }) => spec)
  const kinds = contributions.kinds.map(({ spec }) => spec.kind)
  const known = new Set(kinds.map(lower))
  const wrong = [
    ...unknownIn('the rules of the catalog', all ?? [], known),
    ...providers.flatMap(({ title, rules = [] }) => unknownIn(`the rules of the source "${title}"`, rules, known)),
  ]
  if (wrong.length === 0) return
  const lines = wrong.map(({ kind, where }) => {
    const [guess] = nearest(kind, kinds, 1)
    return `There is no kind called "${kind}", which ${where} allow.${guess ? ` Did you mean ${guess}?` : ''}`
  })
  throw new PortalError('invalid', lines.join('\n'), {
    hint: `Correct the rules in portal.config.ts. The kinds of this portal are ${kinds.join(', ')}.`,
  })
}

function unknownIn(where: string, rules: readonly KindRule[], known: ReadonlySet<string>) {
  const named = rules.flatMap(({ allow }) => allow.map(kindOf))
  return named.filter((kind) => !known.has(lower(kind))).map((kind) => ({ kind, where }))
}

/** Whether a rule holds for a place: `file:/srv/catalog/all.yaml`, its type before the first colon. */
function placeCheck(locations: CatalogRule['locations']): (origin: string) => boolean {
  if (!locations) return () => true
  const checks = locations.map(({ type, exact, pattern }) => {
    const matches = pattern === undefined ? undefined : picomatch(pattern, { nocase: true, dot: true })
    return (origin: string) => {
      const colon = origin.indexOf(':')
      const target = origin.slice(colon + 1)
      return origin.slice(0, colon) === type && (matches ? matches(target) : target === exact)
    }
  })
  return (origin) => checks.some((holds) => holds(origin))
}

function isMeant(allowed: AllowedKind, { kind, spec }: Entity): boolean {
  if (lower(kindOf(allowed)) !== lower(kind)) return false
  const type = typeof allowed === 'string' ? undefined : allowed['spec.type']
  return type === undefined || (typeof spec?.type === 'string' && lower(spec.type) === lower(type))
}

function refusal({ kind, spec }: Entity, allowed: readonly AllowedKind[]): DocumentProblem {
  const ofKind = allowed.some((one) => lower(kindOf(one)) === lower(kind))
  const what = ofKind ? `${kind} of the type ${String(spec?.type)}` : kind
  return {
    severity: 'error',
    code: 'kind-not-allowed',
    path: ['kind'],
    message: `This source may not define the kind ${what}`,
    expected: [...new Set(allowed.map(allowedText))].join(', ') || 'nothing: no rule allows a kind here',
    hint: 'Define it in a source that may, or allow the kind in the rules in portal.config.ts.',
  }
}

function allowedText(allowed: AllowedKind): string {
  const type = typeof allowed === 'string' ? undefined : allowed['spec.type']
  return type === undefined ? kindOf(allowed) : `${kindOf(allowed)} of the type ${type}`
}

const kindOf = (allowed: AllowedKind) => (typeof allowed === 'string' ? allowed : allowed.kind)
const lower = (text: string) => text.toLocaleLowerCase('en-US')
