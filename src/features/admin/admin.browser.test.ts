import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
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

test('the audit is filtered, read and exported, with and without JavaScript', async () => {
  const { portal } = site.portal
  const actor = { id: 'user:default/ines', kind: 'user', name: 'Ines Marchetti', groups: [] } as const
  await portal.db.write(async (tx) => {
    const line = { actor, target: 'component:default/cart', address: '203.0.113.7' }
    await portal.audit(tx, { ...line, action: 'broom.paint', before: { colour: 'red' }, after: { colour: 'blue' } })
    await portal.audit(tx, { ...line, action: 'broom.break', result: 'failed' })
  })
  for (const script of [true, false]) {
    for (const width of [1440, 390]) {
      const page = await site.visit('/admin/audit', { script, width })
      await page.getByLabel('Action').fill('broom.')
      await page.getByLabel('Result').selectOption('ok')
      await page.getByRole('button', { name: 'Filter', exact: true }).click()
      await page.waitForURL(/action=broom\..*result=ok/)
      expect(await page.locator('.admin-trail .c-name a').allTextContents()).toEqual(['broom.paint'])
      expect(await page.getByLabel('Result').inputValue()).toBe('ok')
      const csv = await page.getByRole('link', { name: 'CSV' }).getAttribute('href')
      expect(new URL(csv ?? '', site.address).searchParams.get('action')).toBe('broom.')
      await page.getByRole('link', { name: 'broom.paint' }).click()
      await page.waitForURL(/audit\/[0-9a-z]{20}$/)
      expect(await page.locator('.admin-change').innerText()).toMatch(/colour\s+red\s+blue/)
      await page.getByRole('link', { name: 'component:default/cart' }).click()
      await page.waitForURL('**/catalog/default/component/cart')
    }
  }
})

test('a line of the audit is accessible in light and dark, and never scrolls sideways', async () => {
  const { portal } = site.portal
  const long = 'Rechtsschutzversicherungsgesellschaften'.repeat(6)
  const actor = { id: `user:default/${long}`, kind: 'user', name: long, groups: [] } as const
  const line = { actor, action: `a.${long}`, target: long, requestId: long, address: '2001:db8::1' }
  await portal.db.write((tx) =>
    portal.audit(tx, { ...line, before: { [long]: long }, after: { [long]: `${long}x` }, detail: { [long]: long } }),
  )
  for (const path of ['/admin/audit', await newestLine()]) {
    const page = await site.visit(path)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const width of [1440, 768, 360]) {
        await page.setViewportSize({ width, height: 844 })
        expect({ path, width, faults: await violations(page) }).toEqual({ path, width, faults: [] })
        const room = await page.evaluate(tooWide)
        expect({ path, width, room }).toEqual({ path, width, room: [] })
      }
    }
    await page.emulateMedia({ colorScheme: 'light' })
  }
})

test('on a phone the names and values of options are not broken within their words', async () => {
  const page = await site.visit('/admin/config', { width: 390 })
  const broken = `(() => {
    const found = []
    const range = document.createRange()
    const walker = document.createTreeWalker(document.querySelector('#admin-options tbody'), NodeFilter.SHOW_TEXT)
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      for (const { 0: word, index } of text.data.matchAll(/[\\p{L}\\p{N}]{1,30}/gu)) {
        range.setStart(text, index)
        range.setEnd(text, index + word.length)
        if (range.getClientRects().length > 1) found.push(word)
      }
    }
    return found
  })()`
  // A portal of tests has one option: others are set beside it.
  const texts = [
    ['outbound.maxConcurrency', '[ "registry.internal", "search.internal" ]', 'default'],
    ['plugins', 'catalog, kubernetes, notifications, scorecards', 'command line'],
    ['unprotected', 'false', 'variable CALLBOARD_UNPROTECTED'],
  ]
  await page.evaluate(`for (const texts of ${JSON.stringify(texts)}) {
    const row = document.querySelector('#admin-options tbody tr').cloneNode(true)
    texts.forEach((text, at) => { (row.children[at].firstElementChild ?? row.children[at]).textContent = text })
    document.querySelector('#admin-options tbody').append(row)
  }`)
  expect(await page.locator('#admin-options tbody tr').count()).toBe(4)
  expect(await page.evaluate(broken)).toEqual([])
  expect(await page.evaluate(tooWide)).toEqual([])
})

const tooWide = `document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 5).map((one) => one.outerHTML.slice(0, 120))`

async function newestLine(): Promise<string> {
  const [line] = await site.portal.audit()
  return `/admin/audit/${line?.id}`
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const run = `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`
  const { violations: found } = (await page.evaluate(run)) as {
    violations: { id: string; nodes: { html: string }[] }[]
  }
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}
