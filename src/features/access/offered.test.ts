import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Actor, systemActor } from '../../api/actor.ts'
import { definePlugin } from '../../api/plugin.ts'
import { route } from '../../api/route.ts'
import { policySeam } from '../../platform/permissions/policy.ts'
import { elements, organisation, type TestPortal } from '../../testing/index.ts'
import { catalogReader } from '../catalog/contract.ts'
import { accessPortal, makeAccount, signIn } from './fixtures/signed-in.ts'
import { allow, deny } from './rules/rule.ts'

// What one may not do is not offered: every form and every link of every page that somebody is led to, read off the pages.

const catalog = `---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: { name: shop }
spec: { owner: group:default/payments }
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: cart }
spec: { type: service, lifecycle: production, owner: group:default/payments, system: shop, dependsOn: ['component:ledger', 'component:gone'] }
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: ledger }
spec: { type: service, lifecycle: production, owner: group:default/visitors }
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: bro ken }
spec: { type: service }
`

const looks = [
  'catalog.sources',
  'search.read',
  'notifications.read',
  'live.read',
  'metrics.read',
  'access.own-tokens',
  'access.sessions',
] as const

/** By what they are to the component `cart`: a stranger, also one from whom reading is taken, a team mate, the owner, an administrator. */
const settings = {
  open: [],
  narrow: [deny([...looks], { to: 'everyone', except: 'administrators' })],
  halved: [
    allow(['admin.*', 'access.permissions'], { to: 'user:default/ben' }),
    deny(['admin.jobs', 'admin.config', 'notifications.read'], { to: 'user:default/ben' }),
    deny('catalog.*', { to: 'user:default/cora', where: { system: 'shop' } }),
    allow('catalog.register', { to: 'user:default/anna' }),
  ],
} as const

const walkers = ['cora', 'ben', 'anna', 'root'] as const

/** Where people begin: what no page leads to is offered to nobody. */
const begin = [
  '/',
  '/settings',
  '/admin',
  '/search?query=cart',
  '/search/palette?query=cart',
  '/catalog/default/component/cart',
]
const most = 250

/** Tells who asks. */
const mirror = definePlugin({
  name: 'mirror',
  apiVersion: 1,
  routes: [route({ method: 'GET', url: '/mirror', public: true, handler: ({ actor }) => ({ actor }) })],
})

describe.each(Object.entries(settings))('with %s rules', (_name, rules) => {
  let portal: TestPortal
  beforeAll(async () => {
    portal = await accessPortal({ files: { 'all.yaml': organisation + catalog }, plugins: [mirror], sign: { rules } })
    for (const walker of walkers) await makeAccount(portal, walker, walker === 'root')
  })
  afterAll(() => portal.close())

  test.each(walkers)('%s is offered nothing that is refused', { timeout: 60_000 }, async (walker) => {
    const walked = await walk(portal, await signIn(portal, walker))
    expect(walked.refused).toEqual([])
    expect(walked.pages, 'pages that were seen').toBeGreaterThan(10)
    expect(walked.forms, 'forms that were seen').toBeGreaterThan(1)
  })
})

test('beside the sources a sentence says why one cannot have them read again, and nothing where one can', async () => {
  const because = 'Sources are read again by the platform team.'
  const rules = [
    deny('catalog.refresh', { to: 'user:default/cora', because }),
    allow('catalog.refresh', { to: 'everyone' }),
  ]
  await using portal = await accessPortal({ files: { 'all.yaml': organisation + catalog }, sign: { rules } })
  for (const name of ['cora', 'anna']) await makeAccount(portal, name)
  const sourcesFor = async (name: string) => portal.get('/catalog/sources', { headers: await signIn(portal, name) })
  const refused = await sourcesFor('cora')
  expect(refused.text).toContain(`You cannot have them read again now: ${because}`)
  expect(refused.body).not.toContain('/reading"')
  const allowed = await sourcesFor('anna')
  expect(allowed.text).not.toContain('You cannot have them read again')
  expect(allowed.body).toContain('/reading"')
})

async function walk(portal: TestPortal, headers: Record<string, string>) {
  const seen = new Set<string>()
  const queue = begin.map((href) => ({ href, from: 'the address bar' }))
  const refused: string[] = []
  const posts = new Set<string>()
  const { actor } = (await portal.get('/mirror', { headers })).json<{ actor: Actor }>()
  let pages = 0
  for (let next = queue.shift(); next && seen.size < most; next = queue.shift()) {
    const key = keyOf(next.href)
    if (seen.has(key)) continue
    seen.add(key)
    const answer = await portal.get(next.href, { headers })
    if (answer.status === 403 && next.from !== 'the address bar') refused.push(`GET ${next.href} on ${next.from}`)
    if (isList(next.href)) continue
    if (answer.status !== 200 || !String(answer.headers['content-type']).startsWith('text/html')) continue
    pages += 1
    for (const { method, href } of offeredOn(answer.body)) {
      if (method === 'GET') queue.push({ href, from: next.href })
      else if (!posts.has(href)) {
        posts.add(href)
        const reason = await refusalOf(portal, actor, href)
        if (reason) refused.push(`POST ${href} on ${next.href}: ${reason}`)
      }
    }
  }
  return { refused, pages, forms: posts.size }
}

/** The gallery shows made-up regions, and the page of a plugin lists the addresses of all that it brings. */
const isList = (href: string) => /^\/admin\/(gallery|plugins\/.)/.test(href)

/** Lists are the same page under every choice of filters. */
function keyOf(href: string): string {
  const { pathname, searchParams } = new URL(href, 'http://localhost')
  return `${pathname}?${[...new Set(searchParams.keys())].sort().join('&')}`
}

interface Offered {
  method: string
  href: string
}

function offeredOn(html: string): Offered[] {
  return elements(html, leads).flatMap(({ name, attributes }) => {
    const { href, action, formaction, method } = attributes
    const found: Offered[] = []
    const add = (verb: string, to: string | undefined) => {
      const plain = to?.replaceAll('&amp;', '&').split('#', 1)[0]
      if (plain?.startsWith('/') && !plain.startsWith('//')) found.push({ method: verb, href: plain })
    }
    if (name === 'a') add('GET', href)
    if (name === 'form') add(method?.toUpperCase() ?? 'GET', action)
    add('POST', formaction)
    add('GET', attributes['hx-get'])
    add('POST', attributes['hx-post'])
    return found
  })
}

const leads = ({ name, attributes }: { name: string; attributes: Record<string, string> }) =>
  name === 'a' || name === 'form' || 'formaction' in attributes || 'hx-get' in attributes || 'hx-post' in attributes

/** Why a form would be refused; it is not sent, so that a walk changes nothing. */
async function refusalOf({ portal }: TestPortal, actor: Actor, href: string): Promise<string | undefined> {
  const { pathname } = new URL(href, 'http://localhost')
  const found = portal.routes.find(({ method, url }) => method === 'POST' && patternOf(url).test(pathname))
  if (!found) return 'there is no such route'
  if (found.access === 'public') return undefined
  const [, namespace, kind, name] = /^\/catalog\/([^/]+)\/([^/]+)\/([^/]+)\/proposal$/.exec(pathname) ?? []
  const entity =
    kind && namespace && name
      ? await portal.services.use(catalogReader, 'a test').entity(systemActor, { kind, namespace, name })
      : undefined
  const decision = portal.services.use(policySeam, 'a test').check(actor, found.access, entity)
  return decision.allow ? undefined : decision.reason
}

const patternOf = (url: string) =>
  new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+')}$`)
