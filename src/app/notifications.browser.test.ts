import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { definePlugin, type PluginContext } from '../api/plugin.ts'
import { notificationsService } from '../features/notifications/contract.ts'
import { type PortalInBrowser, portalInBrowser, soon, tabTo } from '../testing/browser.ts'

let site: PortalInBrowser
let ctx: PluginContext
const sender = definePlugin({
  name: 'sender',
  apiVersion: 1,
  setup(own) {
    ctx = own
  },
})
const send = (title: string, link: string) =>
  ctx.use(notificationsService).send({ origin: 'sender', recipients: 'everyone', title, link, severity: 'high' })

beforeAll(async () => {
  site = await portalInBrowser({ plugins: [sender] })
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(() => site.close())

test('the keyboard is enough to find a notification, follow it and be done', async () => {
  await send('Cart has moved', '/catalog/default/component/cart')
  const page = await site.visit('/')
  await tabTo(page, /^Notifications: 1 unread$/)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/notifications')
  await tabTo(page, /^Cart has moved$/)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/component/cart')
  expect(await page.locator('#layouts-bell').textContent()).toBe('Notifications')
  await page.goto('/notifications?view=read')
  await tabTo(page, /^Done$/)
  await tabTo(page, /^Cart has moved$/)
  await tabTo(page, /^Done$/)
  await page.keyboard.press('Enter')
  await expect.poll(() => page.locator('#notifications-list').textContent(), soon).toContain('Nothing has been read')
})

test('what comes in while the page is open is there at once, and on the bell', async () => {
  const page = await site.visit('/notifications')
  await send('Just now', '/')
  await expect.poll(() => page.locator('#notifications-list').textContent(), soon).toContain('Just now')
  await expect.poll(() => page.locator('#layouts-bell').textContent(), soon).toContain('1')
})

test('without a script several are marked by their boxes', async () => {
  await send('First', '/')
  const page = await site.visit('/notifications', { script: false })
  for (const box of await page.locator('#notifications-list input[type=checkbox]').all()) await box.check()
  await page.locator('button[name=as][value=done]').click()
  expect(await page.locator('#notifications-list').textContent()).toContain('You have read everything')
})
