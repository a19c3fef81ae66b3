import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepers } from './fixtures/hiding.ts'
import { mark, neverWas } from './fixtures/surfaces/files.ts'
import { surfaces } from './fixtures/surfaces/rows.ts'
import { createSurfaces, type Surfaces } from './fixtures/surfaces/stage.ts'

// Rules give to members of a group what is for administrators otherwise, and hide a system from them all the same.

let all: Surfaces
beforeAll(async () => {
  all = await createSurfaces([keepers])
})
afterAll(() => all.close())

const trace = new RegExp(mark, 'i')

/** Sizes, times and numbers of what runs, which no two portals have in common. */
const figures = (body: string) =>
  body.replace(/[\d.,]+\s*(?:k|M|G)?B\b/g, 'SIZE').replace(/\b\d+(?:\.\d+)? (?:seconds?|minutes?)\b/g, 'TIME')

test.each([
  '/admin',
  '/admin/plugins',
  '/admin/plugins/catalog',
  '/admin/plugins/search',
  '/admin/accounts',
  '/admin/accounts.json',
  '/admin/tokens',
  '/admin/tokens.json',
  '/catalog/sources',
  '/catalog/sources.json',
  '/catalog-import',
  '/catalog-import?url=x',
])('a keeper of the portal finds no trace at %s, nor anything else than where it never was', async (url) => {
  const [hiding, without] = [await all.hiding.look(url, 'cora'), await all.without.look(url, 'cora')]
  expect(hiding.status).toBe(200)
  expect(hiding.body).not.toMatch(trace)
  expect(lines(hiding.body)).toEqual(lines(without.body))
})

test.each(['/admin/about', '/admin/about.txt'])('nor at %s, apart from what the portal takes up', async (url) => {
  const [hiding, without] = [await all.hiding.look(url, 'cora'), await all.without.look(url, 'cora')]
  expect(hiding.status).toBe(200)
  expect(hiding.body).not.toMatch(trace)
  const entities = (body: string) =>
    body
      .split('\n')
      .filter((line) => /component|entit|resource/i.test(line))
      .map(figures)
  expect(entities(hiding.body).length).toBeGreaterThan(0)
  expect(entities(hiding.body)).toEqual(entities(without.body))
})

test.each(['/admin/jobs', '/admin/audit', '/admin/audit.csv', '/admin/config', '/admin/gallery', '/metrics'])(
  '%s is of everything, and needs a right of its own',
  async (url) => {
    const { status, body } = await all.hiding.look(url, 'cora')
    expect(status).toBe(403)
    expect(body).not.toMatch(trace)
  },
)

const programs = [
  '/catalog.json',
  '/catalog.csv',
  '/catalog/facets.json',
  '/catalog/sources.json',
  '/api/search/query',
] as const

test.each(programs)('a program that a rule keeps out learns nothing at %s', async (route) => {
  const { at = [], guessed = [], known } = surfaces[route] ?? {}
  for (const url of at) {
    const [hiding, without] = [await all.hiding.look(url, 'program'), await all.without.look(url, 'program')]
    expect(hiding.status, url).toBe(200)
    expect(hiding.body, url).not.toMatch(trace)
    expect(lines(hiding.body), url).toEqual(lines(without.body))
  }
  for (const url of guessed) {
    const [guess, other] = [mark, neverWas].map((name) => all.hiding.look(url.replaceAll('{name}', name), 'program'))
    const [one, two] = [(await guess)?.body ?? '', (await other)?.body ?? '']
    expect(one.replaceAll(mark, neverWas), url).toBe(two)
  }
  expect(at.length + guessed.length + Number(known ?? 0)).toBeGreaterThan(0)
})

const lines = (body: string) =>
  body
    .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .split('\n')
    .map((line) => figures(line))
