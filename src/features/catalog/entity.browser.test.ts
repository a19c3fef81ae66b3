import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type PortalInBrowser, portalInBrowser, soon } from '../../testing/browser.ts'

let site: PortalInBrowser

beforeAll(async () => {
  site = await portalInBrowser()
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(() => site.close())

test('a file that is saved shows on the page after a reload, without anybody asking for a reading', async () => {
  const page = await site.visit('/catalog/default/component/cart')
  const path = 'cart/catalog-info.yaml'
  const before = readFileSync(join(site.portal.folder, path), 'utf8')
  expect(await page.locator('.entity-head').textContent()).toContain('Keeps a customer')
  site.portal.write(path, before.replace(/description: Keeps.*/, 'description: Holds what one means to buy.'))
  await expect
    .poll(async () => {
      await page.reload()
      return page.locator('.entity-head').textContent()
    }, soon)
    .toContain('Holds what one means to buy.')
  expect(await page.locator('#catalog-changes').textContent()).toContain('escription')
  site.portal.write(path, before)
  await site.portal.crawl()
})

test('a fact leads to the line that says it', async () => {
  const page = await site.visit('/catalog/default/component/checkout')
  const owner = page.locator('#catalog-about dd').first().locator('a.from')
  const line = (await owner.textContent())?.match(/:(\d+)$/)?.[1]
  await owner.click()
  await page.waitForURL(/source/)
  expect(await page.locator('#catalog-code .hit').getAttribute('id')).toBe(`L${line}`)
  expect(await page.locator('#catalog-code .hit').textContent()).toContain('owner:')
  expect(await page.locator('#catalog-code .hit').isVisible()).toBe(true)
})

test('the text of the source is copied', async () => {
  const page = await site.visit('/catalog/default/component/cart/source')
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy' }).click()
  await expect.poll(() => page.locator('[data-copy] span').textContent(), soon).toBe('Copied')
  expect(await page.evaluate('navigator.clipboard.readText()')).toContain('name: cart')
})

test('a name that does not exist leads to those that are near', async () => {
  const page = await site.visit('/catalog/default/component/chekout')
  await page.locator('#catalog-missing').getByRole('link', { name: 'checkout', exact: true }).click()
  await page.waitForURL('**/catalog/default/component/checkout')
})

test('times are told in the zone of the reader', async () => {
  const page = await site.visit('/catalog/default/component/cart')
  const time = page.locator('#catalog-about time').first()
  expect(await time.getAttribute('datetime')).toMatch(/Z$/)
  expect(await time.getAttribute('title')).toMatch(/GMT\+9$/)
  expect(await time.textContent()).toMatch(/ago$|just now/)
})
