import { type SQL, sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Given } from '../../../platform/db/prepared.ts'
import { type TestPortal, testPortal } from '../../../testing/index.ts'
import { entity } from '../fixtures/shop.ts'
import { entities } from '../schema.ts'
import { scopedQuery } from './scoped-query.ts'

let portal: TestPortal

beforeEach(async () => {
  portal = await testPortal({ files: { 'a.yaml': `${entity({ name: 'cart' })}---\n${entity({ name: 'pay' })}` } })
})
afterEach(() => portal.close())

type Values = { names: string; more: number | string }
const build = vi.fn(
  ({ names, more }: Given<Values>, scope: SQL | undefined) =>
    sql<{ name: string; more: unknown }>`select ${entities.name} as name, ${more} as more from ${entities}
      where ${entities.name} in (select value from json_each(${names})) and ${scope ?? sql`1`} order by 1`,
)
const named = scopedQuery(build)

test('a query is put together once, and each time has the values of its call', () => {
  const { read } = portal.portal.db
  expect(named(read, { names: '["pay","cart"]', more: 1 }, undefined)).toEqual([
    { name: 'cart', more: 1 },
    { name: 'pay', more: 1 },
  ])
  expect(named(read, { names: '["pay"]', more: 'two' }, undefined)).toEqual([{ name: 'pay', more: 'two' }])
  expect(build).toHaveBeenCalledTimes(1)
})

test('what a scope leaves out stays out, and is not left out for others', () => {
  const { read } = portal.portal.db
  const names = '["pay","cart"]'
  const scope = (name: string) => sql`${entities.name} <> ${name}`
  expect(named(read, { names, more: 0 }, scope('pay'))).toEqual([{ name: 'cart', more: 0 }])
  expect(named(read, { names, more: 0 }, scope('cart'))).toEqual([{ name: 'pay', more: 0 }])
  expect(named(read, { names, more: 0 }, undefined)).toHaveLength(2)
})

test('a value that is not given is an error', () => {
  const values = { names: '[]' } as Values
  expect(() => named(portal.portal.db.read, values, undefined)).toThrow('more')
})
