import { relative } from 'node:path'
import type { Party } from './addressees.ts'
import type { Test } from './condition.ts'
import type { StandingRule } from './decide.ts'

/** Where a rule stands: `portal.config.ts:12`, or the preset that it is of. */
export function placeOf({ origin }: Pick<StandingRule, 'origin'>, folder: string): string {
  if (typeof origin === 'string') return `preset ${origin}`
  return origin.place ? `${relative(folder, origin.place.file)}:${origin.place.line}` : 'the configuration'
}

export function partyWords(party: Party): string {
  if (party.kind === 'role' || party.kind === 'token') return `${party.kind}:${party.name}`
  if ('name' in party) return party.name
  return party.kind === 'programs' ? 'tokens of programs' : party.kind
}

/** A condition as a sentence goes on: `system is system:default/payments and the actor owns it`. */
export function testWords(test: Test, nested = false): string {
  if (typeof test === 'boolean') return test ? 'always' : 'never'
  if (test === 'isOwner') return 'the actor owns it'
  if ('not' in test) return test.not === 'isOwner' ? 'the actor does not own it' : `not (${testWords(test.not)})`
  if ('column' in test) return `${test.column} is ${oneOf(test.values)}`
  if ('field' in test) {
    const name = `${test.field} ${test.path}`
    return test.values === true ? `${name} is there` : `${name} is ${oneOf(test.values)}`
  }
  const [parts, by] = 'all' in test ? [test.all, ' and '] : [test.any, ' or ']
  const words = parts.map((one) => testWords(one, true)).join(by)
  return nested ? `(${words})` : words
}

/** `allow catalog.refresh to everyone except group:default/interns`. */
export function ruleWords({ effect, permissions, to, except, test }: StandingRule): string {
  const who = `${to.map(partyWords).join(', ')}${except.length > 0 ? ` except ${except.map(partyWords).join(', ')}` : ''}`
  return `${effect} ${permissions.join(', ')} to ${who}${test === true ? '' : ` where ${testWords(test)}`}`
}

const oneOf = (values: readonly string[]) => values.join(' or ')
