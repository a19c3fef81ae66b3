import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type PortalInBrowser, portalInBrowser, soon } from '../../testing/browser.ts'

let site: PortalInBrowser

beforeAll(async () => {
  site = await portalInBrowser()
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(() => site.close())

test.each(['/', '/catalog', '/catalog/default/component/cart', '/search?query=cart', '/nowhere'])(
  'opens over %s, finds from the first letter and leads there with the keyboard alone',
  async (path) => {
    const page = await site.visit(path)
    await open(page, path.startsWith('/search') ? 'Control+k' : '/')
    await page.keyboard.type('l')
    await expect.poll(() => options(page), soon).toContain('ledger')
    await page.keyboard.type('edger-a')
    // Enter before the answer would lead to the page of results.
    await expect.poll(async () => (await options(page)).at(-1), soon).toContain('ledger-a')
    expect(await active(page)).toBe('Ledger API')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/catalog/default/api/ledger-api')
  },
)

test('arrows go round, Home and End to the first and the last, and what is chosen is told to screen readers', async () => {
  const page = await site.visit('/catalog')
  await open(page)
  await page.keyboard.type('order')
  await expect.poll(() => options(page), soon).toContain('Order API')
  const all = await options(page)
  expect(await active(page)).toBe(all[0])
  await page.keyboard.press('ArrowDown')
  expect(await active(page)).toBe(all[1])
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  expect(await active(page)).toBe(all.at(-1))
  await page.keyboard.press('ArrowDown')
  expect(await active(page)).toBe(all[0])
  await page.keyboard.press('End')
  expect(await active(page)).toBe('All results for “order”')
  await page.keyboard.press('Home')
  expect(await active(page)).toBe(all[0])
  expect(await page.locator('#palette-said').textContent()).toMatch(/^\d+ suggestions$/)
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/search?query=order')
})

test('Escape closes it and returns the focus to where it was; it opens again empty', async () => {
  const page = await site.visit('/catalog')
  await page.locator('#catalog-export > summary').focus()
  await open(page, 'Meta+k')
  await page.keyboard.type('cart')
  await page.keyboard.press('Escape')
  await page.locator('#palette').waitFor({ state: 'hidden' })
  expect(await page.evaluate('document.activeElement.textContent.trim()')).toBe('Export')
  await open(page)
  expect(await page.locator('#palette-text').inputValue()).toBe('')
  await page.locator('[data-close]').click()
  await page.locator('#palette').waitFor({ state: 'hidden' })
  expect(page.url()).toBe(`${site.address}/catalog`)
})

test('Control and Enter open a new window and leave this one as it is', async () => {
  const page = await site.visit('/catalog')
  await open(page)
  await page.keyboard.type('ledger-db')
  await expect.poll(() => active(page), soon).toBe('Ledger database')
  const opened = page.context().waitForEvent('page')
  await page.keyboard.press('Control+Enter')
  await (await opened).waitForURL('**/catalog/default/resource/ledger-db')
  expect(page.url()).toBe(`${site.address}/catalog`)
})

test('actions and pages are found by what they are called', async () => {
  const page = await site.visit('/catalog')
  await open(page)
  await page.keyboard.type('start cra')
  await expect.poll(() => active(page), soon).toBe('Start a crawl')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/catalog/sources')
})

/** An answer that is held back until it is let go. */
function holding() {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  return { held, release: () => release() }
}

test('an answer that comes late does not take the place of a newer one', async () => {
  const page = await site.visit('/catalog')
  const { held, release } = holding()
  await page.route('**/search/palette?query=vouch', async (route) => {
    await held
    await route.continue().catch(() => undefined) // The page has given it up.
  })
  await open(page)
  const asked = page.waitForRequest('**/search/palette?query=vouch')
  await page.keyboard.type('vouch')
  await asked
  await page.keyboard.press('Control+a')
  await page.keyboard.type('ledger')
  await expect.poll(() => active(page), soon).toBe('ledger')
  release()
  const settled = page.waitForResponse('**/search/palette?query=ledgers')
  await page.keyboard.type('s')
  await settled
  await expect.poll(() => options(page), soon).not.toContain('vouchers')
})

test('Enter waits a moment for the answer to what was typed, and leads where that leads first', async () => {
  const page = await site.visit('/catalog')
  const { held, release } = holding()
  await page.route('**/search/palette?query=ledger', async (route) => {
    await held
    await route.continue()
  })
  await open(page)
  const asked = page.waitForRequest('**/search/palette?query=ledger')
  await page.keyboard.type('ledger')
  await asked
  await page.keyboard.press('Enter')
  release()
  await page.waitForURL('**/component/ledger')
})

test('the field at the top goes on in the palette, and Enter before an answer leads to the page of results', async () => {
  const page = await site.visit('/catalog')
  await page.locator('#search').click()
  await page.locator('#palette[open]').waitFor()
  await page.route('**/search/palette?query=cart', () => undefined)
  await page.keyboard.type('cart')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/search?query=cart')
})

describe('the page of results', () => {
  test('follows what is typed and ticked, in the address', async () => {
    const page = await site.visit('/search?query=cart')
    await page.locator('#search-text').press('End')
    await page.keyboard.type('-db')
    await page.waitForURL('**/search?query=cart-db')
    await expect.poll(() => page.locator('#search-count').textContent(), soon).toBe('1 result')
    await page.goto('/search?query=cart')
    await page.getByRole('checkbox', { name: /^API / }).check()
    await page.waitForURL('**/search?query=cart&kind=api')
    await expect.poll(() => page.locator('#search-results').textContent(), soon).toContain('Cart API')
    await page.getByRole('link', { name: 'Remove filter Kind: API' }).click()
    await page.waitForURL('**/search?query=cart')
  })

  test('works without a script', async () => {
    const page = await site.visit('/catalog', { script: false })
    await page.locator('#search').fill('ledger')
    await page.locator('#search').press('Enter')
    await page.waitForURL('**/search?query=ledger')
    await page.getByRole('link', { name: /^APIs/ }).click()
    await page.waitForURL('**/search?query=ledger&in=apis')
    expect(await page.locator('.search-title').allTextContents()).toEqual(['Ledger API'])
  })
})

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  test.each([1440, 390])('%i pixels wide, page and palette are accessible and fit', async (width) => {
    for (const path of [
      '/search',
      '/search?query=pay',
      '/search?query=nothing-has-this&kind=api',
      '/search?query=chekout',
    ]) {
      const page = await site.visit(path, { theme, width })
      expect(await violations(page), path).toEqual([])
      expect(await isWide(page), path).toBe(false)
    }
    const page = await site.visit('/catalog', { theme, width })
    await open(page)
    expect(await violations(page)).toEqual([])
    await page.keyboard.type('pay')
    await expect.poll(() => active(page), soon).toBe('Payments')
    expect(await violations(page)).toEqual([])
    expect(await isWide(page)).toBe(false)
  })
})

/** Opens the palette and waits for what it offers. */
async function open(page: Page, keys = '/'): Promise<void> {
  await page.keyboard.press(keys)
  await page.locator('#palette[open] [aria-selected=true]').waitFor()
}

function options(page: Page): Promise<string[]> {
  return page.locator('#search-palette [role=option] > span:first-of-type').allTextContents()
}

/** What the field says is chosen, as long as it is also shown so. */
function active(page: Page): Promise<string | null> {
  return page.evaluate(`(() => {
    const id = document.getElementById('palette-text').getAttribute('aria-activedescendant')
    const option = id && document.getElementById(id)
    return option?.ariaSelected === 'true' ? option.querySelector('span').textContent : null
  })()`)
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe)
  const asked = JSON.stringify({ runOnly: { type: 'tag', values: rules }, resultTypes: ['violations'] })
  return page.evaluate(`axe.run(document, ${asked}).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' ' + target + ' ' + failureSummary)))`)
}

function isWide(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > innerWidth')
}
