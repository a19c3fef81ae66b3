import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type PortalInBrowser, portalInBrowser, soon } from '../../testing/browser.ts'

// The browser of the tests is in Tokyo.

let site: PortalInBrowser
beforeAll(async () => {
  site = await portalInBrowser({ now: () => new Date('2026-11-21T23:30:00Z') })
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(() => site.close())

const moment = '#settings-zone time'

test('times follow the browser until a zone is chosen, and again when it is given up', async () => {
  const page = await site.visit('/settings')
  await expect.poll(() => page.locator(moment).innerText(), soon).toMatch(/22 Nov 2026.*08:30:00/)
  await page.locator('#settings-zone-name').selectOption('America/New_York')
  await page.locator('#settings-zone button').click()
  await page.waitForURL('**/settings?said=settings.zone.saved#section-settings-zone')
  await expect.poll(() => page.locator(moment).innerText(), soon).toMatch(/21 Nov 2026.*18:30:00/)
  expect(await page.locator('.settings-said').innerText()).toContain('saved')
  await page.goto('/catalog')
  const title = page.locator('#main time').first()
  await expect.poll(() => title.getAttribute('title'), soon).toMatch(/2[01] Nov 2026/)
  await page.goto('/settings')
  expect(await page.locator('#settings-zone-name').inputValue()).toBe('America/New_York')
  await page.locator('#settings-zone-name').selectOption('system')
  await page.locator('#settings-zone button').click()
  await expect.poll(() => page.locator(moment).innerText(), soon).toMatch(/22 Nov 2026.*08:30:00/)
})

test('without a script times are in UTC, or in the zone that was chosen', async () => {
  const page = await site.visit('/settings', { script: false })
  expect(await page.locator(moment).innerText()).toBe('2026-11-21 23:30 UTC')
  await page.locator('#settings-zone-name').selectOption('Europe/Berlin')
  await page.locator('#settings-zone button').click()
  expect(new URL(page.url()).hash).toBe('#section-settings-zone')
  expect(await page.locator(moment).innerText()).toBe('2026-11-22 00:30 UTC+1')
  await page.locator('#settings-appearance').getByRole('button', { name: 'Dark' }).click()
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
  expect(new URL(page.url()).pathname).toBe('/settings')
  await page.locator('#settings-appearance').getByRole('button', { name: 'Narrow' }).click()
  expect(await page.locator('html').getAttribute('data-rail')).toBe('narrow')
})

test('a theme is there at once, and every switch of it says so', async () => {
  const page = await site.visit('/settings')
  const pressed = (within: string) => page.locator(`${within} button[aria-pressed=true]`).getAttribute('value')
  await page.locator('#settings-appearance').getByRole('button', { name: 'Dark' }).click()
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
  expect([await pressed('#settings-appearance [action="/theme"]'), await pressed('.top-end')]).toEqual(['dark', 'dark'])
  await page.locator('#settings-appearance').getByRole('button', { name: 'Narrow' }).click()
  expect(await page.locator('html').getAttribute('data-rail')).toBe('narrow')
  expect(await pressed('#settings-appearance [action="/rail"]')).toBe('narrow')
  // The switch at the foot of the navigation now unfolds it.
  await page.locator('[data-rail-switch]').click()
  expect(await page.locator('html').getAttribute('data-rail')).toBe('wide')
  expect(await pressed('#settings-appearance [action="/rail"]')).toBe('wide')
  await page.reload()
  expect([await pressed('.top-end'), await pressed('#settings-appearance [action="/rail"]')]).toEqual(['dark', 'wide'])
})
