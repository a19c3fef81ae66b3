import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { definePlugin } from '../../api/plugin.ts'
import { type PortalInBrowser, portalInBrowser, soon } from '../../testing/browser.ts'

let end: (() => void) | undefined
const chores = definePlugin({
  name: 'chores',
  apiVersion: 1,
  jobs: [
    {
      id: 'broken',
      attempts: 1,
      run: async () => {
        throw new Error('The broom is broken')
      },
    },
    {
      id: 'long',
      run: async ({ progress, signal }) => {
        progress(3, 12, 'Sweeping')
        await new Promise<void>((resolve) => {
          end = resolve
          signal.addEventListener('abort', () => resolve())
        })
      },
    },
  ],
})

let site: PortalInBrowser
beforeAll(async () => {
  site = await portalInBrowser({ plugins: [chores] })
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(() => site.close())

const enqueue = (kind: string) => {
  const { db, jobs } = site.portal.portal
  return db.write((tx) => jobs.enqueue(tx, kind))
}

test('an open queue follows what happens: a job begins, says how far it is, and ends', async () => {
  const page = await site.visit('/admin/jobs?kind=chores.long')
  expect(await page.locator('#admin-queue').innerText()).toContain('No such jobs')
  // The page listens a second after it is there; until then nobody would tell it.
  await page.waitForRequest((request) => request.url().includes('/live?'))
  const id = await enqueue('chores.long')
  const row = page.locator(`#admin-job-${id}`)
  await expect.poll(() => row.count(), soon).toBe(1)
  await expect.poll(() => page.locator('.admin-progress').innerText(), soon).toMatch(/Sweeping:\s+3 of 12/)
  end?.()
  await expect.poll(() => row.innerText(), soon).toContain('done')
  await expect.poll(() => page.locator('.admin-progress').count(), soon).toBe(0)
})

test('the kind is chosen at once with a script, by a button without', async () => {
  await enqueue('chores.broken')
  await site.portal.portal.jobs.settled()
  const page = await site.visit('/admin/jobs?state=failed')
  await page.locator('#admin-kind').selectOption('chores.broken')
  await expect.poll(() => page.url(), soon).toBe(`${site.address}/admin/jobs?state=failed&kind=chores.broken`)
  expect(await page.locator('#admin-queue').innerText()).toContain('The broom is broken')
  const plain = await site.visit('/admin/jobs?state=failed', { script: false })
  await plain.locator('#admin-kind').selectOption('catalog.crawl')
  await plain.getByRole('button', { name: 'Filter' }).click()
  expect(new URL(plain.url()).search).toBe('?state=failed&kind=catalog.crawl')
  expect(await plain.locator('#admin-queue').innerText()).toContain('No such jobs')
})

test('without a script a job is tried again by its form, and the keyboard is enough with one', async () => {
  const id = await enqueue('chores.broken')
  await site.portal.portal.jobs.settled()
  const plain = await site.visit(`/admin/jobs/${id}`, { script: false })
  await plain.getByRole('button', { name: 'Retry' }).click()
  expect(new URL(plain.url()).pathname).toBe(`/admin/jobs/${id}`)
  const page = await site.visit('/admin/jobs/schedules')
  await page.getByRole('button', { name: 'Run now: jobs.prune' }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/admin\/jobs\/[0-9a-z]{20}\?said=run$/)
  expect(await page.locator('h1').innerText()).toBe('jobs.prune')
})

test('the text for a report is copied', async () => {
  const page = await site.visit('/admin/about')
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.locator('[data-copy=admin-report]').click()
  await expect.poll(() => page.locator('[data-copy=admin-report]').innerText(), soon).toContain('Copied')
  expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/^Versions\n {2}Callboard:/)
})
