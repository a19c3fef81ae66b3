import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { catalog, folderProvider } from '../features/index.ts'
import { checkout } from '../testing/checkout.ts'
import { elements, linksOf, type TestPortal, testPortal } from '../testing/index.ts'

// The example organisation, as a stranger walks through it: every link leads to a page.

let portal: TestPortal
beforeAll(async () => {
  const provider = folderProvider({ path: join(checkout, 'examples'), watch: false })
  portal = await testPortal({ plugins: [catalog({ providers: [provider] })] })
})
afterAll(() => portal.close())

/** Of lists only the first so many filters and files: they combine to more addresses than anybody follows. */
const most = { list: 60, file: 60 }

test('every link of every page leads somewhere', { timeout: 60_000 }, async () => {
  const queue = ['/']
  const seen = new Set(queue)
  const dead: string[] = []
  const followed = { list: 0, file: 0 }
  for (const url of queue) {
    const { status, body } = await portal.get(url)
    if (status >= 400) {
      dead.push(`${url}: ${status}`)
      continue
    }
    // The gallery shows addresses of records that it made up.
    if (url === '/admin/gallery') continue
    for (const { href } of linksOf(body)) {
      const address = href.split('#', 1)[0] ?? ''
      if (!address.startsWith('/') || seen.has(address) || address.startsWith('/assets/')) continue
      const sort = address.includes('?file=') ? 'file' : address.startsWith('/catalog?') ? 'list' : undefined
      if (sort && ++followed[sort] > most[sort]) continue
      seen.add(address)
      queue.push(address)
    }
  }
  // Shown as links only where the target is in the catalog. One address answers 404 on purpose: it says why an
  // entity that a file defines is not there.
  expect(dead).toEqual(['/catalog/default/component/checkout-receipts: 404'])
  expect(queue.length).toBeGreaterThan(200)
})

test('links within a page lead to a place on it', async () => {
  for (const url of ['/', '/catalog', '/catalog/default/component/cart', '/catalog/default/component/cart/source']) {
    const { body } = await portal.get(url)
    const ids = new Set(elements(body, () => true).map(({ attributes }) => attributes.id))
    const lost = linksOf(body).filter(({ href }) => href.startsWith('#') && !ids.has(href.slice(1)))
    expect(lost, url).toEqual([])
  }
})

test('it has what the pages promise: at least eight components, groups three levels deep, one mistake', async () => {
  const list = await portal.get('/catalog')
  expect(
    elements(list.body, ({ attributes }) => /^catalog-row-/.test(attributes.id ?? '')).length,
  ).toBeGreaterThanOrEqual(8)
  expect((await portal.get('/catalog?kind=all&problems=any')).region('catalog-count').text).not.toMatch(/^None/)
  expect((await portal.get('/')).region('home-sources').text).toMatch(/\d+ problems? to look at/)
})
