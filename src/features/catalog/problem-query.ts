import { z } from 'zod'
import { PortalError } from '../../api/errors.ts'
import { many, one } from '../../platform/http/routes.ts'
import { distinct, fullRefs, wordsOf } from './address-values.ts'
import { problemCodes, type Severity } from './model/problem.ts'

/** The filter groups of the problems page, in the order in which they are shown. */
export const problemGroups = ['severity', 'owner', 'source', 'code', 'age'] as const
export type ProblemGroup = (typeof problemGroups)[number]

/** How long ago it was first seen: `day` is less than a day, `week` less than a week and no `day`, and so on. */
export const ages = ['day', 'week', 'month', 'older'] as const
export type Age = (typeof ages)[number]

/** What is asked of the problems, normalised: equal questions are equal objects. */
export interface ProblemQuery {
  chosen: Record<ProblemGroup, readonly string[]>
  /** Words, lower case, each with the codes whose title holds it; every one must occur. */
  words: readonly { text: string; codes: readonly string[] }[]
  after: string | undefined
  before: string | undefined
}

export const ProblemAddress = z.looseObject({
  severity: many,
  owner: many,
  source: many,
  code: many,
  age: many,
  q: one,
  after: one,
  before: one,
})

export type ProblemAddress = z.output<typeof ProblemAddress>

/** @throws PortalError `invalid` for an owner that is no reference, and for an age that is none */
export function readProblemQuery(address: ProblemAddress): ProblemQuery {
  return {
    chosen: {
      severity: distinct(address.severity.map(severityOf)),
      owner: fullRefs(address.owner, 'group'),
      source: distinct(address.source),
      code: distinct(address.code),
      age: distinct(address.age.map(ageOf)),
    },
    words: wordsOf(address.q).map((text) => ({ text, codes: codesWith(text) })),
    after: address.after,
    before: address.before,
  }
}

/** Errors and warnings unless something else was asked for: notes are no problems. */
export function showsNotes({ chosen }: ProblemQuery): boolean {
  return chosen.severity.length > 0 || chosen.code.length > 0
}

function severityOf(text: string): Severity {
  return text === 'error' || text === 'warning' ? text : 'info'
}

function ageOf(text: string): Age {
  const age = ages.find((one) => one === text)
  if (age) return age
  throw new PortalError('invalid', `"${text.slice(0, 60)}" is no age that problems are told apart by`, {
    hint: `Write one of ${ages.join(', ')}.`,
  })
}

/** Titles are words of the program, not of the database. */
function codesWith(word: string): string[] {
  return Object.entries(problemCodes)
    .filter(([code, title]) => code.includes(word) || title.toLowerCase().includes(word))
    .map(([code]) => code)
}
