import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Secret } from '../../api/env.ts'
import { definePlugin } from '../../api/plugin.ts'
import type { Provider } from '../../api/provider.ts'
import { route } from '../../api/route.ts'
import { identitySeam } from '../../platform/auth/identity.ts'
import { policySeam } from '../../platform/permissions/policy.ts'
import { elements, linksOf, organisation, people, rowsOf, testPortal } from '../../testing/index.ts'

const files = { 'org.yaml': organisation }
const pages = [
  '/admin',
  '/admin/plugins',
  '/admin/plugins/catalog',
  '/admin/jobs',
  '/admin/audit',
  '/admin/config',
  '/admin/about',
]

const costs = definePlugin({
  name: 'costs',
  apiVersion: 1,
  options: {
    url: 'https://ada:hunter2@costs.example',
    apiKey: 'hunter2',
    token: new Secret('T', 'hunter2'),
    budget: 10,
  },
  permissions: { 'costs.read': { on: 'entity', description: 'See costs.', default: 'catalog.read' } },
  nav: [{ id: 'costs', title: 'Costs', href: '/costs', icon: 'chart', permission: 'costs.read' }],
  routes: [
    route({ method: 'GET', url: '/costs', permission: 'costs.read', handler: () => ({}) }),
    route({ method: 'POST', url: '/costs/:id', public: true, handler: () => ({}) }),
  ],
  jobs: [{ id: 'import', every: '6h', run: async () => undefined }],
  homeCards: [
    { id: 'mine', title: 'My costs', permission: 'costs.read', place: 'side', view: 'facts', load: () => undefined },
  ],
  commands: [{ name: 'costs', summary: 'Prints <b>costs</b>', run: async () => 0 }],
})

test('every page has the way to the others, and says which it is', async () => {
  await using portal = await testPortal({ files })
  for (const url of pages) {
    const page = await portal.get(url)
    expect(page.status, url).toBe(200)
    const tabs = page.region('admin-tabs')
    expect(linksOf(tabs.html).map(({ text }) => text)).toEqual([
      'Overview',
      'Accounts',
      'Tokens',
      'Permissions',
      'Plugins',
      'Jobs',
      'Audit',
      'Configuration',
      'About',
    ])
    const current = elements(tabs.html, ({ attributes }) => attributes['aria-current'] === 'page')
    expect(current.map(({ attributes }) => attributes.href)).toEqual([url.split('/').slice(0, 3).join('/')])
  }
  const { body } = await portal.get('/')
  expect(linksOf(body).filter(({ href }) => href === '/admin')).toHaveLength(1)
  expect((await portal.get('/admin/sources')).headers.location).toBe('/catalog/sources')
})

test('it is for those who may: others get the reason, the stranger the sign-in', async () => {
  await using portal = await testPortal({ files, access: true })
  for (const url of [...pages, '/admin/about.txt']) {
    expect((await portal.get(url, { as: 'root' })).status, url).toBe(200)
    const cora = await portal.get(url, { as: 'cora' })
    expect(cora.status, url).toBe(403)
    expect(cora.text).toMatch(/The permission is called admin\.(overview|plugins|jobs|audit|config|about)/)
    expect((await portal.get(url)).status, url).toBe(401)
  }
  expect(linksOf((await portal.get('/', { as: 'cora' })).body).map(({ href }) => href)).not.toContain('/admin')
})

test('plugins stand in the order in which they are asked, with what they bring', async () => {
  await using portal = await testPortal({ files, plugins: [costs] })
  const rows = rowsOf((await portal.get('/admin/plugins')).region('admin-plugins').html)
  const names = rows.map(([name]) => name)
  expect(names.at(-1)).toBe('costs')
  expect(names.indexOf('home')).toBeLessThan(names.indexOf('costs'))
  expect(rows.at(-1)?.[2]).toBe('2 routes, 1 entry of the navigation, 1 home card, 1 job, 1 command')
})

test('a plugin is shown point by point, its options without secrets', async () => {
  await using portal = await testPortal({ files, plugins: [costs] })
  const page = await portal.get('/admin/plugins/costs')
  const of = (point: string) => rowsOf(page.region(`admin-contributions-${point}`).html)
  expect(of('routes')).toEqual([
    ['GET', '/costs', 'costs.read'],
    ['POST', '/costs/:id', 'public'],
  ])
  expect(of('jobs')).toEqual([['costs.import', '6h', '10m', '5', '1']])
  expect(of('permissions')).toEqual([['costs.read', 'entity', 'catalog.read', 'See costs.']])
  expect(of('homecards')).toEqual([['costs.mine', 'My costs', 'side', 'costs.read']])
  expect(page.region('admin-contributions-commands').html).toContain('Prints &lt;b&gt;costs&lt;/b&gt;')
  expect(page.region('admin-options').text).toContain('"budget": 10')
  expect(page.body).not.toContain('hunter2')
  expect(page.has('admin-contributions-tables')).toBe(false)
  const catalog = await portal.get('/admin/plugins/catalog')
  expect(catalog.region('admin-contributions-tables').text).toContain('catalog_entities')
  expect(catalog.region('admin-contributions-tables').text).not.toContain('home_')
  expect(catalog.region('admin-contributions-migrations').text).toContain('0000_create just now')
  expect(catalog.region('admin-contributions-providers').text).toContain('Test folder')
  const wrong = await portal.get('/admin/plugins/catalogue')
  expect(wrong.status).toBe(404)
  expect(wrong.text).toContain('Did you mean catalog?')
})

test('the configuration is shown as the command prints it, without secrets', async () => {
  await using portal = await testPortal({ files, plugins: [costs], title: 'Acme & sons' })
  const page = await portal.get('/admin/config')
  const { text } = page.region('admin-config')
  expect(text).toContain("title: 'Acme & sons'")
  expect(text).toContain("name: 'notifications'")
  expect(text).toContain('budget: 10')
  expect(page.body).not.toContain('hunter2')
  expect(text).not.toContain('origins')
})

test('about the portal: versions, sizes by part and figures; the text for a report tells no path', async () => {
  await using portal = await testPortal({ files })
  mkdirSync(join(portal.dataDir, 'git/one'), { recursive: true })
  writeFileSync(join(portal.dataDir, 'git/one/pack'), Buffer.alloc(1_500_000))
  const page = await portal.get('/admin/about')
  expect(page.region('admin-about-versions').text).toContain(` ${process.versions.node} SQLite`)
  expect(page.region('admin-about-versions').text).toMatch(/SQLite 3\.\d+/)
  expect(page.region('admin-about-data').text).toContain(portal.dataDir)
  expect(page.region('admin-about-data').text).toMatch(/Database [\d.]+ [kM]B/)
  expect(page.region('admin-about-data').text).toContain('Clones of repositories 1.5 MB')
  expect(page.region('admin-about-contents').text).toMatch(/Entities 5: 3 user, 2 group/)
  expect(page.region('admin-about-migrations').text).toMatch(/Catalog \d+, the last \d{4}_/)
  const report = await portal.get('/admin/about.txt')
  expect(report.headers['content-type']).toBe('text/plain; charset=utf-8')
  expect(report.headers['content-disposition']).toContain('callboard-about.txt')
  expect(report.body).toMatch(/^Versions\n {2}Callboard: \d/)
  for (const secret of [portal.dataDir, portal.folder, 'localhost']) expect(report.body).not.toContain(secret)
})

test('an overview of what is well says so', async () => {
  await using portal = await testPortal({ files, access: true })
  const page = await portal.get('/admin', { as: 'root' })
  expect(page.region('admin-attention').text).toBe('Needs attention Nothing needs your attention.')
  expect(page.region('admin-sources').text).toMatch(/Test folder 5 entities read just now fine/)
  expect(page.region('admin-figures').text).toMatch(/Entities 5 /)
  expect(linksOf(page.region('admin-links').html).map(({ href }) => href)).toEqual(['/metrics', '/admin/gallery'])
})

test('what is wrong stands first: jobs given up, sources that cannot be read, problems, no access control', async () => {
  const gone: Provider = {
    id: 'gone',
    title: 'Gone',
    type: 'test',
    paths: ['*.yaml'],
    locationOf: (path) => `gone:${path}`,
    open: async () => {
      throw new Error('The disk is away')
    },
  }
  const broken = definePlugin({
    name: 'broken',
    apiVersion: 1,
    providers: [gone],
    jobs: [
      {
        id: 'job',
        attempts: 1,
        run: async () => {
          throw new Error('no')
        },
      },
    ],
  })
  await using portal = await testPortal({ files: { ...files, 'b.yaml': 'kind: [' }, plugins: [broken] })
  const { db, jobs } = portal.portal
  await db.write((tx) => jobs.enqueue(tx, 'broken.job'))
  await portal.settled()
  const region = (await portal.get('/admin')).region('admin-attention')
  expect(linksOf(region.html)).toEqual([
    { href: '/catalog/sources', text: '1 source cannot be read' },
    { href: '/admin/jobs?state=failed', text: '2 jobs given up within a day' },
    { href: '/catalog/problems', text: '1 problem in the catalog' },
  ])
  expect(region.text).toContain('Gone.')
  expect(region.text).toContain('broken.job (1)')
  expect(region.text).toMatch(/Warning: There is no access control/)
})

test('each part of the overview needs its own permission', async () => {
  const some = definePlugin({
    name: 'access',
    apiVersion: 1,
    setup(ctx) {
      ctx.provide(identitySeam, () => people.cora)
      ctx.provide(policySeam, {
        check: (_actor, permission) =>
          ['admin.overview', 'live.read'].includes(permission) ? { allow: true } : { allow: false, reason: 'no' },
        scope: () => ({ kind: 'none' }),
      })
    },
  })
  await using portal = await testPortal({ files, plugins: [some] })
  const page = await portal.get('/admin')
  expect(page.status).toBe(200)
  expect(linksOf(page.region('admin-tabs').html).map(({ text }) => text)).toEqual(['Overview'])
  for (const id of ['admin-sources', 'admin-figures', 'admin-links']) expect(page.has(id), id).toBe(false)
})
