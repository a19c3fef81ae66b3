import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { entity } from '../fixtures/shop.ts'
import { createStage, type Stage } from './fixtures/stage.ts'
import { registerRef } from './service.ts'

let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())

const number = (query: string) => (stage.portal.portal.db.read.get(query) as unknown as { n: number }).n
const left = () =>
  Object.fromEntries(
    ['sources', 'files', 'candidates', 'problems', 'registrations'].map((table) => [
      table,
      number(
        table === 'registrations'
          ? 'select count(*) as n from catalog_registrations'
          : `select count(*) as n from catalog_${table} where ${table === 'sources' ? 'id' : 'source_id'} like 'registered:%'`,
      ),
    ]),
  )
const nothing = { sources: 0, files: 0, candidates: 0, problems: 0, registrations: 0 }

test('what goes and what stays is named first; then it goes, and what another source defines stays', async () => {
  stage.repository('cart').commit({
    'catalog-info.yaml': entity({ name: 'cart' }) + entity({ name: 'both', description: 'Of the cart' }),
    'gone.yaml': 'x',
  })
  await stage.start({ access: true })
  const id = await stage.register(`${stage.site}/shop/cart`, 'root')
  stage.portal.write('both.yaml', entity({ name: 'both', description: 'Of the folder' }))
  await stage.portal.crawl()
  const page = await stage.portal.get(`/catalog-import/locations/${id}/removal`, { as: 'root' })
  expect(page.text).toContain('1 entity goes: nothing else defines it.')
  expect(page.text).toContain('1 entity stays: another source defines it as well.')
  expect(page.text).toContain('both component:default/both defined by Test')

  const answer = await stage.portal.post(`/catalog-import/locations/${id}/removal`, {}, { as: 'root' })
  expect([answer.status, answer.headers.location]).toEqual([303, '/catalog-import'])
  await stage.portal.settled()
  const names = (await stage.portal.get('/catalog.json?kind=all', { as: 'root' })).json<
    { metadata: { name: string } }[]
  >()
  expect(names.map(({ metadata }) => metadata.name)).toEqual(['both'])
  expect((await stage.portal.get('/catalog/default/component/both', { as: 'root' })).text).toContain('Of the folder')
  expect((await stage.portal.get('/catalog/default/component/cart', { as: 'root' })).status).toBe(404)
  expect((await stage.portal.get(`/catalog-import/locations/${id}`, { as: 'root' })).status).toBe(404)
  expect(left()).toEqual(nothing)
  const history = stage.portal.portal.db.read.all(
    "select action from catalog_changes where ref = 'component:default/cart' order by at, id",
  ) as unknown as { action: string }[]
  expect(history.map(({ action }) => action)).toEqual(['created', 'removed'])
  expect(readdirSync(`${stage.portal.dataDir}/registered`).filter((name) => /^[0-9a-f]{32}/.test(name))).toHaveLength(1)
  const [line] = (await stage.portal.audit()).filter(({ action }) => action === 'catalog.unregister')
  expect(line).toMatchObject({ actor: { id: 'root' }, target: `registered:${id}`, detail: { going: 1, staying: 1 } })
})

test('it can be registered again afterwards, and removed while it is being read', async () => {
  stage.repository('cart').commit({ 'catalog-info.yaml': entity({ name: 'cart' }) })
  await stage.start()
  const first = await stage.register(`${stage.site}/shop/cart`)
  await stage.portal.post(`/catalog-import/locations/${first}/removal`, {})
  await stage.portal.settled()
  const second = await stage.register(`${stage.site}/shop/cart`)
  expect(await stage.names()).toEqual(['cart'])

  let release: () => void = () => undefined
  const until = new Promise<void>((resolve) => {
    release = resolve
  })
  stage.repository('cart').commit({ 'catalog-info.yaml': entity({ name: 'later' }) })
  stage.server.behave(() => ({ until }))
  const asked = stage.server.requests.length
  await stage.portal.post(`/catalog/sources/${encodeURIComponent(`registered:${second}`)}/reading`, {})
  await expect.poll(() => stage.server.requests.length, { timeout: 10_000 }).toBeGreaterThan(asked)
  await stage.portal.post(`/catalog-import/locations/${second}/removal`, {})
  await stage.portal.settled()
  release()
  expect(await stage.names()).toEqual([])
  expect(left()).toEqual(nothing)
})

describe('a portal that dies after each write of a removal', () => {
  test('completes it at the next start', async () => {
    const names = Array.from({ length: 3 }, (_, at) => `c${at}`)
    stage
      .repository('cart')
      .commit(Object.fromEntries(names.map((name) => [`${name}/catalog-info.yaml`, entity({ name })])))
    let deaths = 0
    for (let writes = 0; writes < 20; writes++) {
      const dataDir = `${stage.base}/data-${writes}`
      await stage.start({ dataDir })
      const id = await stage.register(`${stage.site}/shop/cart`)
      const { db, services, jobs } = stage.portal.portal
      const enqueue = jobs.enqueue
      jobs.enqueue = async () => 'none' // Its jobs do not run any more: what is left is for the next start.
      await stage.portal.post(`/catalog-import/locations/${id}/removal`, {})
      jobs.enqueue = enqueue
      const write = db.write
      let allowed = writes
      db.write = (work) => (allowed-- > 0 ? write(work) : Promise.reject(new Error('The process is dead')))
      const isOver = await services
        .use(registerRef, 'a test')
        .release(id)
        .then(
          () => true,
          () => false,
        )
      db.write = write
      await stage.portal.close()
      await stage.start({ dataDir })
      expect([writes, await stage.names(), left()]).toEqual([writes, [], nothing])
      await stage.portal.close()
      if (isOver) break
      deaths++
    }
    expect(deaths).toBeGreaterThan(2)
  })
})

test('what was fetched for a review that nobody confirmed is removed with the sweep', async () => {
  stage.repository('cart').commit({ 'catalog-info.yaml': entity({ name: 'cart' }) })
  const dataDir = `${stage.base}/data`
  await stage.start({ dataDir })
  await stage.paste(`${stage.site}/shop/cart`)
  const clones = () => readdirSync(`${dataDir}/registered`).filter((name) => /^[0-9a-f]{32}$/.test(name))
  const tidy = () => stage.portal.portal.services.use(registerRef, 'a test').tidy()
  await tidy()
  expect(clones()).toHaveLength(1)
  await stage.portal.close()
  // Reviews do not outlive the process.
  await stage.start({ dataDir })
  await tidy()
  expect(clones()).toHaveLength(0)
})
