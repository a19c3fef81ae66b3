import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { definePlugin } from './api/plugin.ts'
import { portalStarted } from './api/wiring.ts'
import { ownTokens } from './features/admin/account-fixtures.ts'
import { gallery } from './features/admin/fixtures.ts'
import { createStage, type Stage } from './features/catalog/register/fixtures/stage.ts'
import { catalog, folderProvider } from './features/index.ts'
import { notificationsService, severities } from './features/notifications/contract.ts'
import { greetingSeam } from './platform/greeting.ts'
import { createAssets } from './platform/views/assets.ts'
import { createViews, type Views } from './platform/views/engine.ts'
import { checkout, filesBelow, readText } from './testing/checkout.ts'
import { elements, roots, type TestPortal, testPortal } from './testing/index.ts'

// What DESIGN sections 5 and 6 say about views. The portal and the renderer here are strict: a prop that is not there throws.

/** A view is compiled from its file right before it runs for the first time, so what was read was rendered. */
const reading = vi.hoisted(() => ({ watched: false, files: new Set<string>() }))
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  const readFileSync = (...args: Parameters<typeof fs.readFileSync>) => {
    if (reading.watched) reading.files.add(String(args[0]))
    return fs.readFileSync(...args)
  }
  return { ...fs, readFileSync }
})

const files = filesBelow('views').filter((path) => path.endsWith('.eta'))
const sources = new Map(files.map((path) => [path, readText(path)]))
const folders = readdirSync(join(checkout, 'views')).map((name) => ({ name, path: join(checkout, 'views', name) }))
const samples = gallery().sections.flatMap(({ samples }) => samples)

const card = (id: string, load: () => object) =>
  ({ id, title: id, permission: 'catalog.read', view: 'table', load }) as const
const extras = definePlugin({
  name: 'extras',
  apiVersion: 1,
  homeCards: [card('home', () => ({ columns: [{ title: 'A' }], rows: [['b']] }))],
  entityCards: [
    card('broken', () => {
      throw new Error('no')
    }),
  ],
  entityTabs: [{ ...card('branches', () => ({ nodes: [{ name: 'a', children: [{ name: 'b' }] }] })), view: 'tree' }],
  setup(ctx) {
    const told = {
      origin: 'extras',
      recipients: 'everyone',
      title: 'Moved',
      description: 'By a day.',
      link: '/',
    } as const
    ctx.on(portalStarted, async () => {
      for (const severity of severities) await ctx.use(notificationsService).send({ ...told, severity })
    })
  },
})

/** A page for every view that is one. */
const pages: Record<string, string> = {
  '/': 'home/index',
  '/home/stars': 'home/stars',
  '/catalog': 'catalog/index',
  '/catalog?kind=all&q=nothing-has-this-name': 'catalog/index',
  '/catalog/sources': 'catalog/sources',
  '/catalog/problems': 'catalog/problems',
  '/catalog/problems/codes': 'catalog/codes',
  '/catalog/changes': 'catalog/changes',
  '/catalog/organisation': 'catalog/organisation',
  '/catalog/organisation?q=cart': 'catalog/organisation',
  '/catalog/organisation?q=nothing-has-this-name': 'catalog/organisation',
  '/catalog/organisation?group=cart': 'catalog/organisation',
  '/catalog/default/group/cart': 'catalog/entity',
  '/catalog/default/group/commerce/members?members=all': 'catalog/tab',
  '/catalog/default/user/ines': 'catalog/entity',
  '/catalog/default/component/cart/history': 'catalog/tab',
  '/catalog/default/component/cart?at=2099-12-31': 'catalog/entity',
  '/catalog/default/component/cart': 'catalog/entity',
  '/catalog/default/component/cart/relations': 'catalog/tab',
  '/catalog/default/component/cart/branches': 'catalog/tab',
  '/catalog/default/component/cart/source': 'catalog/source',
  '/catalog/default/component/cart/source?form=json': 'catalog/source',
  '/catalog/default/component/cart/source?form=fields': 'catalog/source',
  '/catalog/default/component/nobody': 'catalog/missing',
  '/search': 'search/index',
  '/search?query=cart&kind=component': 'search/index',
  '/search?query=nothing-has-this-name': 'search/index',
  '/search?query=chekout': 'search/index',
  '/notifications': 'notifications/index',
  '/notifications?view=saved': 'notifications/index',
  '/notifications?view=done&topic=extras.general': 'notifications/index',
  '/notifications/settings?saved=1': 'notifications/settings',
  '/settings?said=settings.zone.saved': 'settings/index',
  '/sign-in': 'access/sign-in',
  '/admin/accounts': 'access/accounts',
  '/admin/accounts?q=nobody-has-this-name': 'access/accounts',
  '/admin/tokens': 'access/tokens',
  '/admin/tokens?q=nothing-has-this-name': 'access/tokens',
  '/admin/permissions': 'access/permissions',
  '/admin/permissions?q=nothing-has-this-name': 'access/permissions',
  '/admin/permissions/explain?person=nobody&permission=catalog.read&entity=cart': 'access/explain',
  '/catalog-graph': 'graph/index',
  '/catalog-graph?rootEntityRefs[]=component:default/cart': 'graph/index',
  '/catalog-graph?rootEntityRefs[]=component:default/cart&selectedKinds=user': 'graph/index',
  '/catalog-graph?add=cart': 'graph/index',
  '/catalog-graph?add=nothing-has-this-name': 'graph/index',
  '/catalog-graph/impact?entity=component:default/cart': 'graph/impact',
  '/catalog-graph/impact?entity=group:default/cart': 'graph/impact',
  '/admin': 'admin/index',
  '/admin/plugins': 'admin/plugins',
  '/admin/plugins/catalog': 'admin/plugin',
  '/admin/jobs': 'admin/jobs',
  '/admin/jobs?state=cancelled': 'admin/jobs',
  '/admin/jobs/schedules': 'admin/schedules',
  '/admin/audit': 'admin/audit',
  '/admin/audit?q=nothing-has-this-text': 'admin/audit',
  '/admin/config': 'admin/config',
  '/admin/about': 'admin/about',
  '/admin/gallery': 'admin/gallery',
  '/auth/nobody/start': 'access/refused',
  '/nowhere': 'shared/error',
}

let views: Views
let portal: TestPortal
let empty: TestPortal
let stage: Stage
let answers: Map<string, string>

beforeAll(async () => {
  const assets = await createAssets({ public: join(checkout, 'public'), folders })
  const provider = folderProvider({ path: join(checkout, 'examples'), watch: false })
  portal = await testPortal({ plugins: [catalog({ providers: [provider] }), extras] })
  reading.watched = true
  views = createViews({ folders, icons: assets.icons, strict: true })
  answers = new Map()
  for (const url of Object.keys(pages)) answers.set(url, (await portal.get(url)).body)
  const [problem = ''] = /\/catalog\/problems\/[0-9a-f]{20}/.exec(answers.get('/catalog/problems') ?? '') ?? []
  answers.set(problem, (await portal.get(problem)).body)
  await portal.get('/catalog', { htmx: true })
  stage = await createStage()
  for (const [url, body] of await registering(stage)) answers.set(url, body)
  const [job = ''] = /\/admin\/jobs\/[0-9a-z]{20}/.exec(answers.get('/admin/jobs') ?? '') ?? []
  answers.set(job, (await portal.get(job)).body)
  answers.set('own tokens', views.render('access/_own-tokens', ownTokens))
  for (const [url, body] of await makingAccounts(portal)) answers.set(url, body)
  const [line = ''] = /\/admin\/audit\/[0-9a-z]{20}/.exec((await portal.get('/admin/audit')).body) ?? []
  answers.set(line, (await portal.get(line)).body)
  answers.set('palette', (await portal.get('/search/palette?query=cart')).body)
  empty = await testPortal()
  for (const url of ['/', '/catalog', '/catalog/sources', '/catalog/organisation', '/catalog-graph'])
    answers.set(`empty ${url}`, (await empty.get(url)).body)
})
afterAll(async () => {
  await portal.close()
  await empty.close()
  await stage.close()
})

/** The pages behind links that work once, and what is shown once. */
async function makingAccounts({ portal: { services }, get, post }: TestPortal): Promise<Map<string, string>> {
  const [first = ''] = /\/sign-in\/first\S+/.exec((await services.use(greetingSeam, 'a test')('')).join('\n')) ?? []
  const made = await post('/admin/accounts', { name: 'ada' })
  const [reset = ''] = /\/sign-in\/password\S+/.exec(made.region('access-link-text').text) ?? []
  const token = await post('/admin/tokens', { title: 'Backup', permissions: '*.read' })
  const pages = [['the first administrator', first] as const, ['a new password', reset] as const]
  const drawn = await Promise.all(pages.map(async ([name, url]) => [name, (await get(url)).body] as const))
  return new Map([...drawn, ['an account', made.body], ['a token', token.body]])
}

/** The pages of what is registered: each state of a review, what it came to, and what would go with it. */
async function registering({ start, repository, site, paste, register }: Stage): Promise<Map<string, string>> {
  const text = (name: string, kind = 'Component') => `---
apiVersion: backstage.io/v1alpha1
kind: ${kind}
metadata: { name: ${name} }
spec: { type: service, lifecycle: production, owner: nobody, targets: [./a.yaml, ./b.yaml] }
`
  repository('cart').commit({
    'catalog-info.yaml': text('cart') + text('all', 'Location') + text('bro ken'),
    'a.yaml': text('a'),
  })
  repository('bare').commit({ 'readme.md': 'x' })
  const registrar = await start({ files: { 'a.yaml': text('a') } })
  const pages = new Map<string, string>()
  const draw = async (path: string) => pages.set(path, (await registrar.get(path)).body)
  await draw('/catalog-import')
  for (const name of ['cart', 'bare', 'gone'])
    pages.set(`review of ${name}`, (await paste(`${site}/shop/${name}`)).page.body)
  const id = await register(`${site}/shop/cart`)
  pages.set('fault', (await registrar.post('/catalog-import/reviews', { url: `${site}/shop/cart` })).body)
  for (const path of ['', `/locations/${id}`, `/locations/${id}/removal`]) await draw(`/catalog-import${path}`)
  return pages
}

test.each(Object.entries(pages))('%s renders strictly', async (url, view) => {
  const { status, text } = await portal.get(url)
  expect(status, text.slice(0, 500)).toBe(
    ['catalog/missing', 'access/refused', 'shared/error'].includes(view) ? 404 : 200,
  )
})

test('the layout for pages without navigation renders strictly', () => {
  const assets = { css: '/a.css', js: '/a.js', icons: '/a.svg', favicon: '/f.svg' }
  const search = { action: '/catalog', name: 'q', value: '', placeholder: 'Search' }
  const actor = { name: 'Nobody', initials: 'NO' }
  const shell = { title: 'Sign in', portalTitle: 'Test', nav: [], crumbs: [], actor, guestBanner: null, assets, search }
  const frame = { layout: 'plain', shell: { ...shell, theme: 'dark', rail: 'wide', path: '/', version: '1' } } as const
  const props = {
    code: 'unauthenticated',
    message: 'You are not signed in',
    hint: null,
    requestId: 'r1',
    retryHref: null,
  }
  const html = views.render('shared/error', { ...props, status: 401, title: 'Sign in', path: '/' }, frame)
  expect(html).toContain('data-theme="dark"')
  expect(elements(html, ({ name }) => name === 'main')).toHaveLength(1)
})

describe('regions', () => {
  const drawn = [
    ...new Map(samples.map(({ view, props }) => [`${view} ${JSON.stringify(props)}`, { view, props }])).values(),
  ]

  /** Partials of features whose root has another id than `<feature>-<name>`, or none. */
  const otherIds: Record<string, string> = {
    'home/_star': 'stands once for everything that can be starred',
    'catalog/_activity': 'stands once for every source that is being read',
    'catalog/_removal': 'stands once for every source of which much is missing',
    'graph/_affected': 'stands once for every owner',
    'graph/_link': 'stands once for every end of a relation',
    'catalog/_branch': 'stands once for every group that has others below it',
    'settings/_section': 'stands once for every section',
    'access/_filter': 'stands once for accounts and once for tokens',
    'access/_party': 'stands for everybody whom a rule names',
    'access/_rule': 'stands once for every rule of every permission',
    'admin/_actions': 'stands once for every job',
    'admin/_contributions': 'stands once for every contribution point',
    'admin/_progress': 'stands once for every job that runs',
    'catalog/_found': 'stands once for groups and once for people, with an id each',
    'catalog/_text': 'catalog-text is the field of the list, so this one is catalog-text-view',
  }

  test('each is exactly one element, in every state of the gallery', () => {
    const wrong = drawn.flatMap(({ view, props }) => {
      const { names, looseText } = roots(views.render(view, props))
      return names.length === 1 && looseText === '' ? [] : [`${view}: ${names.join(' ')} ${looseText}`]
    })
    expect(wrong).toEqual([])
    expect(drawn.length).toBeGreaterThan(40)
  })

  test('the root of a partial of a feature has the id <feature>-<name>', () => {
    const partials = files.filter((path) => /^views\/(?!shared|layouts)[^/]+\/_/.test(path))
    const wrong = partials.flatMap((path) => {
      const [, feature = '', name = ''] = /^views\/([^/]+)\/_(.+)\.eta$/.exec(path) ?? []
      const markup = (sources.get(path) ?? '').replace(/<%[\s\S]*?%>/g, '')
      const first = elements(`${markup}`, ({ attributes }) => attributes.id !== undefined)[0]
      const isRoot = first !== undefined && markup.trimStart().startsWith(first.html.slice(0, first.html.indexOf('>')))
      const fits = isRoot && first.attributes.id === `${feature}-${name}`
      return fits === Object.hasOwn(otherIds, `${feature}/_${name}`)
        ? [`${path}: ${first?.attributes.id ?? 'no id'}`]
        : []
    })
    expect(wrong).toEqual([])
  })
})

test('no view asks htmx for what the Content-Security-Policy forbids', () => {
  const bans: Record<string, RegExp> = {
    'hx-on': /\shx-on[:=]/,
    'a filter of a trigger': /hx-trigger[\w:]*=["'][^"']*\[/,
    'a computed value': /hx-(?:vals|vars|headers|include)[\w:]*=["']\s*(?:js|javascript):/,
    'an inline style': /<style|[\s"']style=/,
    'an inline script': /<script(?![^>]*\ssrc=)/,
    'a handler': /\son[a-z]+=/,
    'a javascript: address': /(?:href|src|action)=["']\s*javascript:/i,
  }
  const found = [...sources].flatMap(([path, text]) =>
    Object.entries(bans).flatMap(([what, pattern]) => (pattern.test(withoutCode(text)) ? [`${path}: ${what}`] : [])),
  )
  expect(found).toEqual([])
})

/** Code within a tag may hold any sign; what stands around it is what the browser gets. */
function withoutCode(text: string): string {
  return text.replace(/<%[\s\S]*?%>/g, '')
}

describe('addresses', () => {
  const inMarkup = /\s(href|src|action|hx-get|hx-post|hx-put|hx-delete|hx-patch)="(\/[^"]*)"/g

  function isKnown(method: string, address: string): boolean {
    const path = address.split(/[?#]/, 1)[0] ?? ''
    return portal.portal.routes.some((route) => {
      const pattern = route.url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+')
      return route.method === method && new RegExp(`^${pattern}$`).test(path)
    })
  }

  test('every address that a view spells out is a route', () => {
    const unknown = [...sources].flatMap(([path, text]) => {
      const forms = elements(balanced(text), ({ name }) => name === 'form').map(({ attributes }) => attributes)
      const posts = new Set(forms.flatMap(({ method, action }) => (method === 'post' && action ? [action] : [])))
      return Array.from(text.matchAll(inMarkup), ([, attribute = '', address = '']) => {
        const method = attribute.startsWith('hx-')
          ? attribute.slice(3).toUpperCase()
          : posts.has(address)
            ? 'POST'
            : 'GET'
        return isKnown(method, address) ? '' : `${path}: ${method} ${address}`
      }).filter(Boolean)
    })
    expect(unknown).toEqual([])
  })

  /** Only the forms, so that elements which a condition opens or closes do not matter. */
  function balanced(text: string): string {
    return (withoutCode(text).match(/<\/?form[^>]*>/g) ?? []).join('')
  }

  test('every address on a page leads to a route', () => {
    const unknown = [...answers]
      // The gallery shows addresses of records that it made up.
      .filter(([url]) => url !== '/admin/gallery')
      .flatMap(([url, body]) =>
        elements(body, ({ attributes }) =>
          Object.keys(attributes).some((name) => /^(href|action|src|hx-get|hx-post)$/.test(name)),
        )
          .flatMap(({ name, attributes }) => {
            const { href, action, src, method } = attributes
            const post = name === 'form' && method === 'post' ? 'POST' : 'GET'
            const gets = [href, src, attributes['hx-get']].map((address) => ['GET', address] as const)
            return [...gets, [post, action] as const, ['POST', attributes['hx-post']] as const]
          })
          .filter((pair): pair is readonly ['GET' | 'POST', string] => pair[1]?.startsWith('/') === true)
          .filter(([method, address]) => !isKnown(method, address))
          .map(([method, address]) => `${url}: ${method} ${address}`),
      )
    expect(unknown).toEqual([])
  })
})

test('on every page an id stands once, and what is referred to by id is there', () => {
  const wrong = [...answers].flatMap(([url, body]) => {
    const all = elements(body, () => true).map(({ attributes }) => attributes)
    const ids = all.flatMap(({ id }) => id ?? [])
    const twice = ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${url}: ${id} stands twice`)
    const named = all.flatMap((attributes) => [
      ...(attributes['aria-labelledby'] ?? '').split(' '),
      attributes.popovertarget ?? '',
      attributes.for ?? '',
      attributes['data-copy'] ?? '',
      /^#(.+)/.exec(attributes['hx-target'] ?? '')?.[1] ?? '',
      /^#(.+)/.exec(attributes.href ?? '')?.[1] ?? '',
    ])
    // The gallery shows addresses within pages that it made up.
    const sought = url === '/admin/gallery' ? [] : named
    const lost = sought.filter((id) => id !== '' && !ids.includes(id)).map((id) => `${url}: there is no ${id}`)
    return [...twice, ...lost]
  })
  expect(wrong).toEqual([])
})

test('no page shows a value that is not there', () => {
  const words = [...answers].flatMap(([url, body]) =>
    Array.from(body.matchAll(/\b(undefined|NaN|\[object \w+\]|Invalid Date)\b/g), ([word]) => `${url}: ${word}`),
  )
  expect(words).toEqual([])
})

test('every view was rendered by these tests', () => {
  const unseen = files.filter((path) => !reading.files.has(join(checkout, path)))
  expect(unseen).toEqual([])
})
