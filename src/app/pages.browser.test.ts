import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { errorCodes, PortalError } from '../api/errors.ts'
import { definePlugin } from '../api/plugin.ts'
import { route } from '../api/route.ts'
import { portalStarted } from '../api/wiring.ts'
import { notificationsService, severities } from '../features/notifications/contract.ts'
import { type PortalInBrowser, portalInBrowser } from '../testing/browser.ts'

const long = 'a-name-that-is-as-long-as-a-name-may-be-and-has-sixty-three-let'
const words = 'Rechtsschutzversicherungsgesellschaften'
const text = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: ${long}
  namespace: ${long}
  title: ${words.repeat(4)}
  description: ${`${words} `.repeat(12)} ${'x'.repeat(300)}
  tags: [${long}, ${long.replace('a-', 'b-')}, ${long.replace('a-', 'c-')}]
  labels:
    ${'very-long-prefix.'.repeat(8)}example.com/${long}: ${long}
  links:
    - url: https://example.com/${'path/'.repeat(60)}
      title: ${words.repeat(3)}
spec:
  type: ${long}
  lifecycle: ${long}
  owner: group:${long}/${long}
  system: ${long}
  dependsOn: [component:${long}/${long}, component:missing-${long.slice(20)}]
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: { name: ${long}, namespace: ${long}, title: ${words.repeat(3)}, description: ${words.repeat(2)} }
spec: { type: ${long}, parent: missing-${long.slice(20)}, children: [${long}, gone-${long.slice(20)}], members: [ghost-${long.slice(20)}, default/solitary] }
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: { name: solitary, title: ${words}, description: ${words.repeat(2)} }
spec: { memberOf: [nowhere-${long.slice(20)}], profile: { email: ${words}@${words}.example } }
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: { name: loner }
spec: { memberOf: [nowhere-${long.slice(20)}] }
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: right-to-left, title: سلة التسوق, description: يحتفظ بسلة العميل }
spec: { type: service, lifecycle: production, owner: cart }
`
const second = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: cart }
spec: { type: service, lifecycle: production, owner: cart }
`
const component = '/catalog/default/component'
const paths: Record<string, string> = {
  home: '/',
  'home with chosen changes': '/?kind=component&owner=group:default/cart',
  list: '/catalog',
  'list of every kind': '/catalog?kind=all',
  'list, nothing found': '/catalog?q=no+such+words&type=service',
  'list with chips': '/catalog?kind=component&kind=api&type=service&owner=cart&tag=node&problems=any&q=a',
  'list of one long name': `/catalog?namespace=${long}`,
  'list of one long filter': `/catalog?namespace=${long}&owner=group:${long}/${long}&q=${'x'.repeat(120)}`,
  component: `${component}/cart`,
  'component with a problem': `${component}/checkout`,
  'component with long names': `/catalog/${long}/component/${long}`,
  'component with long names, source': `/catalog/${long}/component/${long}/source`,
  'component from right to left': `${component}/right-to-left`,
  api: '/catalog/default/api/cart-api',
  resource: '/catalog/default/resource/cart-db',
  system: '/catalog/default/system/cart',
  domain: '/catalog/default/domain/orders',
  group: '/catalog/default/group/cart',
  'group of groups': '/catalog/default/group/commerce',
  'group with long names': `/catalog/${long}/group/${long}`,
  'members of a group': '/catalog/default/group/commerce/members?members=all',
  user: '/catalog/default/user/ines',
  organisation: '/catalog/organisation',
  'organisation below a group': `/catalog/organisation?group=group:${long}/${long}`,
  search: '/search',
  'search with results': '/search?query=car',
  'search of one long name': `/search?query=${long}`,
  'organisation, searched': '/catalog/organisation?q=a',
  location: '/catalog/default/location/brackenlow',
  relations: `${component}/cart/relations`,
  'source as YAML': `${component}/cart/source`,
  'source as JSON': `${component}/cart/source?form=json`,
  'source by fields': `${component}/cart/source?form=fields`,
  'source by fields of a group': '/catalog/default/group/cart/source?form=fields',
  'component with long names, by fields': `/catalog/${long}/component/${long}/source?form=fields`,
  'file of the source': `${component}/cart/source?file=cart/docs/runbook.md`,
  sources: '/catalog/sources',
  register: `/catalog-import?url=https://github.com/acme/${'x'.repeat(300)}`,
  problems: '/catalog/problems',
  'what problems mean': '/catalog/problems/codes',
  changes: '/catalog/changes',
  notifications: '/notifications',
  'notifications, none saved': '/notifications?view=saved',
  'notification settings': '/notifications/settings?saved=1',
  settings: '/settings',
  'sign-in': '/sign-in',
  'settings, saved': '/settings?said=settings.zone.saved',
  'history of an entity': '/catalog/default/component/checkout/history',
  'an entity that cannot be used': '/catalog/default/component/checkout-receipts',
  'missing entity': `${component}/carts`,
  'missing page': '/no/such/page',
  'address that cannot be read': '/catalog?filter==',
  'graph of a component': '/catalog-graph?rootEntityRefs[]=component:default/cart',
  'graph of long names': `/catalog-graph?rootEntityRefs[]=component:${long}/${long}&rootEntityRefs[]=component:default/gone`,
  'graph without a beginning': '/catalog-graph',
  'impact of a resource': '/catalog-graph/impact?entity=resource:default/cart-db',
  administration: '/admin',
  plugins: '/admin/plugins',
  'one plugin': '/admin/plugins/catalog',
  jobs: '/admin/jobs',
  'jobs, none of them': '/admin/jobs?state=cancelled&kind=jobs.prune',
  schedules: '/admin/jobs/schedules',
  audit: '/admin/audit',
  'audit, none of it': '/admin/audit?who=nobody&action=a.b&result=denied&from=2026-01-01&to=2026-01-02&q=x',
  configuration: '/admin/config',
  'about the portal': '/admin/about',
  gallery: '/admin/gallery',
  'something forbidden': '/broken/forbidden',
  'another system that fails': '/broken/upstream',
  'a fault of the portal': '/broken/internal',
}

const broken = definePlugin({
  name: 'broken',
  apiVersion: 1,
  routes: errorCodes.map((code) =>
    route({
      method: 'GET',
      url: `/broken/${code}`,
      public: true,
      handler: () => {
        throw new PortalError(code, `This page is ${code}`, { hint: 'It is one for tests.' })
      },
    }),
  ),
})

const teller = definePlugin({
  name: 'teller',
  apiVersion: 1,
  setup(ctx) {
    ctx.on(portalStarted, async () => {
      for (const severity of severities) {
        const told = {
          title: `${words.repeat(4)} ${severity}`,
          description: `${words.repeat(8)}\n${text.slice(0, 900)}`,
        }
        const draft = {
          ...told,
          origin: 'teller',
          recipients: 'everyone',
          link: '/',
          severity,
          topic: `teller.${long}`,
        } as const
        await ctx.use(notificationsService).send(draft)
      }
    })
  },
})

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

let site: PortalInBrowser

beforeAll(async () => {
  const files = { 'extremes/catalog-info.yaml': text, 'second/catalog-info.yaml': second }
  site = await portalInBrowser({ plugins: [broken, teller], files })
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(() => site.close())

test.each(Object.entries(paths))('%s is accessible in light and dark, and never scrolls sideways', async (_, path) => {
  const page = await site.visit(path)
  expect(await violations(page)).toEqual([])
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await violations(page)).toEqual([])
  for (const width of [1440, 1024, 768, 360, 390]) {
    await page.setViewportSize({ width, height: 844 })
    expect({ width, tooWide: await tooWide(page) }).toEqual({ width, tooWide: [] })
  }
  expect(await violations(page)).toEqual([])
  await page.emulateMedia({ colorScheme: 'light' })
  expect(await violations(page)).toEqual([])
})

test.each([
  ['a definition that does not hold', `${component}/cart`, '.note a[href*="?definition="]'],
  ['the file of a definition that does not hold', `${component}/cart`, '.note a[href*="source?definition="]'],
  ['a problem by itself', '/catalog/problems', '.show-lines a'],
])('%s is accessible in light and dark, and never scrolls sideways', async (_, from, link) => {
  const page = await site.visit(from)
  await page.goto(`${site.address}${await page.locator(link).first().getAttribute('href')}`)
  for (const details of await page.locator('.patch').all()) await details.locator('summary').click()
  expect(await violations(page)).toEqual([])
  await page.setViewportSize({ width: 360, height: 844 })
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await violations(page)).toEqual([])
  expect(await tooWide(page)).toEqual([])
})

test('a list of problems in which the lines of one were loaded is accessible', async () => {
  const page = await site.visit('/catalog/problems', { width: 390 })
  await page.locator('tr:has-text("paymnets") .show-lines > summary').click()
  await page.locator('.problem-lines .patch summary').click()
  expect(await violations(page)).toEqual([])
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await violations(page)).toEqual([])
  expect(await tooWide(page)).toEqual([])
})

test.each([
  ['list with the menu of exports', '/catalog', '#catalog-export > summary'],
  ['account and display', '/', '.top-end summary'],
  ['keyboard shortcuts', '/', undefined],
])('%s, open, is accessible', async (_, path, opener) => {
  const page = await site.visit(path)
  if (opener) await page.locator(opener).click()
  else await page.keyboard.press('?')
  expect(await violations(page)).toEqual([])
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await violations(page)).toEqual([])
})

test.each([
  ['filters', '/catalog', '#catalog-filters > summary'],
  ['files', `${component}/cart/source`, '#catalog-files > summary'],
  ['more of the navigation', '/', '.rail-button'],
])('%s, open on a phone, are accessible and fit', async (_, path, opener) => {
  const page = await site.visit(path, { width: 360, height: 780, theme: 'dark' })
  await page.locator(opener).click()
  expect(await violations(page)).toEqual([])
  expect(await tooWide(page)).toEqual([])
})

test('long names are cut where they stand in a row and wrap where they are the subject', async () => {
  const page = await site.visit(`/catalog?namespace=${long}`, { width: 360 })
  expect(await page.evaluate(widths('.catalog-table .name .cut'))).toMatchObject({ isCut: true, overflow: 'ellipsis' })
  await page.goto(`/catalog/${long}/component/${long}`)
  expect(await page.evaluate(widths('h1'))).toMatchObject({ isCut: false })
})

test('a long namespace leaves room for the name in front of it', async () => {
  const page = await site.visit(`/catalog?namespace=${long}`, { width: 360 })
  const name = await page.locator('.catalog-table .name .cut').boundingBox()
  expect(name?.width).toBeGreaterThan(40)
})

function widths(selector: string): string {
  return `(() => {
    const one = document.querySelector('${selector}')
    return { isCut: one.scrollWidth > one.clientWidth, overflow: getComputedStyle(one).textOverflow }
  })()`
}

/** Rule, element and reason of everything that axe finds. */
async function violations(page: Page): Promise<string[]> {
  await page.locator('[aria-busy=true]:visible').first().waitFor({ state: 'detached' })
  await page.evaluate(`Promise.all(document.getAnimations()
    .filter(({ effect }) => effect.getComputedTiming().iterations !== Infinity).map(({ finished }) => finished))`)
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe)
  const options = { runOnly: { type: 'tag', values: rules }, resultTypes: ['violations'] }
  return page.evaluate(`axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target, any, all, none }) =>
      [id, target.join(' '), ...[...any, ...all, ...none].map(({ message }) => message)].join(' | '))))`)
}

/** What makes the page wider than the window. */
function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const wide = document.documentElement.scrollWidth
    if (wide <= innerWidth) return []
    const inWay = ({ style }) => {
      const before = style.display
      style.display = 'none'
      const isIt = document.documentElement.scrollWidth < wide
      style.display = before
      return isIt
    }
    const found = [wide + ' px']
    for (let at = [...document.body.children].find(inWay); at; at = [...at.children].find(inWay)) found.push(at.outerHTML.split('>')[0])
    return found
  })()`)
}
