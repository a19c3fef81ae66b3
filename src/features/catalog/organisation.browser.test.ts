import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type PortalInBrowser, portalInBrowser, soon } from '../../testing/browser.ts'
import { group } from './fixtures/company.ts'

const departments = Array.from({ length: 20 }, (_, at) => [
  group(`unit-${at}`, { parent: 'works' }),
  ...Array.from({ length: 20 }, (_, below) => group(`crew-${at}-${below}`, { parent: `unit-${at}` })),
])

let site: PortalInBrowser
beforeAll(async () => {
  const files = { 'works/catalog-info.yaml': [group('works'), ...departments.flat()].join('') }
  site = await portalInBrowser({ watch: false, files })
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(() => site.close())

const branches = 'details:has(> summary > .sr:text-is("Sub-groups of unit-7")) .twig'

test('a large tree loads what is below a group when it is opened, once, and the keyboard is enough', async () => {
  const page = await site.visit('/catalog/organisation')
  const asked: string[] = []
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url())
    // A browser asks for the icon of the site whenever it likes.
    if (pathname.startsWith('/catalog')) asked.push(search)
  })
  expect(await page.locator(branches).count()).toBe(0)
  const summary = page.locator('summary', { hasText: 'Sub-groups of unit-7' })
  await summary.focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => page.locator(branches).count(), soon).toBe(20)
  expect(await summary.evaluate('document.activeElement.textContent')).toContain('Sub-groups of unit-7')
  await page.keyboard.press('Enter')
  expect(await page.locator(branches).first().isVisible()).toBe(false)
  await page.keyboard.press('Enter')
  expect(await page.locator(branches).first().isVisible()).toBe(true)
  expect(asked).toEqual(['?group=group%3Adefault%2Funit-7'])
})

test('without a script a link leads to what is below', async () => {
  const page = await site.visit('/catalog/organisation', { script: false })
  await page.locator('summary', { hasText: 'Sub-groups of unit-7' }).click()
  await page.locator('a[href$="unit-7"]', { hasText: '20 sub-groups' }).click()
  await page.waitForURL(/group=.*unit-7/)
  expect(await page.locator('.twig').count()).toBe(20)
  await page.getByRole('link', { name: 'All groups' }).click()
  await page.locator('#catalog-text').fill('crew-3-1')
  await page.getByRole('button', { name: 'Find', exact: true }).click()
  await page.waitForURL(/q=crew-3-1/)
  expect(await page.locator('#catalog-found-groups').textContent()).toContain('works / unit-3')
})

test('what is typed is found at once, and stands in the address', async () => {
  const page = await site.visit('/catalog/organisation')
  await page.locator('#catalog-text').fill('crew-3-1')
  await expect.poll(() => page.url(), soon).toContain('q=crew-3-1')
  expect(await page.locator('#catalog-text').inputValue()).toBe('crew-3-1')
  expect(await page.locator('#catalog-count').textContent()).toContain('11 groups and nobody found')
})
