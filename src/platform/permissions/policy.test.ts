import { sql } from 'drizzle-orm'
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { people } from '../../testing/index.ts'
import { authorize, openPolicy, type Policy, scopeKey, within } from './policy.ts'

const refusing: Policy = {
  check: (actor, permission) => ({ allow: false, reason: `${actor.name} may not ${permission}` }),
  scope: () => ({ kind: 'none' }),
}

test('nobody is asked to sign in, even where everybody may do everything', () => {
  expect(() => authorize(openPolicy, undefined, 'x.read')).toThrow(expect.objectContaining({ code: 'unauthenticated' }))
})

test('a refusal carries the reason of the policy and the name of the permission', () => {
  expect(() => authorize(refusing, people.cora, 'x.change')).toThrow(
    expect.objectContaining({
      code: 'forbidden',
      message: 'Cora Stranger may not x.change',
      hint: 'The permission is called x.change; an administrator can grant it.',
    }),
  )
  expect(() => authorize(openPolicy, people.cora, 'x.change')).not.toThrow()
})

test('a scope becomes a condition: everything, nothing, or what a query names', () => {
  const id = sql`e.id`
  const printed = (condition: ReturnType<typeof within>) => condition && new SQLiteSyncDialect().sqlToQuery(condition)
  expect(within({ kind: 'all' }, id)).toBeUndefined()
  expect(printed(within({ kind: 'none' }, id))?.sql).toBe('0')
  const some = { kind: 'some', key: 'k', entityIds: sql`select id from t where owner = ${'x'}` } as const
  expect(printed(within(some, id))).toMatchObject({ sql: 'e.id in (select id from t where owner = ?)', params: ['x'] })
})

test('caches hold scopes apart by their key', () => {
  const some = (key: string) => scopeKey({ kind: 'some', key, entityIds: sql`1` })
  expect(new Set([scopeKey({ kind: 'all' }), scopeKey({ kind: 'none' }), some('a'), some('b'), some('a')]).size).toBe(4)
})
