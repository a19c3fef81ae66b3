import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type PortalInBrowser, portalInBrowser } from '../testing/browser.ts'

let site: PortalInBrowser

beforeAll(async () => {
  // Not watched, so that only the button can bring what is new.
  site = await portalInBrowser({ watch: false })
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(() => site.close())

const visit = (path: string, width = 1440) => site.visit(path, { script: false, width })

test('the home page searches', async () => {
  const page = await visit('/')
  await page.locator('#home-search').fill('cart')
  await page.locator('.home-search button').click()
  await page.waitForURL('**/search?query=cart')
  expect(await page.locator('.search-title').allTextContents()).toContain('cart')
})

test('the search at the top searches', async () => {
  const page = await visit('/catalog/default/component/cart')
  await page.locator('#search').fill('ledger')
  await page.locator('#search').press('Enter')
  await page.waitForURL('**/search?query=ledger')
  expect(await page.locator('.search-title').allTextContents()).toContain('ledger')
})

test('the list filters by the button of its form', async () => {
  const page = await visit('/catalog')
  await page.getByRole('checkbox', { name: /^service / }).check()
  await page.locator('#catalog-text').fill('cart')
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await page.waitForURL(/type=service/)
  expect(await names(page)).toEqual(['cart'])
  expect(await page.locator('#catalog-text').inputValue()).toBe('cart')
  await page.getByRole('link', { name: 'Remove filter Text: cart' }).click()
  await page.waitForURL((url) => !url.searchParams.get('q'))
  expect((await names(page)).length).toBeGreaterThan(1)
})

test('unticking the only kind shows every kind', async () => {
  const page = await visit('/catalog')
  await page.getByRole('checkbox', { name: /^Component / }).uncheck()
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await page.waitForURL(/kind=all/)
  expect(await page.locator('h1').textContent()).toBe('Entities')
})

test('the filters open on a phone', async () => {
  const page = await visit('/catalog', 390)
  const service = page.getByRole('checkbox', { name: /^service / })
  expect(await service.isVisible()).toBe(false)
  await page.locator('#catalog-filters > summary').click()
  await service.check()
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await page.waitForURL(/type=service/)
  expect(await names(page)).toContain('cart')
})

test('the list sorts and turns its pages', async () => {
  const page = await visit('/catalog?kind=all')
  const ascending = await names(page)
  await page.getByRole('columnheader', { name: 'Name' }).getByRole('link').click()
  await page.waitForURL(/sort=-name/)
  expect((await names(page))[0]).not.toBe(ascending[0])
  await page.getByRole('link', { name: 'Next' }).click()
  await page.waitForURL(/after=/)
  expect(await names(page)).toHaveLength(22)
  await page.getByRole('link', { name: 'Previous' }).click()
  await page.waitForURL(/before=|sort=-name$/)
  expect(await names(page)).toHaveLength(50)
})

test('the tabs of an entity and the forms of its source are links', async () => {
  const page = await visit('/catalog/default/component/cart')
  await page.locator('.tabs').getByRole('link', { name: 'Relations' }).click()
  await page.waitForURL('**/cart/relations')
  expect(await page.locator('.tabs [aria-current]').textContent()).toContain('Relations')
  await page.locator('.tabs').getByRole('link', { name: 'Source' }).click()
  await page.waitForURL('**/cart/source')
  await page.getByRole('link', { name: 'JSON' }).click()
  await page.waitForURL(/form=json/)
  expect(JSON.parse((await page.locator('#catalog-code').textContent()) ?? '').metadata.name).toBe('cart')
  await page.locator('#catalog-files').getByRole('link', { name: 'README.md' }).click()
  await page.waitForURL(/README/)
  expect(await page.locator('#catalog-code').textContent()).toContain('# ')
})

test('what needs a script does not show itself', async () => {
  const page = await visit('/catalog/default/component/cart/source')
  expect(await page.locator('[data-copy]').isVisible()).toBe(false)
  await page.locator('.top-end summary').click()
  expect(await page.locator('[data-keys]').isVisible()).toBe(false)
})

test('the theme is switched, kept, and one stays where one was', async () => {
  const page = await visit('/catalog?q=cart')
  await page.locator('.top-end summary').click()
  await page.getByRole('button', { name: 'Dark' }).click()
  await page.waitForLoadState()
  expect(page.url()).toBe(`${site.address}/catalog?q=cart`)
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
  await page.goto('/')
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
})

test('the navigation folds', async () => {
  const page = await visit('/catalog')
  await page.locator('[data-rail-switch]').click()
  await page.waitForLoadState()
  expect(await page.locator('html').getAttribute('data-rail')).toBe('narrow')
  await page.locator('[data-rail-switch]').click()
  await page.waitForLoadState()
  expect(await page.locator('html').getAttribute('data-rail')).toBe('wide')
})

test('the rest of the navigation opens on a phone', async () => {
  const page = await visit('/', 390)
  await page.getByRole('button', { name: 'More' }).click()
  await page.locator('.rail').getByRole('link', { name: 'Sources' }).click()
  await page.waitForURL('**/catalog/sources')
})

test.each([
  ['CSV', 'catalog.csv', /^kind,|^"?\w+"?,/],
  ['JSON', 'catalog.json', /^[[{]/],
])('the export as %s is a link', async (name, file, beginning) => {
  const page = await visit('/catalog?q=cart')
  await page.locator('#catalog-export > summary').click()
  const link = page.getByRole('link', { name: `These as ${name}` })
  const href = await link.getAttribute('href')
  expect(href).toContain('q=cart')
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
  expect(download.suggestedFilename()).toBe(file)
  const text = await (await fetch(`${site.address}${href}`)).text()
  expect(text).toMatch(beginning)
  expect(text).toContain('cart')
  expect(text).not.toContain('ledger')
})

test('a source is read again', async () => {
  const page = await visit('/catalog/sources')
  site.portal.write(
    'fresh/catalog-info.yaml',
    'apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: freshly-written }\nspec: { type: service, lifecycle: production, owner: cart }\n',
  )
  await page.getByRole('button', { name: /^Read again/ }).click()
  await page.waitForURL('**/catalog/sources')
  await site.portal.settled()
  await page.goto('/catalog?q=freshly')
  expect(await names(page)).toEqual(['freshly-written'])
})

function names(page: Page): Promise<string[]> {
  return page.locator('.catalog-table .name .cut').allTextContents()
}
