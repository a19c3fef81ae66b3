import type { FastifyRequest } from 'fastify'
import { expect, test } from 'vitest'
import type { Actor } from '../../api/actor.ts'
import type { Policy } from '../permissions/policy.ts'
import { operator, withOperator, withOperatorPolicy } from './operator.ts'

const nobody = () => undefined
const asking = (authorization?: string) => ({ headers: { authorization } }) as unknown as FastifyRequest

test('only the key makes the operator', () => {
  const identify = withOperator(nobody, 'k'.repeat(43))
  expect(identify(asking(`Bearer ${'k'.repeat(43)}`))).toBe(operator)
  for (const wrong of [undefined, '', 'Bearer ', 'k'.repeat(43), `Bearer ${'k'.repeat(42)}`, 'Bearer undefined']) {
    expect(identify(asking(wrong))).toBeUndefined()
  }
})

test('the operator may do everything, and one who only has its name may not', () => {
  const denied: Policy = {
    check: () => ({ allow: false, reason: 'no' }),
    scope: () => ({ kind: 'none' }),
  }
  const policy = withOperatorPolicy(denied)
  expect([policy.check(operator, 'x.do'), policy.scope(operator, 'x.read')]).toEqual([{ allow: true }, { kind: 'all' }])
  const impostor: Actor = { ...operator }
  expect(policy.check(impostor, 'x.do')).toEqual({ allow: false, reason: 'no' })
  expect(policy.scope(impostor, 'x.read')).toEqual({ kind: 'none' })
})
