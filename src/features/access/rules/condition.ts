import { createHash } from 'node:crypto'
import { z } from 'zod'
import { nearest } from '../../../api/nearest.ts'
import { formatRef, parseRef } from '../../../api/ref.ts'

type Texts = string | readonly string[]
type Values = string | number | boolean | readonly (string | number | boolean)[]

/** What an entity must be like for a rule to apply: all that is named here. Letter case makes no difference. */
export interface Where {
  /** Whether the actor owns it, directly or through a group. */
  isOwner?: boolean
  kind?: Texts
  type?: Texts
  lifecycle?: Texts
  namespace?: Texts
  name?: Texts
  /** References, `group:` unless they say otherwise. */
  owner?: Texts
  /** References, `system:` unless they say otherwise. */
  system?: Texts
  tag?: Texts
  /** `true`: whatever its value. */
  label?: Readonly<Record<string, Texts | true>>
  annotation?: Readonly<Record<string, Texts | true>>
  /** By the path of a field: `{ 'links.type': 'runbook' }`. Of a list any element counts. */
  metadata?: Readonly<Record<string, Values>>
  spec?: Readonly<Record<string, Values>>
  all?: readonly Where[]
  any?: readonly Where[]
  not?: Where
}

const columns = ['kind', 'type', 'lifecycle', 'namespace', 'name', 'owner', 'system', 'tag'] as const
const maps = ['label', 'annotation', 'metadata', 'spec'] as const
const keys = ['isOwner', ...columns, ...maps, 'all', 'any', 'not']

export type Column = (typeof columns)[number]
export type Field = (typeof maps)[number]

/**
 * A condition in its normal form: what means the same is written the same. `values` are in lower case and sorted, and
 * `true` for whatever is there.
 */
export type Test =
  | boolean
  | 'isOwner'
  | { readonly column: Column; readonly values: readonly string[] }
  | { readonly field: Field; readonly path: string; readonly values: readonly string[] | true }
  | { readonly all: readonly Test[] }
  | { readonly any: readonly Test[] }
  | { readonly not: Test }

export const limits = { depth: 8, atoms: 200 }

const word = z.string().min(1, 'write a text that is not empty').max(500)
const texts = z.union([word, z.array(word).min(1, 'name at least one')], {
  error: 'write a text or a list of texts',
})
const scalar = z.union([word, z.number(), z.boolean()])
const values = z.union([scalar, z.array(scalar).min(1, 'name at least one')], {
  error: 'write a value, a list of values, or true for whatever is there',
})
const named = <T extends z.ZodType>(value: T) =>
  z.record(word, value).refine((all) => Object.keys(all).length > 0, 'name at least one')
const marks = named(z.union([z.literal(true), texts], { error: 'write a text, a list of texts, or true' }))

const isReference = (kind: string) => (text: string) => {
  try {
    parseRef(text, { kind })
    return true
  } catch {
    return false
  }
}
const references = (kind: string) =>
  texts.refine((some) => listed(some).every(isReference(kind)), `write references such as ${kind}:default/payments`)

/** Given by the portal itself, so that no two portals agree on them. */
const own = ['uid', 'etag']

const Shape: z.ZodType<Where> = z
  .strictObject(
    {
      isOwner: z.boolean().optional(),
      kind: texts.optional(),
      type: texts.optional(),
      lifecycle: texts.optional(),
      namespace: texts.optional(),
      name: texts.optional(),
      owner: references('group').optional(),
      system: references('system').optional(),
      tag: texts.optional(),
      label: marks.optional(),
      annotation: marks.optional(),
      metadata: named(values)
        .refine((all) => !own.some((key) => key in all), 'uid and etag are given by the portal; name something else')
        .optional(),
      spec: named(values).optional(),
      get all() {
        return z.array(Shape).min(1, 'name at least one condition').optional()
      },
      get any() {
        return z.array(Shape).min(1, 'name at least one condition').optional()
      },
      get not() {
        return Shape.optional()
      },
    },
    { error: (issue) => (issue.code === 'unrecognized_keys' ? unknownKeys(issue.keys as string[]) : undefined) },
  )
  .refine((where) => Object.values(where).some((value) => value !== undefined), {
    error: 'name at least one condition',
    when: ({ issues }) => issues.length === 0,
  }) as never

/** A condition as it is written: strict, with as many parts and as deep as a person can still read. */
export const WhereInput = z
  .unknown()
  .superRefine((where, ctx) => {
    const { depth, atoms } = sizeOf(where)
    if (depth > limits.depth) ctx.addIssue(`conditions are at most ${limits.depth} deep`)
    else if (atoms > limits.atoms) ctx.addIssue(`there are ${atoms} values; a condition has at most ${limits.atoms}`)
  })
  .pipe(Shape)

function unknownKeys(unknown: readonly string[]): string {
  return unknown
    .map((key) => {
      const [guess] = nearest(key, keys, 1)
      return `there is no condition called ${key}${guess ? `; did you mean ${guess}?` : `; there are ${keys.join(', ')}`}`
    })
    .join('; ')
}

/** Stops where it is too deep, so that one that contains itself ends as well. */
function sizeOf(where: unknown, depth = 1): { depth: number; atoms: number } {
  if (depth > limits.depth || typeof where !== 'object' || where === null) return { depth, atoms: 0 }
  const size = { depth, atoms: 0 }
  const add = (inner: { depth: number; atoms: number }) => {
    size.depth = Math.max(size.depth, inner.depth)
    size.atoms += inner.atoms
  }
  for (const [key, value] of Object.entries(where)) {
    if (key === 'not') add(sizeOf(value, depth + 1))
    else if ((key === 'all' || key === 'any') && Array.isArray(value)) {
      for (const one of value) add(sizeOf(one, depth + 1))
    } else if ((maps as readonly string[]).includes(key) && typeof value === 'object' && value !== null) {
      for (const one of Object.values(value)) size.atoms += Array.isArray(one) ? one.length : 1
    } else size.atoms += Array.isArray(value) ? value.length : 1
  }
  return size
}

/** The normal form of a condition; without one, what holds always. */
export function normalised(where: Where | undefined): Test {
  if (!where) return true
  const parts: Test[] = []
  if (where.isOwner !== undefined) parts.push(where.isOwner ? 'isOwner' : { not: 'isOwner' })
  for (const column of columns) {
    const given = where[column]
    if (given !== undefined) parts.push({ column, values: sorted(listed(given).map((text) => inFull(column, text))) })
  }
  for (const field of maps) {
    for (const [path, given] of Object.entries(where[field] ?? {})) {
      parts.push({
        field,
        path,
        values: given === true ? true : sorted(listed(given).map((one) => lower(String(one)))),
      })
    }
  }
  if (where.all) parts.push(...where.all.map(normalised))
  if (where.any) parts.push({ any: where.any.map(normalised) })
  if (where.not) parts.push({ not: normalised(where.not) })
  return simplified({ all: parts })
}

/** What is left of a condition when it is known whether the actor owns the entity. */
export function split(test: Test): { owned: Test; other: Test } {
  return { owned: simplified(replaced(test, true)), other: simplified(replaced(test, false)) }
}

/** Of how conditions are evaluated: another one has all of them evaluated anew. */
const version = 1

/** What tells a condition from others, whatever rule it stands in. */
export function hashOf(test: Test): string {
  return createHash('sha256')
    .update(`${version} ${JSON.stringify(test)}`)
    .digest('hex')
}

export const lower = (text: string) => text.toLocaleLowerCase('en-US')

function inFull(column: Column, text: string): string {
  if (column !== 'owner' && column !== 'system') return lower(text)
  return formatRef(parseRef(text, { kind: column === 'owner' ? 'group' : 'system' }))
}

function replaced(test: Test, isOwner: boolean): Test {
  if (test === 'isOwner') return isOwner
  if (typeof test !== 'object') return test
  if ('not' in test) return { not: replaced(test.not, isOwner) }
  if ('all' in test) return { all: test.all.map((one) => replaced(one, isOwner)) }
  return 'any' in test ? { any: test.any.map((one) => replaced(one, isOwner)) } : test
}

function simplified(test: Test): Test {
  if (typeof test !== 'object') return test
  if ('not' in test) {
    const inner = simplified(test.not)
    if (typeof inner === 'boolean') return !inner
    return typeof inner === 'object' && 'not' in inner ? inner.not : { not: inner }
  }
  if ('all' in test) return joined(test.all, 'all')
  return 'any' in test ? joined(test.any, 'any') : test
}

function joined(tests: readonly Test[], by: 'all' | 'any'): Test {
  const [end, neutral] = by === 'all' ? [false, true] : [true, false]
  const parts = new Map<string, Test>()
  for (const test of tests.map(simplified)) {
    if (test === end) return end
    if (test === neutral) continue
    const nested = typeof test === 'object' && by in test ? (test as Record<string, readonly Test[]>)[by] : undefined
    for (const part of nested ?? [test]) parts.set(JSON.stringify(part), part)
  }
  const left = [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part)
  const [only] = left
  if (only === undefined) return neutral
  if (left.length === 1) return only
  return by === 'all' ? { all: left } : { any: left }
}

function listed<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T]
}

const sorted = (all: readonly string[]) => [...new Set(all)].sort()
