import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { PortalError } from '../../../api/errors.ts'
import type { FactEntity, FactResult, FactSpec } from '../../../api/fact.ts'
import { definePlugin } from '../../../api/plugin.ts'
import { testRepository } from '../../../testing/git-repository.ts'
import { gitServer } from '../../../testing/git-server.ts'
import { elements, organisation, secretNamespace, type TestPortal, testPortal } from '../../../testing/index.ts'
import { entity } from '../fixtures/shop.ts'
import { catalog } from '../index.ts'
import { gitProvider } from '../providers/git.ts'

let now = new Date('2026-11-21T10:00:00Z')
let portal: TestPortal | undefined
afterEach(async () => {
  await portal?.close()
  portal = undefined
  now = new Date('2026-11-21T10:00:00Z')
})

const pass = (milliseconds: number) => {
  now = new Date(now.getTime() + milliseconds)
}
const minutes = 60_000

type Answer = (entities: readonly FactEntity[], signal: AbortSignal) => Promise<readonly FactResult[]> | FactResult[]

const costs = (answer: Answer, more: Partial<FactSpec> = {}) =>
  definePlugin({
    name: 'costs',
    apiVersion: 1,
    permissions: { 'costs.read': { on: 'entity', description: 'See costs.', default: 'catalog.read' } },
    facts: [
      {
        id: 'month',
        title: 'Cost this month',
        permission: 'costs.read',
        every: '1h',
        icon: 'box',
        when: ({ kind }) => kind === 'Component',
        collect: async (entities, _ctx, signal) => answer(entities, signal),
        ...more,
      },
    ],
  })

const two = {
  'org.yaml': organisation,
  'a.yaml': entity({ name: 'a' }),
  'b.yaml': entity({ name: 'b' }),
}

/** Reads the files, and lets the time come at which facts are collected. */
async function start(plugin: ReturnType<typeof costs>, options: Parameters<typeof testPortal>[0] = {}) {
  portal = await testPortal({ files: two, plugins: [plugin], now: () => now, ...options })
  await again(6000)
  return portal
}

async function again(after: number): Promise<void> {
  pass(after)
  await portal?.crawl()
  await portal?.settled()
}

const card = async (name: string, as?: 'anna' | 'cora') => {
  const page = await portal?.get(`/catalog/default/component/${name}`, as ? { as } : {})
  return page?.has('card-catalog-facts') ? page.region('card-catalog-facts').text : undefined
}
const all = (answer: Omit<FactResult, 'ref'>): Answer => {
  return (entities) => entities.map(({ ref }) => ({ ref, ...answer }))
}

test('what a plugin collects is on the page, in the header and, if one wants, in the list', async () => {
  const asked: string[][] = []
  const { get } = await start(
    costs((entities) => {
      asked.push(entities.map(({ ref }) => ref))
      return entities.map(({ ref }) => ({ ref, value: '€ 310', state: 'warn', href: 'https://costs.example.com/a' }))
    }),
  )
  expect(asked.flat().sort()).toEqual(['component:default/a', 'component:default/b'])
  const page = await get('/catalog/default/component/a')
  expect(page.region('card-catalog-facts').text).toMatch(/Cost this month.*€ 310/)
  expect(page.region('card-catalog-facts').html).toContain('href="https://costs.example.com/a"')
  expect(page.region('card-catalog-facts').html).toContain('From costs, just now')
  expect(page.region('catalog-head').text).toContain('€ 310')
  expect((await get('/catalog')).text).not.toContain('€ 310')
  const list = await get('/catalog?fact=costs.month')
  expect(elements(list.body, ({ attributes }) => attributes.class === 'c-fact').map(({ text }) => text.trim())).toEqual(
    ['Cost this month', '€ 310', '€ 310'],
  )
  expect(list.region('catalog-columns').html).toMatch(/value="costs.month" checked/)
})

test('each is asked again when its time has come, and at once when its entity changes', async () => {
  let count = 0
  await start(costs((entities) => entities.map(({ ref }) => ({ ref, value: ++count }))))
  expect(count).toBe(2)
  await again(10 * minutes)
  expect(count).toBe(2)
  portal?.write('a.yaml', entity({ name: 'a', description: 'new' }))
  await again(1000)
  await again(6000)
  expect(count).toBe(3)
  expect(await card('a')).toContain('3')
  await again(70 * minutes)
  expect(count).toBe(5)
})

test('what fails keeps the last value, with its age and the reason', async () => {
  let fails = false
  await start(
    costs((entities) => {
      if (fails) throw new PortalError('upstream', 'The bank is closed')
      return entities.map(({ ref }) => ({ ref, value: 'first' }))
    }),
  )
  fails = true
  await again(70 * minutes)
  expect(await card('a')).toMatch(/first.*as of 1 h ago/)
  const html = (await portal?.get('/catalog/default/component/a'))?.region('card-catalog-facts').html
  expect(html).toContain('the last attempt failed: The bank is closed')
  fails = false
  await again(6 * minutes)
  expect(await card('a')).not.toContain('as of')
})

test('one that never succeeded says so', async () => {
  await start(
    costs(() => {
      throw new Error('no route')
    }),
  )
  expect(await card('a')).toMatch(/not known/)
  expect((await portal?.get('/catalog/default/component/a'))?.region('card-catalog-facts').html).toContain('no route')
})

test('a collector that does not end is left after its time, and harms no other fact', async () => {
  await start(costs(() => new Promise(() => undefined), { timeout: '50ms' }))
  expect((await portal?.get('/catalog/default/component/a'))?.region('card-catalog-facts').html).toContain(
    'No answer within 50ms',
  )
})

test.each([
  ['a long text', { value: 'x'.repeat(301) }, 'neither a text'],
  ['no number', { value: Number.NaN }, 'neither a text'],
  ['nothing', { value: null as never }, 'neither a text'],
  ['a link that runs', { value: 'x', href: 'javascript:alert(1)' }, 'no address that may be shown'],
  ['an unknown state', { value: 'x', state: 'red' as never }, 'Its state is'],
])('%s is refused, with what is wrong', async (_what, answer, reason) => {
  await start(costs(all(answer)))
  const html = (await portal?.get('/catalog/default/component/a'))?.region('card-catalog-facts').html ?? ''
  expect(html).toContain(reason)
  expect(html).not.toContain('javascript:')
})

test('what has no result any more, or no entity, goes', async () => {
  let only: string | undefined
  await start(
    costs((entities) => entities.flatMap(({ ref }) => (!only || ref.endsWith(only) ? [{ ref, value: 'v' }] : []))),
  )
  only = '/a'
  await again(70 * minutes)
  expect(await card('a')).toContain('v')
  expect(await card('b')).toBeUndefined()
})

test('who may not see an entity sees no fact of it', async () => {
  const hidden = entity({ name: 'hidden', namespace: secretNamespace })
  await start(costs(all({ value: 'secret sum' })), { files: { ...two, 'h.yaml': hidden }, access: true })
  const list = await portal?.get('/catalog?kind=all&fact=costs.month', { as: 'cora' })
  const mine = await portal?.get('/catalog?kind=all&fact=costs.month', { as: 'root' })
  const count = (body = '') => body.split('secret sum').length - 1
  expect([count(list?.body), count(mine?.body)]).toEqual([2, 3])
  expect((await portal?.get(`/catalog/${secretNamespace}/component/hidden`, { as: 'cora' }))?.status).toBe(404)
})

test('the clones tell of commits, contributors, branches and languages', async () => {
  const base = await mkdtemp(join(tmpdir(), 'callboard-facts-'))
  const server = await gitServer(join(base, 'git'))
  try {
    const at = (days: number) => Math.floor(now.getTime() / 1000) - days * 86_400
    const shop = testRepository(join(base, 'git/acme/shop.git'))
    shop.commit({ 'catalog-info.yaml': entity({ name: 'cart' }), 'a.ts': 'x' }, { author: 'Anna', at: at(9) })
    shop.commit({ 'b.ts': 'y', 'c.go': 'z' }, { author: 'Ben', email: 'ben@acme.test', at: at(3) })
    const provider = gitProvider({ url: `${server.origin}/acme/shop.git`, protocols: ['http'] })
    portal = await testPortal({ plugins: [catalog({ providers: [provider] })], now: () => now })
    await again(6000)
    const text = await card('cart')
    expect(text).toMatch(/Last commit.*3 d ago/)
    expect(text).toMatch(/Contributors in a year.*2/)
    expect(text).toMatch(/Open branches.*0/)
    expect(text).toMatch(/Languages.*typescript/)
  } finally {
    await portal?.close()
    portal = undefined
    await server.close()
    await rm(base, { recursive: true, force: true })
  }
})
