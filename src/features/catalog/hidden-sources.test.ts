import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { definePlugin } from '../../api/plugin.ts'
import { identitySeam } from '../../platform/auth/identity.ts'
import { type Policy, policySeam } from '../../platform/permissions/policy.ts'
import { organisation, type Person, people, personHeader, rowsOf, testPolicy } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'
import { createStage, type Stage } from './register/fixtures/stage.ts'
import type { SourceReport } from './source-reports.ts'

// Somebody who may register, refresh and look after the portal, and does not see everything in it.

/** Everybody does everything that is for the portal; entities of the namespace `secret` are for their owners. */
const policy: Policy = {
  ...testPolicy,
  check: (actor, permission, on) => (on ? testPolicy.check(actor, permission, on) : { allow: true }),
}
const keepers = definePlugin({
  name: 'access',
  apiVersion: 1,
  setup(ctx) {
    ctx.provide(policySeam, policy)
    ctx.provide(identitySeam, (request) => people[String(request.headers[personHeader]) as Person])
  },
})

const secret = (name: string) => entity({ name, namespace: 'secret' })
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => `${prefix}-${at}`)

let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())

const nameless = (text = '') => text.replace(/\b(?:[0-9a-z]{20}|z{20})\b/g, 'ID')
const look = async (url: string, as: Person) => (await stage.portal.get(url, { as })).text

async function start(files: Record<string, string> = {}) {
  await stage.start({ plugins: [keepers], files: { 'org.yaml': organisation, ...files } })
}

/** A location of which cora sees nothing, and one of which she sees a part; root registered both. */
async function registered() {
  stage.repository('quokka').commit({ 'catalog-info.yaml': secret('safe'), 'in/catalog-info.yaml': secret('inner') })
  stage.repository('till').commit({ 'catalog-info.yaml': entity({ name: 'till' }) + secret('drawer') })
  await start()
  return {
    hidden: await stage.register(`${stage.site}/shop/quokka`, 'root'),
    mixed: await stage.register(`${stage.site}/shop/till`, 'root'),
  }
}

describe('a location of which somebody may see nothing', () => {
  test('is on no page, and none by guessing', async () => {
    const { hidden } = await registered()
    const source = encodeURIComponent(`registered:${hidden}`)
    for (const url of ['/catalog-import', '/catalog/sources', '/catalog/sources.json', '/admin', '/catalog/problems']) {
      expect(await look(url, 'cora'), url).not.toContain('quokka')
      if (url !== '/catalog/problems') expect(await look(url, 'root'), url).toContain('quokka')
    }
    for (const url of [`/catalog-import/locations/${hidden}`, `/catalog-import/locations/${hidden}/removal`]) {
      const [guess, absent] = await Promise.all(
        [url, url.replace(hidden, 'z'.repeat(20))].map((one) => stage.portal.get(one, { as: 'cora' })),
      )
      expect([guess?.status, nameless(guess?.text)]).toEqual([404, nameless(absent?.text)])
    }
    for (const [url, form] of [
      [`/catalog-import/locations/${hidden}/removal`, {}],
      [`/catalog/sources/${source}/reading`, {}],
      [`/catalog/sources/${source}/removal`, { decision: 'keep', set: 'a'.repeat(40) }],
    ] as const) {
      const answer = await stage.portal.post(url, form, { as: 'cora' })
      expect(answer.status, url).toBe(404)
      const other = await stage.portal.post(url.replace(hidden, 'z'.repeat(20)), form, { as: 'cora' })
      expect(nameless(other.text), url).toBe(nameless(answer.text))
    }
    expect((await stage.portal.get(`/catalog-import/locations/${hidden}`, { as: 'root' })).status).toBe(200)
  })

  test('cannot be registered again, and who did is not said', async () => {
    await registered()
    const again = { url: `${stage.site}/shop/quokka` }
    const answer = await stage.portal.post('/catalog-import/reviews', again, { as: 'cora' })
    expect(answer.status).toBe(409)
    const fault = answer.region('catalog-address')
    expect(fault.text).toContain('is registered already')
    expect(fault.text).not.toContain('Root')
    expect(fault.html).not.toContain('/catalog-import/locations/')
    const told = await stage.portal.post('/catalog-import/reviews', again, { as: 'root' })
    expect(told.region('catalog-address').text).toContain('by Root Administrator')
  })

  test('is not named where another address of it is looked at, nor whether the same is there', async () => {
    await registered()
    const url = `${stage.site}/shop/quokka/src/branch/main/in`
    const known = await stage.paste(url, 'root')
    expect(known.text).toMatch(/There already, and the same/)
    expect(known.text).toContain('shop/quokka')
    const { href, text } = await stage.paste(url, 'cora')
    expect(text).not.toMatch(/There already|changed/)
    expect(text).toContain('Defined elsewhere')
    expect(text).not.toMatch(/source that reads|reads this repository|read by/i)
    const report = (await stage.portal.get(`${href}/report.json`, { as: 'cora' })).json<{
      overlaps: object[]
      entities: { outcome: string; heldIn: string | null }[]
    }>()
    expect(report.overlaps).toEqual([])
    expect(report.entities).toEqual([expect.objectContaining({ outcome: 'second', heldIn: null })])
  })
})

test('of what somebody sees in part, the part is counted', async () => {
  const { mixed } = await registered()
  const rows = async (as: Person) => {
    const { sources } = (await stage.portal.get('/catalog/sources.json', { as })).json<{ sources: SourceReport[] }>()
    return sources.find(({ id }) => id === `registered:${mixed}`)?.entities
  }
  expect([await rows('cora'), await rows('root')]).toEqual([1, 2])
  const shown = async (url: string, id: string, as: Person) => (await stage.portal.get(url, { as })).region(id)
  const row = async (as: Person) => {
    const { html } = await shown('/catalog-import', 'catalog-registrations', as)
    return rowsOf(html).find(([name]) => name?.includes('shop/till'))?.[2]
  }
  expect([await row('cora'), await row('root')]).toEqual(['1', '2'])
  for (const [as, count] of [
    ['cora', '1 entity'],
    ['root', '2 entities'],
  ] as const) {
    expect((await shown('/admin', 'admin-sources', as)).text).toContain(`shop/till git ${count}`)
  }
  const removal = await look(`/catalog-import/locations/${mixed}/removal`, 'cora')
  expect(removal).toContain('component:default/till')
  expect(removal).not.toContain('drawer')
  expect(await look(`/catalog-import/locations/${mixed}/removal`, 'root')).toContain('drawer')
})

test('what is missing from a source is told of with the numbers of who reads it, and with none elsewhere', async () => {
  const files = [...names('safe', 20).map(secret), ...names('open', 10).map((name) => entity({ name }))]
  await start(Object.fromEntries(files.map((text, at) => [`${at}.yaml`, text])))
  for (let at = 5; at < 22; at++) stage.portal.remove(`${at}.yaml`)
  await stage.portal.crawl()
  expect(await look('/catalog/sources', 'root')).toContain('17 of ')
  expect(await look('/catalog/problems', 'root')).toContain('17 of ')
  const mine = await look('/catalog/sources', 'cora')
  expect(mine).toContain('2 of ')
  for (const url of ['/catalog/sources', '/catalog/problems', '/admin', '/catalog/problems?code=many-removed']) {
    expect(await look(url, 'cora'), url).not.toMatch(/\b17\b|safe-/)
  }
})

test('whoever sees nothing of what is missing is not asked, and cannot guess that somebody is', async () => {
  await start(Object.fromEntries(names('safe', 20).map((name) => [`${name}.yaml`, secret(name)])))
  for (const name of names('safe', 15)) stage.portal.remove(`${name}.yaml`)
  await stage.portal.crawl()
  expect(await look('/catalog/sources', 'root')).toContain('much is missing')
  expect(await look('/catalog/sources', 'cora')).not.toContain('missing')
  expect(await look('/admin', 'root')).toContain('waits for a decision')
  expect(await look('/admin', 'cora')).not.toContain('waits for a decision')
  expect(await look('/', 'cora')).not.toMatch(/decision|missing/)
  const url = `/catalog/sources/${encodeURIComponent(stage.portal.source)}/removal`
  const answer = await stage.portal.post(url, { decision: 'apply', set: 'a'.repeat(40) }, { as: 'cora' })
  expect([answer.status, answer.text]).toEqual([404, expect.stringContaining('waits for a decision')])
})

describe('a file that definitions of another source take something from', () => {
  const api = (name: string, namespace: string, at: string) =>
    entity({
      ...{ kind: 'API', name, namespace },
      spec: { type: 'openapi', lifecycle: 'production', owner: 'payments', definition: { $text: at } },
    })

  test('belongs to them, and is hidden with them', async () => {
    const yard = stage.repository('yard')
    yard.commit({
      'catalog-info.yaml': entity({ name: 'yard' }),
      'safe.txt': 'Quokkatext of what is hidden',
      'open.txt': 'Opentext of what is not',
      'notes.txt': 'Notes on the yard',
    })
    stage.repository('apis').commit({
      'catalog-info.yaml':
        api('hidden', 'secret', stage.blob('yard', 'safe.txt')) +
        api('shown', 'default', stage.blob('yard', 'open.txt')),
      'other/catalog-info.yaml': api('other', 'default', stage.blob('yard', 'open.txt')),
    })
    stage.repository('keep').commit({ 'catalog-info.yaml': api('kept', 'secret', stage.blob('yard', 'safe.txt')) })
    await start()
    for (const name of ['yard', 'apis', 'keep']) await stage.register(`${stage.site}/shop/${name}`, 'root')
    expect(await look('/catalog/secret/api/kept/source?form=json', 'root')).toContain('Quokkatext')
    const source = '/catalog/default/component/yard/source'
    expect(await look(`${source}?file=safe.txt`, 'root')).toContain('Quokkatext')
    const guess = await stage.portal.get(`${source}?file=safe.txt`, { as: 'cora' })
    const absent = await stage.portal.get(`${source}?file=none.txt`, { as: 'cora' })
    expect(nameless(guess.text).replaceAll('safe', 'none')).toBe(nameless(absent.text))
    expect(await look(source, 'cora')).not.toContain('safe.txt')
    expect(await look(`${source}?file=open.txt`, 'cora')).toContain('Opentext')
    expect(await look(source, 'cora')).toContain('notes.txt')
  })
})
