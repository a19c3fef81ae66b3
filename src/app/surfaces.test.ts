import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linksOf } from '../testing/index.ts'
import { mark, neverWas } from './fixtures/surfaces/files.ts'
import { type Surface, surfaces } from './fixtures/surfaces/rows.ts'
import { createSurfaces, type Surfaces } from './fixtures/surfaces/stage.ts'

// A rule hides a system, and the team that keeps it, from a group. To a member of that group it is as if they never were.

let all: Surfaces
beforeAll(async () => {
  all = await createSurfaces()
})
afterAll(() => all.close())

const trace = new RegExp(mark, 'i')
const entries = Object.entries(surfaces)
const having = (part: keyof Surface) =>
  entries.flatMap(([route, surface]) => (surface[part] === undefined ? [] : [[route, surface] as const]))

test('every route that answers GET says how it is looked at, and none is looked at that there is not', () => {
  const routes = all.hiding.portal.portal.routes.filter(({ method }) => method === 'GET')
  const registered = routes.map(({ url }) => url.replace(/-[\w-]{12}\./, '-*.'))
  expect(registered.filter((url) => !Object.hasOwn(surfaces, url))).toEqual([])
  expect(Object.keys(surfaces).filter((url) => !registered.includes(url))).toEqual([])
  const looked = entries.filter(([, { at, guessed, refused, without }]) => at ?? guessed ?? refused ?? without)
  expect(looked.length).toBe(entries.length)
})

describe('a member of the group', () => {
  test.each(having('at'))('finds no trace at %s, nor anything else than where it never was', async (_, { at = [] }) => {
    for (const url of at) {
      const [hiding, without] = [await all.hiding.look(url, 'cora'), await all.without.look(url, 'cora')]
      expect(excerpt(hiding.body), url).toBe('')
      expect(firstDifference(hiding.body, without.body), url).toBe('')
      expect({ ...hiding, body: '' }, url).toEqual({ ...without, body: '' })
      expect(hiding.status, url).toBeLessThan(500)
    }
  })

  test.each(having('guessed'))('learns nothing at %s by guessing', async (_, { guessed = [] }) => {
    const ids = hiddenIds()
    for (const url of guessed) {
      const [hidden, absent] = [named(url, mark, ids), named(url, neverWas, noIds)]
      const [guess, other] = [await all.hiding.look(hidden, 'cora'), await all.hiding.look(absent, 'cora')]
      expect(firstDifference(nameless(guess.body), nameless(other.body)), url).toBe('')
      expect({ ...guess, body: '' }, url).toEqual({ ...other, body: '' })
      expect(guess.status, url).toBeLessThan(500)
    }
  })

  test('learns nothing by writing', async () => {
    const ids = hiddenIds()
    const star = { kind: 'entity', key: 'component:default/{name}-own', title: 'x', starred: 'yes', back: '/' }
    for (const [url, form] of [
      ['/home/stars', star],
      ['/home/stars', { ...star, starred: 'no' }],
      ['/notifications/marks', { mark: 'read {notification}' }],
      ['/catalog/default/component/{name}-own/proposal', { text: 'x' }],
    ] as const) {
      const filled = (name: string, known: typeof ids) =>
        Object.fromEntries(Object.entries(form).map(([key, value]) => [key, named(value, name, known)]))
      const guess = await all.hiding.post(named(url, mark, ids), filled(mark, ids), 'cora')
      const other = await all.hiding.post(named(url, neverWas, noIds), filled(neverWas, noIds), 'cora')
      expect(firstDifference(nameless(guess.body), nameless(other.body)), url).toBe('')
      expect({ ...guess, body: '' }, url).toEqual({ ...other, body: '' })
    }
  })

  test.each(having('refused'))('is refused at %s', async (route) => {
    const { status, body } = await all.hiding.look(route.replace(/:\w+/g, 'x'), 'cora')
    expect([status, excerpt(body)]).toEqual([403, ''])
  })
})

test('whoever may see it finds what is wrong in its files', async () => {
  const { body } = await all.hiding.look('/catalog/problems', 'anna')
  expect(body).toContain(`${mark}-broken`)
})

test.each(having('known'))('whoever may see it finds it at %s', async (_, { at = [] }) => {
  const bodies = await Promise.all(at.map(async (url) => (await all.hiding.look(url, 'anna')).body))
  expect(bodies.some((body) => trace.test(body))).toBe(true)
})

test('it leaves no trace when it goes', async () => {
  await all.goes()
  // They were written down in batches, in another order on each side.
  for (const side of [all.hiding, all.without]) await side.post('/home/visits/removal', {}, 'cora')
  const pages = [
    '/',
    '/home/stars',
    '/catalog/changes',
    '/catalog/problems',
    '/notifications?view=done',
    '/api/notifications',
  ]
  for (const url of pages) {
    const [hiding, without] = [await all.hiding.look(url, 'cora'), await all.without.look(url, 'cora')]
    expect(firstDifference(hiding.body, without.body), url).toBe('')
  }
  for (const url of [
    '/catalog/default/component/{name}-own',
    '/catalog/default/component/{name}-own?at=2026-11-20T00:00:00Z',
  ]) {
    const [gone, absent] = [
      await all.hiding.look(named(url, mark, noIds), 'cora'),
      await all.hiding.look(named(url, neverWas, noIds), 'cora'),
    ]
    expect(firstDifference(nameless(gone.body), nameless(absent.body)), url).toBe('')
  }
  const { body } = await all.hiding.look('/catalog/changes', 'anna')
  expect(body).toMatch(new RegExp(`${mark}[ -]own`, 'i'))
})

// Last: it leaves visits on one side only.
test('a member of the group follows every link from the first page on, and finds no trace', {
  timeout: 120_000,
}, async () => {
  const queue = ['/']
  const seen = new Set(queue)
  const found: string[] = []
  for (const url of queue) {
    const { status, type, body } = await all.hiding.look(url, 'cora')
    if (trace.test(body)) found.push(`${url}: ${excerpt(body)}`)
    if (status >= 500) found.push(`${url}: ${status}`)
    if (!type.startsWith('text/html')) continue
    for (const { href } of linksOf(body)) {
      const address = href.split('#', 1)[0] ?? ''
      if (!address.startsWith('/') || seen.has(address) || seen.size > 400) continue
      seen.add(address)
      queue.push(address)
    }
  }
  expect(found).toEqual([])
  expect(queue.length).toBeGreaterThan(100)
})

interface Ids {
  problem: string
  notification: string
}

/** No id is like these. */
const noIds: Ids = { problem: 'z'.repeat(20), notification: 'z'.repeat(20) }

/** Of a problem in what is hidden, and of what cora was told of it. */
function hiddenIds(): Ids {
  const { read } = all.hiding.portal.portal.db
  const one = (rows: unknown) => (rows as { id: string }[])[0]?.id ?? ''
  const own = `component:default/${mark}-own`
  const ids = {
    problem: one(read.all(sql`select id from catalog_problems where ref = ${own}`)),
    notification: one(read.all(sql`select id from notifications_items where scope = ${`entity ${own}`}`)),
  }
  expect(ids.problem.length * ids.notification.length).toBeGreaterThan(0)
  return ids
}

function named(text: string, name: string, { problem, notification }: Ids): string {
  return text.replaceAll('{name}', name).replaceAll('{problem}', problem).replaceAll('{notification}', notification)
}

const nameless = (body: string) =>
  body
    .replaceAll(mark, 'NAME')
    .replaceAll(neverWas, 'NAME')
    .replace(/\b(?:[0-9a-z]{20}|z{20}|[0-9a-f]{16,40})\b/g, 'ID')

/** What stands around the first trace. */
function excerpt(body: string): string {
  const at = body.search(trace)
  return at === -1 ? '' : body.slice(Math.max(0, at - 200), at + 60).replace(/\s+/g, ' ')
}

function firstDifference(one: string, other: string): string {
  const [lines, others] = [one.split('\n'), other.split('\n')]
  const at = lines.findIndex((line, index) => line !== others[index])
  if (at === -1) return lines.length === others.length ? '' : `+ ${lines.length} lines\n- ${others.length} lines`
  const [line = '', rival = ''] = [lines[at], others[at]]
  const from = Math.max(0, Array.from(line).findIndex((_, index) => line[index] !== rival[index]) - 80)
  return `+ ${line.slice(from, from + 300)}\n- ${rival.slice(from, from + 300)}`
}
