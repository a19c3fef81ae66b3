import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type TestPortal, testPortal } from '../../../testing/index.ts'
import { entity } from '../fixtures/shop.ts'
import { entities } from '../schema.ts'
import { builtQuery } from './built-query.ts'

let portal: TestPortal

beforeEach(async () => {
  portal = await testPortal({ files: { 'a.yaml': `${entity({ name: 'cart' })}---\n${entity({ name: 'pay' })}` } })
})
afterEach(() => portal.close())

const build = vi.fn((scope?: ReturnType<typeof sql>) => {
  const names = sql`(select value from json_each(${sql.placeholder('names')}))`
  return sql`select ${entities.name} as name, ${sql.placeholder('more')} as more from ${entities}
    where ${entities.name} in ${names} and ${scope ?? sql`1`} order by 1`
})
const named = builtQuery(build)

test('a query is put together once, and each time has the values of its call', () => {
  const { read } = portal.portal.db
  expect(read.all(named({ names: '["pay","cart"]', more: 1 }))).toEqual([
    { name: 'cart', more: 1 },
    { name: 'pay', more: 1 },
  ])
  expect(read.all(named({ names: '["pay"]', more: 'two' }))).toEqual([{ name: 'pay', more: 'two' }])
  expect(build).toHaveBeenCalledTimes(1)
})

test('what a scope leaves out stays out, and is not left out for others', () => {
  const { read } = portal.portal.db
  const names = '["pay","cart"]'
  const scope = (name: string) => sql`${entities.name} <> ${name}`
  expect(read.all(named({ names, more: 0 }, scope('pay')))).toEqual([{ name: 'cart', more: 0 }])
  expect(read.all(named({ names, more: 0 }, scope('cart')))).toEqual([{ name: 'pay', more: 0 }])
  expect(read.all(named({ names, more: 0 }))).toHaveLength(2)
})

test('a value that is not given is an error', () => {
  expect(() => portal.portal.db.read.all(named({ names: '[]' }))).toThrow('more')
})
