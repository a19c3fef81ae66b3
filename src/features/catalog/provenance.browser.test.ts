import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type PortalInBrowser, portalInBrowser } from '../../testing/browser.ts'

let site: PortalInBrowser

beforeAll(async () => {
  site = await portalInBrowser()
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(() => site.close())

const cart = '/catalog/default/component/cart'
/** What the browser draws below the element. */
const drawn = (selector: string) => `getComputedStyle(document.querySelector('${selector}'), '::after').content`

test.each([
  ['the title', '#catalog-head h1 > .told', /catalog-info\.yaml line \d+/],
  ['a relation', '#catalog-related .told', /^"spec\..*: cart\/catalog-info\.yaml line \d+/],
  ['a fact', '#catalog-about .from', /catalog-info\.yaml line \d+/],
  ['a label', '#card-catalog-annotations .from', /catalog-info\.yaml line \d+/],
])('%s shows its origin when it has the focus, without any script', async (_, selector, words) => {
  const page = await site.visit(cart, { script: false })
  expect(await page.evaluate(drawn(selector))).toBe('none')
  // A key was pressed: so the focus is one that is shown.
  await page.keyboard.press('Tab')
  await page.locator(selector).first().focus()
  expect(await page.evaluate(drawn(selector))).toMatch(words)
  await page.keyboard.press('Enter')
  await page.waitForURL(/source\?file=.*&line=\d+#L\d+$/)
  expect(await page.locator('#catalog-code .hit').count()).toBe(1)
})

test('what is shown on focus is not cut off', async () => {
  const page = await site.visit(cart, { width: 390 })
  await page.keyboard.press('Tab')
  const mark = page.locator('#catalog-about .from').first()
  await mark.focus()
  const wide = `document.documentElement.scrollWidth - innerWidth`
  expect(await page.evaluate(wide)).toBeLessThanOrEqual(0)
  const box = await mark.boundingBox()
  const below = { x: (box?.x ?? 0) - 20, y: (box?.y ?? 0) + (box?.height ?? 0) + 12 }
  const hit = `document.elementFromPoint(${below.x}, ${below.y})?.className`
  expect(await page.evaluate(hit)).toBe('from')
})

test('every field leads to its line', async () => {
  const page = await site.visit(cart)
  await page
    .locator('#catalog-about')
    .getByRole('link', { name: /^All fields/ })
    .click()
  await page.waitForURL(/form=fields/)
  const row = page.locator('#catalog-fields tr', { hasText: 'spec.owner' })
  const line = (await row.locator('.from').textContent())?.match(/:(\d+)$/)?.[1]
  await row.locator('.from').click()
  await page.waitForURL(/line=/)
  expect(await page.locator('#catalog-code .hit').textContent()).toContain('owner: ')
  expect(await page.locator('#catalog-code .hit').getAttribute('id')).toBe(`L${line}`)
})
