import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { printed } from './fixtures/access-table/printed.ts'
import { type Code, ofHead, people, type Row, type Someone } from './fixtures/access-table/row.ts'
import { sections } from './fixtures/access-table/rows.ts'
import { createTableStage, type Heard, type TableStage } from './fixtures/access-table/stage.ts'

// Who gets what from every route of the portal, over HTTP, with sessions and a token as people have them.

const rows = sections.flatMap(({ rows }) => rows)

let stage: TableStage
beforeAll(async () => {
  stage = await createTableStage()
})
afterAll(() => stage.close())

const routeOf = ({ method, url }: { method: string; url: string }) => `${method} ${url}`

/** Files carry what is in them in their name. */
const registered = () =>
  stage.portal.portal.routes.map(({ method, url }) => ({ method, url: url.replace(/-[\w-]{12}\./, '-*.') }))

test('every route has its row, and every row its route', () => {
  const all = registered()
  const routes = new Set(all.filter(({ method }) => method !== 'HEAD').map(routeOf))
  const written = new Set(rows.map(routeOf))
  expect([...routes].filter((route) => !written.has(route))).toEqual([])
  expect([...written].filter((route) => !routes.has(route))).toEqual([])
  // What is answered to HEAD follows from the row of GET; there is nothing else.
  const heads = all.filter(({ method }) => method === 'HEAD').map(({ url }) => `GET ${url}`)
  expect(heads.filter((route) => !written.has(route))).toEqual([])
  expect(new Set(all.map(({ method }) => method))).toEqual(new Set(['GET', 'HEAD', 'POST']))
})

describe.each(people)('%s', (who) => {
  test.each(rows.map((row) => [nameOf(row), row] as const))('%s', async (_, row) => {
    expect(codeOf(await stage.ask(addressed(row), who))).toBe(expectedOf(row, who))
  })

  test('is answered the same to HEAD, without what is in it', async () => {
    const different: string[] = []
    for (const row of rows) {
      if (row.method !== 'GET' || !registered().some(({ method, url }) => method === 'HEAD' && url === row.url))
        continue
      const heard = await stage.ask(addressed(row), who, 'HEAD')
      const expected = ofHead(expectedOf(row, who))
      if (String(heard.status) !== expected) different.push(`${nameOf(row)}: ${heard.status}, not ${expected}`)
      if (heard.body !== '') different.push(`${nameOf(row)}: ${heard.body.slice(0, 80)}`)
    }
    expect(different).toEqual([])
  })
})

test('what another site has the browser of an administrator write is refused, on every route that writes', async () => {
  const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
  const taken: string[] = []
  for (const row of rows.filter(({ method }) => method !== 'GET')) {
    const { status, body } = await stage.ask(addressed(row), 'administrator', row.method, foreign)
    if (status !== 403 || !body.includes('This write came from another site')) taken.push(`${nameOf(row)}: ${status}`)
  }
  expect(taken).toEqual([])
})

test('no other method is answered anywhere', async () => {
  const answered: string[] = []
  const known = new Set(registered().map(routeOf))
  for (const url of new Set(rows.map(({ url }) => url))) {
    for (const method of ['OPTIONS', 'PUT', 'PATCH', 'DELETE']) {
      if (known.has(`${method} ${url}`)) continue
      const { status } = await stage.ask({ method, url, at: url.replace(/:\w+/g, 'x'), expected: [] }, 'administrator')
      if (status !== 404) answered.push(`${method} ${url}: ${status}`)
    }
  }
  expect(answered).toEqual([])
})

test('docs/access-table.md says the same', async () => {
  // `npx vitest run src/app/access-table.test.ts --update` writes it anew.
  await expect(printed(sections)).toMatchFileSnapshot('../../docs/access-table.md')
})

function nameOf(row: Row): string {
  return row.of ? `${routeOf(row)}, of ${row.of}` : routeOf(row)
}

function expectedOf({ expected }: Row, who: Someone): Code {
  return expected[people.indexOf(who)] as Code
}

/** Rows name files by what does not change of their names. */
function addressed(row: Row): Row {
  if (!row.url.includes('*')) return row
  const [before = '', after = ''] = row.url.split('*')
  const found = stage.portal.portal.routes.find(({ url }) => url.startsWith(before) && url.endsWith(after))
  return { ...row, at: found?.url ?? row.url }
}

/** The answer as the table writes it; one that does not say what such an answer says is none of them. */
function codeOf({ status, location, body }: Heard): string {
  if (status === 303 && location.startsWith('/sign-in?to=')) return 'in'
  if (status === 401 && !isError(body, 'unauthenticated', /sign in/i)) return '401 without a word'
  if (status === 403 && !isRefusal(body)) return '403 without a reason'
  if (status === 404 && !isError(body, 'not_found', /There is (nothing|no )|<h1[^>]*>No /))
    return '404 that says something else'
  return String(status)
}

function isError(body: string, code: string, words: RegExp): boolean {
  return body.startsWith('{') ? (JSON.parse(body) as { error: { code: string } }).error.code === code : words.test(body)
}

const isRefusal = (body: string) => isError(body, 'forbidden', /You may not do this|You are not signed in/)
