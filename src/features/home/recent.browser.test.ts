import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type PortalInBrowser, portalInBrowser, soon } from '../../testing/browser.ts'

let site: PortalInBrowser
beforeAll(async () => {
  site = await portalInBrowser()
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(() => site.close())

const rows = '#home-recent li'

test('a choice shows at once what changed of it, in the address and on the way back', async () => {
  const page = await site.visit('/')
  const before = await page.locator(rows).allInnerTexts()
  await page.locator('#home-kind').selectOption({ label: 'Domains' })
  await expect.poll(() => page.url(), soon).toBe(`${site.address}/?kind=domain`)
  const domains = await page.locator(rows).count()
  expect(domains).toBeGreaterThan(0)
  expect(await page.locator(`${rows} a[href*="/domain/"]`).count()).toBe(domains)
  expect(await page.locator('#home-kind').inputValue()).toBe('domain')
  await page.goBack()
  await expect.poll(() => page.locator(rows).allInnerTexts(), soon).toEqual(before)
  expect(await page.locator('#home-kind').inputValue()).toBe('')
})

test('without a script a button asks', async () => {
  const page = await site.visit('/', { script: false })
  await page.locator('#home-kind').selectOption({ label: 'Systems' })
  await page.locator('#home-owner').selectOption({ label: 'Cart' })
  await page.locator('#home-recent button').click()
  expect(new URL(page.url()).searchParams.get('kind')).toBe('system')
  expect(await page.locator(`${rows} a[href*="/system/"]`).count()).toBe(1)
})
