import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hashOf, normalised, split, type Test, type Where, WhereInput } from './condition.ts'
import { subject } from './fixtures.ts'
import { holds } from './holds.ts'

const problem = (where: unknown) => {
  const { success, error } = WhereInput.safeParse(where)
  return success ? undefined : error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n')
}

describe('a condition', () => {
  test('is refused where it says nothing, with what is wrong at its place', () => {
    expect(problem({})).toBe(': name at least one condition')
    expect(problem({ any: [] })).toBe('any: name at least one condition')
    expect(problem({ any: [{ not: {} }] })).toBe('any.0.not: name at least one condition')
    expect(problem({ kind: [] })).toBe('kind: name at least one')
    expect(problem({ kind: 7 })).toContain('kind: write a text or a list of texts')
    expect(problem({ kind: '' })).toBe('kind: write a text that is not empty')
    expect(problem({ label: {} })).toBe('label: name at least one')
    expect(problem({ owner: 'a:' })).toBe('owner: write references such as group:default/payments')
    expect(problem({ isOwner: 'yes' })).toContain('isOwner: ')
    expect(problem('kind')).toBe(': Invalid input: expected object, received string')
    expect(problem({ metadata: { uid: 'x' } })).toContain('given by the portal')
  })

  test('names what a misspelt key may have meant', () => {
    expect(problem({ all: [{ kimd: 'API' }] })).toBe('all.0: there is no condition called kimd; did you mean kind?')
    expect(problem({ colour: 'red' })).toContain('there are isOwner, kind')
  })

  test('is refused where nobody could read it any more, also one that contains itself', () => {
    const deep = (levels: number): Where => (levels === 1 ? { kind: 'API' } : { not: deep(levels - 1) })
    expect(problem(deep(8))).toBeUndefined()
    expect(problem(deep(9))).toBe(': conditions are at most 8 deep')
    const tags = Array.from({ length: 201 }, (_, index) => `t${index}`)
    expect(problem({ tag: tags.slice(1) })).toBeUndefined()
    expect(problem({ tag: tags })).toBe(': there are 201 values; a condition has at most 200')
    expect(problem({ all: [{ tag: tags.slice(100) }, { label: { a: tags.slice(101) } }] })).toContain('201 values')
    const own: { not?: unknown } = {}
    own.not = own
    expect(problem(own)).toBe(': conditions are at most 8 deep')
  })

  test('has one form for what means the same, and so one hash', () => {
    const same: Where[] = [
      { kind: ['api', 'Component'], owner: 'Payments' },
      { owner: 'group:default/payments', kind: ['Component', 'API', 'api'] },
      { all: [{ owner: 'payments' }, { all: [{ kind: ['COMPONENT', 'API'] }] }] },
      { not: { not: { owner: 'payments', kind: ['component', 'api'] } } },
      { any: [{ owner: 'payments', kind: ['component', 'api'] }] },
    ]
    expect(new Set(same.map((where) => hashOf(normalised(where)))).size).toBe(1)
    expect(hashOf(normalised({ owner: 'payments' }))).not.toBe(hashOf(normalised({ system: 'payments' })))
    expect(hashOf(normalised({ label: { a: true } }))).not.toBe(hashOf(normalised({ label: { a: 'true' } })))
  })

  test('is split into what holds for owners and what holds for others', () => {
    const halves = (where: Where) => split(normalised(where))
    expect(halves({ isOwner: true })).toEqual({ owned: true, other: false })
    expect(halves({ isOwner: false })).toEqual({ owned: false, other: true })
    expect(halves({ any: [{ isOwner: true }, { tag: 'open' }] })).toEqual({
      owned: true,
      other: { column: 'tag', values: ['open'] },
    })
    expect(halves({ isOwner: false, not: { tag: 'open' } })).toEqual({
      owned: false,
      other: { not: { column: 'tag', values: ['open'] } },
    })
  })
})

const atoms: Where[] = [{ isOwner: true }, { isOwner: false }, { kind: 'API' }, { tag: ['a', 'b'] }, { tag: 'c' }]
const conditions = fc.letrec<{ where: Where }>((tie) => ({
  where: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...atoms),
    fc.array(tie('where'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('where'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    tie('where').map((not) => ({ not })),
  ),
})).where

/** By the words of a condition alone: nothing is brought into another form. */
function naive(where: Where, kind: string, tags: readonly string[], isOwner: boolean): boolean {
  const values = (given: string | readonly string[]) => (typeof given === 'string' ? [given] : given)
  return (
    (where.isOwner === undefined || where.isOwner === isOwner) &&
    (where.kind === undefined || where.kind === kind) &&
    (where.tag === undefined || values(where.tag).some((tag) => tags.includes(tag))) &&
    (where.all ?? []).every((one) => naive(one, kind, tags, isOwner)) &&
    (where.any === undefined || where.any.some((one) => naive(one, kind, tags, isOwner))) &&
    (where.not === undefined || !naive(where.not, kind, tags, isOwner))
  )
}

test('means in its normal form, and in its halves, what it says', () => {
  fc.assert(
    fc.property(
      conditions,
      fc.constantFrom('API', 'Component'),
      fc.subarray(['a', 'b', 'c']),
      fc.boolean(),
      (where, kind, tags, isOwner) => {
        const entity = subject({ kind, metadata: { name: 'x', tags } })
        const said = naive(where, kind, tags, isOwner)
        const form: Test = normalised(where)
        const { owned, other } = split(form)
        expect(holds(form, entity, isOwner)).toBe(said)
        expect(holds(isOwner ? owned : other, entity, !isOwner)).toBe(said)
      },
    ),
    { numRuns: 1_000 },
  )
})
