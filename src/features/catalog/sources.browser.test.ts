import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { env } from '../../api/env.ts'
import type { Provider } from '../../api/provider.ts'
import { type PortalInBrowser, portalInBrowser, soon } from '../../testing/browser.ts'
import { entity } from './fixtures/shop.ts'
import { catalog } from './index.ts'

// The Sources page while a source is read, while one cannot be, and while one waits for a decision.

const files = (prefix: string, count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`${prefix}-${at}.yaml`, entity({ name: `${prefix}-${at}` })]),
  )

let kept = files('warehouse', 60)
let gate: Promise<void> | undefined
let go: () => void = () => undefined
const close = () => {
  gate = new Promise((resolve) => {
    go = resolve
  })
}
const source = (
  title: string,
  type: string,
  of: () => Record<string, string>,
  more: Partial<Provider> = {},
): Provider => ({
  id: `${type}:${title}`,
  title,
  type,
  paths: ['*.yaml'],
  every: '1d',
  locationOf: (path) => `https://git.example/acme/${title}/-/tree/main/${path}`,
  open: async () => {
    const found = of()
    return {
      revision: String(Object.keys(found).length),
      list: async () => Object.entries(found).map(([path, text]) => ({ path, blob: text, size: text.length })),
      read: async (path) => {
        if (path.endsWith('-200.yaml')) await gate
        return new TextEncoder().encode(found[path])
      },
      stat: async (path) => ({ path, blob: found[path] ?? '', size: 1 }),
    }
  },
  ...more,
})

const shots = env('SCREENSHOTS')
let site: PortalInBrowser
beforeAll(async () => {
  close()
  const providers = [
    source('frontends', 'git', () => files('frontend', 240)),
    source('payments', 'git', () => ({}), {
      open: () => Promise.reject(new Error('git.example did not answer within 30 s')),
    }),
    source('warehouse', 'folder', () => kept),
  ]
  site = await portalInBrowser({ plugins: [catalog({ providers })], settle: false })
  await vi.waitFor(async () => {
    expect((await site.portal.get('/catalog/default/component/warehouse-59')).status).toBe(200)
  }, soon)
  kept = {}
  const { db, jobs } = site.portal.portal
  await db.write(async (tx) => {
    const sourceId = 'folder:warehouse'
    await jobs.enqueue(tx, 'catalog.crawl', { payload: { sourceId }, key: sourceId })
  })
  await vi.waitFor(async () => {
    expect((await site.portal.get('/catalog/sources')).text).toContain('60 of 60 entities')
  }, soon)
})
afterAll(async () => {
  go()
  await site.close()
})

test('how far a reading is changes on the page by itself, and ends by itself', async () => {
  for (const width of [1440, 390]) {
    for (const theme of ['light', 'dark'] as const) {
      const page = await site.visit('/catalog/sources', { width, theme })
      await page.getByText('192 of 240').waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      if (shots) await page.screenshot({ path: `${shots}/sources-${width}-${theme}.png`, fullPage: true })
    }
  }
  const page = await site.visit('/catalog/sources')
  await page.getByText('192 of 240').waitFor()
  go()
  gate = undefined
  await page.getByText('192 of 240').waitFor({ state: 'detached', timeout: soon.timeout })
  expect(await page.locator('#catalog-sources[hx-trigger]').count()).toBe(0)
  expect(await site.leave()).toEqual([])
})

test('the question can be read and answered, also without JavaScript', async () => {
  const page = await site.visit('/catalog/sources', { script: false })
  await page.getByText('Show which').click()
  await page.getByText('component:default/warehouse-0', { exact: true }).waitFor()
  await page.getByRole('button', { name: /^Keep them.*warehouse$/ }).click()
  await page.getByText('Guest decided to keep them').waitFor()
  const answered = page.waitForEvent('load')
  await page.getByRole('button', { name: /^Remove them.*warehouse$/ }).click()
  await answered
  await site.portal.settled()
  await page.reload()
  expect(await page.getByText('are missing from its files').count()).toBe(0)
  expect(await site.leave()).toEqual([])
})
