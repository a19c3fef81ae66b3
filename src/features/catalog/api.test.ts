import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Person, type TestPortal, testPortal } from '../../testing/index.ts'
import { entity, shop } from './fixtures/shop.ts'

let portal: TestPortal
beforeAll(async () => {
  portal = await testPortal({ files: shop, access: true })
})
afterAll(() => portal.close())

const get = (url: string, as: Person = 'root') => portal.get(url, { as })

test('the CSV holds every row of the query, quoted as RFC 4180 says', async () => {
  const { status, headers, body } = await get('/catalog.csv?namespace=many')
  expect(status).toBe(200)
  expect(headers['content-type']).toBe('text/csv; charset=utf-8')
  expect(headers['content-disposition']).toBe('attachment; filename="catalog.csv"')
  const lines = body.split('\r\n')
  expect(lines).toHaveLength(132)
  expect(lines.at(-1)).toBe('')
  expect(lines[0]?.split(',').slice(0, 4)).toEqual(['ref', 'kind', 'namespace', 'name'])
  expect(lines[1]).toMatch(/^component:many\/n-000,component,many,n-000,/)
})

test('cells with quotes, commas and line ends are quoted, and formulas are made text', async () => {
  const described = (name: string, description: string) => entity({ name, description })
  const files = {
    'all.yaml': [
      described('a-quote', 'He said "no", then left'),
      described('b-lines', 'one\ntwo\r\nthree'),
      described('c-formula', '=HYPERLINK("http://evil")'),
      ...['+1', '-1', '@SUM(A1)', '\tx'].map((text, index) => described(`d-${index}`, text)),
    ].join(''),
  }
  await using other = await testPortal({ files })
  const { body } = await other.get('/catalog.csv')
  const cells = parseCsv(body)
    .slice(1)
    .map((row) => row.at(-1))
  expect(cells).toEqual([
    'He said "no", then left',
    'one\ntwo\r\nthree',
    '\'=HYPERLINK("http://evil")',
    "'+1",
    "'-1",
    "'@SUM(A1)",
    "'\tx",
  ])
  expect(body).toContain('"He said ""no"", then left"')
})

/** RFC 4180, and nothing more lenient. */
function parseCsv(text: string): string[][] {
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
  const rows: string[][] = [[]]
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text)
    if (!found) throw new Error('This is no CSV')
    rows.at(-1)?.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '')
    if (found[3] === '\r\n') rows.push([])
  }
  return rows.slice(0, -1)
}

test('the JSON holds every entity of the query with its relations, in the order of the list', async () => {
  const { headers, ...answer } = await get('/catalog.json?namespace=many')
  expect(headers['content-type']).toBe('application/json; charset=utf-8')
  expect(headers['content-length']).toBeUndefined()
  expect(answer.json<unknown[]>()).toHaveLength(130)
  const [cart] = (await get('/catalog.json?q=basket')).json<
    { metadata: Record<string, string>; relations: object[] }[]
  >()
  expect(cart?.metadata).toMatchObject({
    name: 'cart',
    uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    etag: expect.any(String),
  })
  expect(cart?.relations).toEqual(
    expect.arrayContaining([
      { type: 'dependsOn', targetRef: 'resource:default/cart-db' },
      { type: 'partOf', targetRef: 'system:default/checkout' },
      { type: 'ownedBy', targetRef: 'group:default/payments' },
    ]),
  )
})

test('nothing found is an empty array, and a wrong filter an error in JSON', async () => {
  expect((await get('/catalog.json?q=nothing')).json()).toEqual([])
  const wrong = await get('/catalog.json?filter==x')
  expect(wrong.status).toBe(400)
  expect(wrong.json()).toMatchObject({ error: { code: 'invalid', message: expect.stringContaining('has no key') } })
})

test('facets count the values of a key among what the query finds', async () => {
  const { facets } = (await get('/catalog/facets.json?facet=spec.type&facet=metadata.tags&namespace=default')).json<{
    facets: Record<string, object[]>
  }>()
  expect(facets['spec.type']).toEqual(['library', 'service', 'website', 'worker'].map((value) => ({ value, count: 1 })))
  expect(facets['metadata.tags']).toEqual([
    { value: 'critical', count: 1 },
    { value: 'node', count: 2 },
    { value: 'web', count: 1 },
  ])
  expect((await get('/catalog/facets.json')).status).toBe(400)
})
