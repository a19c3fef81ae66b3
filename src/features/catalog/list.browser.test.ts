import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type PortalInBrowser, portalInBrowser, soon } from '../../testing/browser.ts'

let site: PortalInBrowser

beforeAll(async () => {
  site = await portalInBrowser()
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(() => site.close())

test('typing narrows the list in place, announces the count and keeps focus and caret', async () => {
  const page = await stay('/catalog')
  const all = await page.locator('.catalog-table tbody tr').count()
  const field = page.locator('#catalog-text')
  await field.pressSequentially('crt')
  await address(page, '/catalog?q=crt')
  await field.press('ArrowLeft')
  await field.press('ArrowLeft')
  await field.press('a')
  await address(page, '/catalog?q=cart')
  await expect.poll(() => names(page), soon).toContain('cart')
  expect((await names(page)).length).toBeLessThan(all)
  expect(await field.inputValue()).toBe('cart')
  expect(await page.evaluate('[document.activeElement.id, document.activeElement.selectionStart]')).toEqual([
    'catalog-text',
    2,
  ])
  expect(await page.locator('#catalog-count').textContent()).toMatch(/^\d+ of 72 entities, /)
  expect(await page.locator('#catalog-count').getAttribute('role')).toBe('status')
  await hasStayed(page)
})

test('what was typed is one step back, which restores the whole list', async () => {
  const page = await stay('/catalog')
  const before = await names(page)
  for (const [letter, path] of [
    ['c', '/catalog?q=c'],
    ['a', '/catalog?q=ca'],
    ['r', '/catalog?q=car'],
  ] as const) {
    await page.locator('#catalog-text').press(letter)
    await address(page, path)
  }
  await page.goBack()
  await address(page, '/catalog')
  await expect.poll(() => names(page), soon).toEqual(before)
  expect(await page.locator('#catalog-text').inputValue()).toBe('')
  await page.goForward()
  await address(page, '/catalog?q=car')
  await expect.poll(() => page.locator('#catalog-text').inputValue(), soon).toBe('car')
})

test('the address gives the same view to somebody else', async () => {
  const page = await stay('/catalog?q=car&type=service')
  expect(await page.locator('#catalog-text').inputValue()).toBe('car')
  expect(await page.getByRole('checkbox', { name: /^service / }).isChecked()).toBe(true)
  expect(await names(page)).toContain('cart')
})

test('ticking filters narrows the list and keeps focus; ticking two of a group means either', async () => {
  const page = await stay('/catalog')
  const service = page.getByRole('checkbox', { name: /^service / })
  await service.focus()
  await service.press('Space')
  await address(page, '/catalog?type=service')
  await expect.poll(() => texts(page, 'c-type'), soon).toEqual(['service'])
  expect(await page.evaluate('document.activeElement.value')).toBe('service')
  await page.getByRole('checkbox', { name: /^library / }).check()
  await address(page, '/catalog?type=service&type=library')
  await expect.poll(() => texts(page, 'c-type'), soon).toEqual(['library', 'service'])
  await service.uncheck()
  await address(page, '/catalog?type=library')
  await expect.poll(() => texts(page, 'c-type'), soon).toEqual(['library'])
  await hasStayed(page)
})

test('unticking the kind that is there by default shows every kind', async () => {
  const page = await stay('/catalog')
  await page.getByRole('checkbox', { name: /^Component / }).uncheck()
  await address(page, '/catalog?kind=all')
  await expect.poll(() => page.locator('h1').textContent(), soon).toBe('Entities')
  expect(await page.locator('#catalog-count').textContent()).toMatch(/^72 entities, /)
  expect(await page.title()).toBe('Entities · Brackenlow')
  await page.getByRole('checkbox', { name: /^API / }).check()
  await address(page, '/catalog?kind=api')
  await expect.poll(() => page.locator('h1').textContent(), soon).toBe('APIs')
  await hasStayed(page)
})

test('a group that is long can be searched', async () => {
  const page = await stay('/catalog?kind=all')
  const group = page
    .locator('#catalog-tag, #catalog-type')
    .filter({ has: page.locator('input[type=search]') })
    .first()
  const find = group.locator('input[type=search]')
  expect(await find.getAttribute('placeholder')).toMatch(/^Find in \d+ more$/)
  const shown = await group.locator('label').count()
  expect(shown).toBe(10)
  await find.pressSequentially('gr')
  await expect.poll(() => group.locator('label .cut').allTextContents(), soon).not.toHaveLength(shown)
  const labels = await group.locator('label .cut').allTextContents()
  expect(labels.length).toBeGreaterThan(0)
  for (const label of labels) expect(label).toContain('gr')
  expect(await page.evaluate('document.activeElement.name')).toBe('find.type')
  expect(await find.inputValue()).toBe('gr')
  await group.getByRole('checkbox').first().check()
  await expect.poll(() => page.locator('.chip').count(), soon).toBe(1)
  await hasStayed(page)
})

test('a chip takes its filter away, and focus is not lost with it', async () => {
  const page = await stay('/catalog?type=service&lifecycle=production')
  expect(await page.locator('.chip').allTextContents()).toHaveLength(2)
  const chip = page.getByRole('link', { name: 'Remove filter Type: service' })
  await chip.focus()
  await chip.press('Enter')
  await address(page, '/catalog?lifecycle=production')
  await expect.poll(() => page.locator('.chip').count(), soon).toBe(1)
  expect(await page.getByRole('checkbox', { name: /^service / }).isChecked()).toBe(false)
  expect(await page.evaluate('document.activeElement !== document.body')).toBe(true)
  await page.getByRole('link', { name: 'Clear all' }).press('Enter')
  await address(page, '/catalog')
  await expect.poll(() => page.locator('.chip').count(), soon).toBe(0)
  expect(await page.evaluate('document.activeElement.localName')).toBe('h1')
  await hasStayed(page)
})

test('a column sorts, then sorts the other way', async () => {
  const page = await stay('/catalog?kind=all')
  const head = page.getByRole('columnheader', { name: 'Name' })
  expect(await head.getAttribute('aria-sort')).toBe('ascending')
  const ascending = await names(page)
  await head.getByRole('link').click()
  await address(page, '/catalog?kind=all&sort=-name')
  await expect.poll(() => head.getAttribute('aria-sort'), soon).toBe('descending')
  expect((await names(page))[0]).not.toBe(ascending[0])
  await page.getByRole('columnheader', { name: 'Type' }).getByRole('link').click()
  await address(page, '/catalog?kind=all&sort=type')
  await expect.poll(() => head.getAttribute('aria-sort'), soon).toBe(null)
  expect(await page.getByRole('columnheader', { name: 'Type' }).getAttribute('aria-sort')).toBe('ascending')
  await page.locator('#catalog-text').pressSequentially('cart')
  await address(page, '/catalog?kind=all&q=cart&sort=type')
  await hasStayed(page)
})

test('pages follow each other and lead back', async () => {
  const page = await stay('/catalog?kind=all')
  const first = await names(page)
  expect(first).toHaveLength(50)
  await page.getByRole('link', { name: 'Next' }).click()
  await expect.poll(() => page.locator('.pager > span').textContent(), soon).toBe('51–72 of 72')
  const second = await names(page)
  expect(second).toHaveLength(22)
  await page.getByRole('link', { name: 'Previous' }).click()
  await expect.poll(() => page.locator('.pager > span').textContent(), soon).toBe('1–50 of 72')
  expect(await names(page)).toEqual(first)
})

test('an empty result says which filter to leave out', async () => {
  const page = await stay('/catalog?type=website')
  await page.locator('#catalog-text').pressSequentially('ledger')
  await expect.poll(() => page.locator('#catalog-nothing h2').textContent(), soon).toBe('Nothing matches all of these')
  expect(await page.locator('#catalog-count').textContent()).toMatch(/^None of 72 entities/)
  await page.getByRole('link', { name: /^Type: website/ }).click()
  await address(page, '/catalog?q=ledger')
  await expect.poll(() => names(page), soon).toContain('ledger')
  await hasStayed(page)
})

test('the exports hold what the list holds', async () => {
  const page = await stay('/catalog')
  await page.locator('#catalog-text').pressSequentially('cart')
  await address(page, '/catalog?q=cart')
  const shown = await page.locator('.catalog-table tbody tr').count()
  await page.locator('#catalog-export > summary').click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'These as CSV' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('catalog.csv')
  const answer = await fetch(download.url())
  expect((await answer.text()).trim().split('\r\n')).toHaveLength(shown + 1)
})

/** Opens the list and marks the document, so that a full load would be seen. */
async function stay(path: string): Promise<Page> {
  const page = await site.visit(path)
  await page.evaluate(
    'document.documentElement.dataset.mark = "set"; document.getElementById("catalog-count").mark = "set"',
  )
  return page
}

/** No full load; the live region is the element that it was, or nothing would be announced. */
async function hasStayed(page: Page): Promise<void> {
  expect(await page.evaluate('document.documentElement.dataset.mark')).toBe('set')
  expect(await page.evaluate('document.getElementById("catalog-count").mark')).toBe('set')
}

async function address(page: Page, path: string): Promise<void> {
  await expect.poll(() => page.url(), soon).toBe(`${site.address}${path}`)
}

function names(page: Page): Promise<string[]> {
  return page.locator('.catalog-table .name .cut').allTextContents()
}

/** What stands in a column, each once, sorted. */
async function texts(page: Page, column: string): Promise<string[]> {
  return [...new Set(await page.locator(`.catalog-table td.${column}`).allTextContents())].sort()
}
