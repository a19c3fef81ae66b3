import { expect, test } from 'vitest'
import { definePlugin } from '../../api/plugin.ts'
import { catalogWatchSeam, type TroubledEntity, type WatchedSource } from './contract.ts'
import { type Stage, stage } from './fixtures/stage.ts'

const second = 1000
const minute = 60 * second

const component = (name: string, owner: string, dependsOn: readonly string[] = []) => `---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: ${name} }
spec: { type: service, lifecycle: production, owner: ${owner}, dependsOn: [${dependsOn.map((one) => `component:${one}`)}] }
`
const fine = component('ledger', 'payments')

/** A moment later, reads again and looks. */
async function look(at: Stage): Promise<void> {
  await at.pass(minute)
  await at.portal.crawl()
  await at.pass(minute)
  await at.run('watch')
}

test('owners are told of new problems in what they own, and of no others', async () => {
  const at = await stage({ files: { 'a.yaml': fine, 'b.yaml': component('desk', 'visitors') } })
  await look(at)
  expect(await at.titles('anna')).toEqual([])
  at.portal.write('a.yaml', component('ledger', 'payments', ['nothing', 'nowhere']))
  await look(at)
  expect(await at.titles('anna')).toEqual(['2 problems in ledger'])
  expect(await at.titles('ben')).toEqual(['2 problems in ledger'])
  expect(await at.titles('cora')).toEqual([])
})

test('the number follows what is mended without being unread again, and at none it is done', async () => {
  const at = await stage({ files: { 'a.yaml': fine } })
  await look(at)
  at.portal.write('a.yaml', component('ledger', 'payments', ['nothing', 'nowhere']))
  await look(at)
  await at.portal.post('/notifications/marks', { all: 'read' }, { as: 'anna' })
  at.portal.write('a.yaml', component('ledger', 'payments', ['nowhere']))
  await look(at)
  expect(await at.titles('anna')).toEqual([])
  expect(await at.titles('anna', 'read')).toEqual(['1 problem in ledger'])
  expect(await at.titles('ben')).toEqual(['1 problem in ledger'])
  at.portal.write('a.yaml', component('ledger', 'payments', ['nowhere', 'somewhere-else']))
  await look(at)
  expect(await at.titles('anna')).toEqual(['2 problems in ledger'])
  at.portal.write('a.yaml', fine)
  await look(at)
  expect(await at.titles('ben')).toEqual([])
  expect(await at.titles('anna', 'done')).toEqual(['2 problems in ledger'])
})

test('another owner is told, and for the former one it is over', async () => {
  const at = await stage({ files: { 'a.yaml': fine } })
  await look(at)
  at.portal.write('a.yaml', component('ledger', 'payments', ['nothing']))
  await look(at)
  at.portal.write('a.yaml', component('ledger', 'visitors', ['nothing', 'nowhere']))
  await look(at)
  expect(await at.titles('anna')).toEqual([])
  expect(await at.titles('cora')).toEqual(['2 problems in ledger'])
})

test('the first reading tells each owner once, however much there is', async () => {
  const many = Array.from({ length: 120 }, (_, n) => component(`c${n}`, n % 2 ? 'payments' : 'visitors', ['nothing']))
  const mended = many.map((text, n) => (n < 20 ? text : text.replace('component:nothing', '')))
  const at = await stage({ files: { 'a.yaml': many.join('') } })
  await at.run('watch')
  expect(await at.titles('anna')).toEqual(['60 problems in 60 entities of payments'])
  expect(await at.titles('cora')).toEqual(['60 problems in 60 entities of visitors'])
  const { body } = await at.portal.get('/notifications', { as: 'anna' })
  const [open] = /\/notifications\/[^/"]+\/open/.exec(body) ?? []
  expect((await at.portal.get(open ?? '', { as: 'anna' })).headers.location).toBe(
    '/catalog/problems?owner=group%3Adefault%2Fpayments',
  )
  at.portal.write('a.yaml', mended.join(''))
  await look(at)
  expect(await at.titles('anna')).toEqual([])
  expect(await at.titles('anna', 'read')).toEqual(['10 problems in 10 entities of payments'])
})

test('nothing is told while a source has not been read for the first time', async () => {
  const entity: TroubledEntity = {
    ...{
      ref: 'component:default/x',
      title: 'x',
      href: '/catalog/default/component/x',
      owner: 'group:default/payments',
    },
    ...{ errors: 1, warnings: 0, messages: ['Broken'] },
  }
  const sources = [source({ readAt: null })]
  const at = await watched(sources, [entity])
  await at.run('watch')
  expect(await at.titles('anna')).toEqual([])
  sources.splice(0, 1, source({}))
  await at.run('watch')
  expect(await at.titles('anna')).toEqual(['1 problem in x'])
})

const source = (more: Partial<WatchedSource>): WatchedSource => {
  return { id: 'git', title: 'Shop', error: null, hint: null, failedSince: null, readAt: 1, ...more }
}

/** A portal whose catalog says what the test wants. */
function watched(sources: readonly WatchedSource[], troubled: readonly TroubledEntity[] = []): Promise<Stage> {
  const catalog = definePlugin({
    name: 'catalog',
    apiVersion: 1,
    permissions: { 'catalog.read': { on: 'portal', description: 'For tests.' } },
    setup: (ctx) => ctx.provide(catalogWatchSeam, { troubled: () => troubled, sources: async () => sources }),
  })
  const home = definePlugin({ name: 'home', apiVersion: 1 })
  return stage({ plugins: [catalog, home] })
}

test('a source that keeps failing is told to administrators once, with what holds now, and again when it works', async () => {
  const sources = [source({})]
  const at = await watched(sources)
  const since = at.now().getTime()
  const fails = async (readAt: number, error: string) => {
    sources.splice(0, 1, source({ failedSince: since, readAt, error, hint: 'Check the token' }))
    await at.run('watch')
    // Looked at twice, it has failed no more often.
    await at.run('watch')
  }
  await fails(2, 'No route')
  await fails(3, 'No route')
  expect(await at.titles('root')).toEqual([])
  await fails(4, 'No route')
  expect(await at.titles('root')).toEqual(['The source Shop cannot be read'])
  expect(await at.titles('anna')).toEqual([])
  await at.portal.post('/notifications/marks', { all: 'read' }, { as: 'root' })
  await fails(5, 'Token expired')
  expect(await at.titles('root')).toEqual([])
  expect((await at.portal.get('/notifications?view=read', { as: 'root' })).text).toContain(
    'Token expired. Check the token.',
  )
  sources.splice(0, 1, source({ readAt: 6 }))
  await at.run('watch')
  expect(await at.titles('root')).toEqual(['The source Shop is read again'])
  expect(await at.titles('root', 'read')).toEqual([])
  await at.run('watch')
  await at.portal.post('/notifications/marks', { all: 'read' }, { as: 'root' })
  await at.run('watch')
  expect(await at.titles('root')).toEqual([])
})

test('a source that has failed for an hour is told of, however seldom it was tried', async () => {
  const sources = [source({ failedSince: Date.parse('2026-11-21T12:00:00Z'), readAt: 2 })]
  const at = await watched(sources)
  await at.run('watch')
  expect(await at.titles('root')).toEqual([])
  await at.pass(61 * minute)
  await at.run('watch')
  expect(await at.titles('root')).toEqual(['The source Shop cannot be read'])
  sources.length = 0
  await at.run('watch')
  expect(await at.titles('root', 'done')).toEqual(['The source Shop cannot be read'])
})

test('a real source that fails is seen to fail, and to work again', async () => {
  const at = await stage({ files: { 'a.yaml': fine } })
  const { rmSync, mkdirSync } = await import('node:fs')
  rmSync(at.portal.folder, { recursive: true })
  for (let n = 0; n < 4; n++) await look(at).catch(() => undefined)
  expect(await at.titles('root')).toEqual(['The source Test cannot be read'])
  mkdirSync(at.portal.folder)
  await look(at)
  expect(await at.titles('root')).toEqual(['The source Test is read again'])
})

test('a change of the catalog is looked at by itself', async () => {
  const at = await stage({ files: { 'a.yaml': fine } })
  await at.pass(minute)
  at.portal.write('a.yaml', component('ledger', 'payments', ['nothing']))
  await at.portal.crawl()
  expect(await at.titles('anna')).toEqual([])
  await at.pass(11 * second)
  expect(await at.titles('anna')).toEqual(['1 problem in ledger'])
})
