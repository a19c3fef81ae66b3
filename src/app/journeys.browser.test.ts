import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type PortalInBrowser, portalInBrowser, soon, tabTo } from '../testing/browser.ts'

let site: PortalInBrowser

beforeAll(async () => {
  site = await portalInBrowser()
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(() => site.close())

const cart = '/catalog/default/component/cart'

/** From wherever one is to the page of an entity, by its name. */
async function find(page: Page, name: string, path: string): Promise<void> {
  await page.keyboard.press('/')
  await page.keyboard.type(name)
  const chosen = page.locator('#search-palette [role=option][aria-selected=true]')
  await expect.poll(() => page.locator(`#search-palette [role=option][href="${path}"]`).count(), soon).toBe(1)
  for (let pressed = 0; pressed < 20 && (await chosen.getAttribute('href')) !== path; pressed++) {
    await page.keyboard.press('ArrowDown')
  }
  await page.keyboard.press('Enter')
  await page.waitForURL(`**${path}`)
}

test('who owns the cart, and whom does one write to', async () => {
  const page = await site.visit('/')
  await find(page, 'cart', cart)
  const owner = (await page.locator('.entity-head [href^="/catalog/default/group/"]').first().textContent()) ?? ''
  await tabTo(page, new RegExp(`^${owner.trim()}$`))
  await page.keyboard.press('Enter')
  await page.waitForURL('**/catalog/default/group/*')
  expect(await page.locator('h1').innerText()).toContain(owner.trim())
  expect(await page.locator('#main').innerText()).toMatch(/members/i)
})

test('the runbook is open in a few keys, starred for the next time, and back on the home page', async () => {
  const page = await site.visit('/catalog')
  await page.context().route('https://runbooks.example.com/**', (route) => route.fulfill({ body: 'How to mend it' }))
  await find(page, 'cart', cart)
  await tabTo(page, /^Star cart|^Star$/)
  await page.keyboard.press('Enter')
  await expect.poll(() => page.locator('#catalog-head .star button').getAttribute('aria-pressed'), soon).toBe('true')
  await tabTo(page, /^Runbook/)
  await page.keyboard.press('Enter')
  await page.waitForURL('https://runbooks.example.com/cart')
  await page.goBack()
  await page.locator('.skip').press('Enter')
  await page.keyboard.press('g')
  await page.keyboard.press('h')
  await page.waitForURL(`${site.address}/`)
  expect(await page.locator('#home-starred').innerText()).toContain('cart')
})

test('a relation is followed from the page of an entity to the next', async () => {
  const page = await site.visit(cart)
  await tabTo(page, /^Order events$/)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/catalog/default/api/order-events')
  expect(await page.title()).toMatch(/^Order events/)
})
