import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Person, rowsOf, type TestPortal, testPortal } from '../../../testing/index.ts'
import { entity, shop } from '../fixtures/shop.ts'

let portal: TestPortal
beforeAll(async () => {
  portal = await testPortal({ files: shop, access: true })
})
afterAll(() => portal.close())

const get = (url: string, as: Person = 'root') => portal.get(url, { as })

test('are shown with their state, what they brought and when they were read', async () => {
  const page = await get('/catalog/sources')
  const [row] = rowsOf(page.region('catalog-sources').html)
  expect(row?.[0]).toContain('Test folder')
  expect(row?.[1]).toBe('with problems')
  expect(Number(row?.[2])).toBeGreaterThan(140)
  expect(row?.[6]).toBe('Read again : Test')
})

test('whoever may not read them again is not offered it', async () => {
  const page = await get('/catalog/sources', 'cora')
  expect(page.status).toBe(200)
  expect(page.body).not.toContain('Read again')
})

const reading = () => `/catalog/sources/${encodeURIComponent(portal.source)}/reading`
const rows = () => portal.audit().then((lines) => lines.filter(({ action }) => action === 'catalog.refresh'))

test('reading one again is done, and leaves an audit line', async () => {
  portal.write('later.yaml', entity({ name: 'came-later' }))
  const answer = await portal.post(reading(), {}, { as: 'root', headers: { 'x-request-id': 'request-of-root' } })
  expect([answer.status, answer.headers.location]).toEqual([303, '/catalog/sources'])
  await portal.settled()
  expect((await get('/catalog/default/component/came-later')).status).toBe(200)
  expect(await rows()).toMatchObject([
    { actor: { id: 'root' }, target: portal.source, result: 'ok', requestId: 'request-of-root' },
  ])
})

test.each(['anna', 'ben', 'cora'] as const)(
  '%s, without the permission, is refused with the reason, and nothing is written',
  async (person) => {
    const before = await rows()
    const answer = await portal.post(reading(), {}, { as: person })
    expect(answer.status).toBe(403)
    expect(answer.text).toContain('may not do what only administrators do')
    expect(answer.text).toContain('catalog.refresh')
    expect(await rows()).toEqual(before)
  },
)

test('nobody is asked to sign in', async () => {
  expect((await portal.post(reading(), {})).status).toBe(401)
})

test('one that is not configured is not found', async () => {
  const answer = await portal.post('/catalog/sources/folder%3Anowhere/reading', {}, { as: 'root' })
  expect(answer.status).toBe(404)
  expect(answer.text).toContain('There is no source called folder:nowhere')
})

describe('for programs', () => {
  const url = '/catalog/sources/readings.json'
  const ask = async (sources: unknown, as?: Person, headers: Record<string, string> = {}) => {
    const { statusCode, body } = await portal.portal.server.inject({
      method: 'POST',
      url,
      payload: { sources },
      headers: { host: 'localhost:7007', ...(as && { 'x-test-person': as }), ...headers },
    })
    return { status: statusCode, body: JSON.parse(body) }
  }

  test('several are read again at once, each with an audit line', async () => {
    const before = (await rows()).length
    expect(await ask([portal.source], 'root')).toEqual({ status: 202, body: { sources: [portal.source] } })
    await portal.settled()
    expect(await rows()).toHaveLength(before + 1)
    const reported = async (person: Person) =>
      (await get('/catalog/sources.json', person)).json<{ sources: Record<string, unknown>[] }>().sources
    const report = { id: portal.source, title: 'Test', state: 'ok', activity: null, failedSince: null }
    expect(await reported('root')).toMatchObject([{ ...report, last: { read: 0, held: 0 } }])
    // What a reading came to in all is not for who does not see everything.
    expect(await reported('anna')).toMatchObject([{ ...report, last: null }])
  })

  test('without the permission, from nobody, from another site and for no source it is refused', async () => {
    const before = await rows()
    for (const person of ['anna', 'ben', 'cora'] as const) expect((await ask([portal.source], person)).status).toBe(403)
    expect((await ask([portal.source])).status).toBe(401)
    expect((await ask([portal.source], 'root', { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await ask(['folder:nowhere'], 'root')).status).toBe(404)
    expect((await ask([], 'root')).status).toBe(400)
    expect((await ask('x', 'root')).status).toBe(400)
    expect(await rows()).toEqual(before)
  })
})
