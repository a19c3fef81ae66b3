import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import type { Entity } from '../../../api/entity.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { organisation, people, type TestPortal, type TestPortalOptions, testPortal } from '../../../testing/index.ts'
import { crawlerRef } from '../../catalog/crawler.ts'
import { type AccessInput, access } from '../../index.ts'
import { ruleNotesRef } from '../contract.ts'
import { createRulePolicy } from '../policy.ts'
import { allow, deny } from './rule.ts'

// What lists look into is kept with the entities, from the first page on.

let portal: TestPortal
const others: TestPortal[] = []
afterEach(async () => {
  await portal.close()
  for (const one of others.splice(0)) await one.close()
})

const component = (name: string, more: { tags?: string[]; system?: string; owner?: string } = {}) =>
  `---\n${JSON.stringify({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name, tags: more.tags ?? [] },
    spec: {
      type: 'service',
      lifecycle: 'production',
      owner: more.owner ?? 'payments',
      ...(more.system && { system: more.system }),
    },
  })}\n`
const files = {
  'org.yaml': organisation,
  'a.yaml': component('open') + component('hidden', { tags: ['secret'], owner: 'x' }),
  'b.yaml': component('mine', { tags: ['secret'], owner: 'user:anna' }),
}
const proxy = { header: 'x-user', from: ['127.0.0.1'] }
const hiding = deny('catalog.read', { to: 'everyone', where: { tag: 'secret', isOwner: false } })

async function start(options: AccessInput, more: TestPortalOptions = {}): Promise<TestPortal> {
  return testPortal({ plugins: [access({ proxy, ...options })], files, ...more })
}

const ask = (url: string, as: string) =>
  portal.portal.server.inject({
    url,
    remoteAddress: '127.0.0.1',
    headers: { host: 'localhost:7007', accept: 'text/html', 'x-user': as },
  })
const components = async (as: string) => {
  const all = (await ask('/catalog.json', as)).json() as Entity[]
  return all.map(({ metadata }) => metadata.name).sort()
}
const rows = () => portal.portal.db.read.all(sql`select * from access_matches`).length

describe('what is kept for rules', () => {
  test('is in force with the change of an entity, and goes with it', async () => {
    portal = await start({ rules: [hiding] })
    expect(await components('cora')).toEqual(['open'])
    expect(await components('anna')).toEqual(['mine', 'open'])
    expect(rows()).toBe(2)
    portal.write('a.yaml', component('open', { tags: ['secret'], owner: 'x' }) + component('hidden'))
    await portal.crawl()
    expect(await components('cora')).toEqual(['hidden'])
    expect((await ask('/catalog/default/component/open', 'cora')).statusCode).toBe(404)
    expect((await ask('/catalog/default/component/mine', 'anna')).statusCode).toBe(200)
    portal.remove('b.yaml')
    await portal.crawl()
    expect(await components('anna')).toEqual(['hidden', 'mine'])
    await portal.portal.db.write((tx) => tx.run(sql`update catalog_entities set orphaned_at = 1 where name = 'mine'`))
    await portal.portal.services.use(crawlerRef, 'the test').sweep()
    expect(await components('anna')).toEqual(['hidden'])
    expect(rows()).toBe(1)
  })

  test('is nothing where no rule has a condition, or one that is the same for all entities', async () => {
    portal = await start({
      rules: [
        allow('catalog.propose', { to: 'everyone', where: { isOwner: true } }),
        deny('admin.*', { to: 'everyone' }),
      ],
    })
    expect(rows()).toBe(0)
    expect(portal.portal.db.read.all(sql`select * from access_conditions`)).toEqual([])
  })

  test('is that of the rules in force, also when they come back after the catalog has changed', async () => {
    portal = await start({ rules: [hiding] })
    const { dataDir } = portal
    const again = async (options: AccessInput, more: TestPortalOptions) => {
      await portal.portal.close()
      others.push(portal)
      portal = await start(options, { dataDir, ...more })
    }
    const secret = { tags: ['secret'], owner: 'x' }
    await again({ rules: [] }, { files: { ...files, 'a.yaml': component('hidden') + component('late', secret) } })
    expect(await components('cora')).toEqual(expect.arrayContaining(['hidden', 'late', 'mine']))
    expect(rows()).toBe(0)
    await again({ rules: [hiding] }, { begin: false })
    expect(await components('cora')).toEqual(expect.arrayContaining(['hidden']))
    expect(await components('cora')).not.toContain('late')
    expect(await components('cora')).not.toContain('mine')
  })

  test('is written by whoever writes entities, whether or not it has looked at the rules before', async () => {
    portal = await start({})
    const { permissions, contexts } = portal.portal.contributions
    const ctx = contexts.get('access') as PluginContext
    const policy = createRulePolicy(ctx, {
      ...{ rules: [hiding], roles: {}, preset: 'open', permissions, folder: '/' },
      isOpen: () => false,
    })
    expect(() => policy.scope(people.cora, 'catalog.read')).toThrow('not in force yet')
    const one = portal.portal.db.read.get(
      sql`select e.id, d.entity from catalog_entities e join catalog_documents d using (number) where e.name = 'open'`,
    ) as unknown as { id: string; entity: string }
    const entity = JSON.parse(one.entity) as Entity
    const failing = ctx.db.write((tx) => {
      policy.matches.put(tx, [{ id: one.id, entity: { ...entity, metadata: { name: 'open', tags: ['secret'] } } }])
      throw new Error('undone')
    })
    await expect(failing).rejects.toThrow('undone')
    expect(rows()).toBe(0)
    await ctx.db.write((tx) => policy.matches.put(tx, [{ id: one.id, entity }]))
    expect(rows()).toBe(2)
  })
})

describe('the preset strict', () => {
  test('gives nobody anything that no rule allows, administrators neither, and says when nobody administers', async () => {
    portal = await start({ preset: 'strict', administrators: ['user:default/anna'] })
    for (const url of [
      '/',
      '/catalog',
      '/catalog.json',
      '/search?query=open',
      '/admin',
      '/catalog/default/component/open',
    ]) {
      expect((await ask(url, 'anna')).statusCode, url).toBe(403)
    }
    const notes = portal.portal.services.use(ruleNotesRef, 'the test')
    expect(notes()).toEqual([expect.stringContaining('no rule allows anything of the administration')])
  })

  test('gives what rules allow', async () => {
    portal = await start({
      preset: 'strict',
      administrators: ['user:default/anna'],
      rules: [allow('*', { to: 'administrators' }), allow('catalog.read', { to: 'group:payments' })],
    })
    expect(portal.portal.services.use(ruleNotesRef, 'the test')()).toEqual([])
    expect((await ask('/admin', 'anna')).statusCode).toBe(200)
    expect(await components('ben')).toEqual(['hidden', 'mine', 'open'])
    expect((await ask('/catalog.json', 'cora')).statusCode).toBe(403)
    expect((await ask('/catalog/default/component/open', 'cora')).statusCode).toBe(403)
  })
})

test('a rule that names what is not there stops the start, with its place and the nearest name', async () => {
  portal = await start({})
  const wrong = start({
    roles: { auditors: [] },
    rules: [allow('catalog.raed' as never, { to: 'role:auditers', where: { kind: 'Componnet' } })],
  })
  await expect(wrong).rejects.toThrow(
    /keeping\.test\.ts:\d+: no plugin has the permission catalog\.raed; did you mean catalog\.read\?[\s\S]*did you mean auditors\?[\s\S]*did you mean Component\?/,
  )
})

test('names that the catalog does not have are told once it is complete, and not any more when it has them', async () => {
  portal = await start({
    administrators: ['user:default/anna'],
    roles: { few: ['user:default/benn'] },
    rules: [
      deny('catalog.read', { to: 'group:default/paymnets', except: 'user:anna', where: { system: 'shop' } }),
      deny('catalog.read', { to: 'role:few', where: { not: { owner: ['payments', 'user:cora'] } } }),
    ],
  })
  const notes = portal.portal.services.use(ruleNotesRef, 'the test')
  expect([...notes()].sort()).toEqual([
    'The role few: the catalog has no user:default/benn; did you mean user:default/ben?',
    expect.stringMatching(
      /keeping\.test\.ts:\d+: the catalog has no group:default\/paymnets; did you mean group:default\/payments\?$/,
    ),
    expect.stringMatching(/keeping\.test\.ts:\d+: the catalog has no system:default\/shop$/),
  ])
  const attention = (await ask('/admin', 'anna')).body
  expect(attention).toContain('the catalog has no user:default/benn')
  portal.write(
    'shop.yaml',
    JSON.stringify({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'System',
      metadata: { name: 'shop' },
      spec: { owner: 'payments' },
    }),
  )
  await portal.crawl()
  expect(notes()).toHaveLength(2)
})
