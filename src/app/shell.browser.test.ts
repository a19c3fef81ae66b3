import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type PortalInBrowser, portalInBrowser, soon, tabTo } from '../testing/browser.ts'

let site: PortalInBrowser

beforeAll(async () => {
  site = await portalInBrowser()
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(() => site.close())

describe('keyboard', () => {
  test.each(['/', 'Control+k', 'Meta+k'])('%s opens the search from anywhere', async (keys) => {
    const page = await site.visit('/catalog/default/component/cart')
    await page.keyboard.press(keys)
    expect(await focused(page)).toBe('#palette-text')
  })

  test('Escape leaves an empty field and keeps a filled one', async () => {
    const page = await site.visit('/catalog')
    await page.locator('#catalog-text').focus()
    await page.keyboard.type('a/b?')
    expect(await page.locator('#catalog-text').inputValue()).toBe('a/b?')
    expect(await page.locator('dialog[open]').count()).toBe(0)
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Delete')
    await page.keyboard.press('Escape')
    expect(await focused(page)).toBe('body')
  })

  test('g and a letter lead to a place', async () => {
    const page = await site.visit('/catalog/sources')
    await page.keyboard.press('g')
    await page.keyboard.press('c')
    await page.waitForURL('**/catalog')
    await page.keyboard.press('g')
    await page.keyboard.press('h')
    await page.waitForURL(`${site.address}/`)
  })

  test('? lists the keys that work here, and closing it returns to where one was', async () => {
    const page = await site.visit('/catalog')
    await page.locator('#catalog-export > summary').focus()
    await page.keyboard.press('?')
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await dialog.waitFor()
    const lines = await dialog.locator('dt').allTextContents()
    expect(lines).toEqual(['Search', 'Search', 'Home', 'Catalog', 'This list', 'Close'])
    await page.keyboard.press('g')
    await page.keyboard.press('h')
    expect(page.url()).toBe(`${site.address}/catalog`)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    expect(await focused(page)).toBe('summary')
    await page.keyboard.press('?')
    await dialog.getByRole('button', { name: 'Close' }).press('Enter')
    await dialog.waitFor({ state: 'hidden' })
    expect(await focused(page)).toBe('summary')
  })

  test('Escape closes a menu and returns to its button', async () => {
    const page = await site.visit('/catalog')
    const menu = page.locator('#catalog-export')
    await menu.locator('summary').press('Enter')
    await menu.getByRole('link', { name: 'These as CSV' }).focus()
    await page.keyboard.press('Escape')
    expect(await menu.getAttribute('open')).toBe(null)
    expect(await focused(page)).toBe('summary')
  })

  test('the first Tab offers to skip to the content, and the filters are three tabs away', async () => {
    const page = await site.visit('/catalog')
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
    expect(await page.evaluate('document.activeElement.getBoundingClientRect().top >= 0')).toBe(true)
    await page.keyboard.press('Enter')
    expect(await focused(page)).toBe('#main')
    const stops: string[] = []
    for (let count = 0; count < 3; count++) {
      await page.keyboard.press('Tab')
      stops.push(await page.evaluate('document.activeElement.type ?? document.activeElement.localName'))
    }
    expect(stops).toContain('checkbox')
  })

  test('Tab and Enter lead from the home page to an entity and through its tabs', async () => {
    const page = await site.visit('/')
    await tabTo(page, /^19 Components$/)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/catalog?kind=component')
    await page.locator('.skip').press('Enter')
    await tabTo(page, /^cart$/)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/catalog/default/component/cart')
    await tabTo(page, /^Source$/)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/catalog/default/component/cart/source')
    expect(await page.locator('.tabs [aria-current]').textContent()).toBe('Source')
  })

  test.each([
    ['/', 1440],
    ['/catalog', 1440],
    ['/catalog/default/component/checkout', 1440],
    ['/catalog/default/component/cart/source', 1440],
    ['/catalog/sources', 1440],
    ['/catalog', 390],
    ['/catalog/default/component/checkout', 390],
  ])('on %s at %i pixels focus is always seen, and nothing hides it', async (path, width) => {
    const page = await site.visit(path, { width, height: 800 })
    const stops: { text: string; outline: boolean; hidden: boolean }[] = []
    for (let at = await step(page); !at.isOut && stops.length < 150; at = await step(page)) stops.push(at.stop)
    expect(stops.length).toBeGreaterThan(8)
    expect(stops.length).toBeLessThan(150)
    expect(stops.filter(({ outline, hidden }) => !outline || hidden)).toEqual([])
  })
})

describe('theme', () => {
  const ground = 'getComputedStyle(document.body).backgroundColor'

  test('follows the system until one is chosen', async () => {
    const page = await site.visit('/')
    const light = await page.evaluate(ground)
    await page.emulateMedia({ colorScheme: 'dark' })
    const dark = await page.evaluate(ground)
    expect(dark).not.toBe(light)
    expect(await page.locator('html').getAttribute('data-theme')).toBe('auto')
  })

  test.each([
    ['Dark', 'light'],
    ['Light', 'dark'],
  ] as const)('%s is kept although the system prefers %s, from the first byte on', async (name, system) => {
    const other = await site.visit('/', { theme: name === 'Dark' ? 'dark' : 'light' })
    const wanted = await other.evaluate(ground)
    const page = await site.visit('/catalog?q=cart', { theme: system })
    expect(await page.evaluate(ground)).not.toBe(wanted)
    await page.locator('.top-end summary').click()
    const button = page.getByRole('button', { name, exact: true })
    await button.click()
    expect(await button.getAttribute('aria-pressed')).toBe('true')
    expect(await page.evaluate(ground)).toBe(wanted)
    expect(page.url()).toBe(`${site.address}/catalog?q=cart`)
    const answer = await page.reload()
    expect(await answer?.text()).toContain(`data-theme="${name.toLowerCase()}"`)
    expect(await page.evaluate(ground)).toBe(wanted)
    await page.locator('.top-end summary').click()
    await page.getByRole('button', { name: 'Auto', exact: true }).click()
    expect(await page.evaluate(ground)).not.toBe(wanted)
  })
})

test('the navigation folds, is remembered folded, and unfolds', async () => {
  const page = await site.visit('/catalog')
  const width = async () => (await page.locator('.rail').boundingBox())?.width
  expect(await width()).toBe(216)
  const fold = page.locator('[data-rail-switch]')
  await fold.click()
  await expect.poll(width, soon).toBe(56)
  const answer = await page.reload()
  expect(await answer?.text()).toContain('data-rail="narrow"')
  expect(await width()).toBe(56)
  expect(await page.locator('.rail a[aria-current]').getAttribute('title')).toBe('Catalog')
  await fold.click()
  await expect.poll(width, soon).toBe(216)
  await fold.click()
  await expect.poll(width, soon).toBe(56)
  await fold.click()
  await expect.poll(width, soon).toBe(216)
  await page.reload()
  expect(await width()).toBe(216)
})

test('on a phone the navigation stands at the bottom, and the rest of it opens', async () => {
  const page = await site.visit('/', { width: 390, height: 844 })
  const rail = await page.locator('.rail').boundingBox()
  expect((rail?.y ?? 0) + (rail?.height ?? 0)).toBe(844)
  const sources = page.locator('.rail').getByRole('link', { name: 'Sources' })
  expect(await sources.isVisible()).toBe(false)
  await page.getByRole('button', { name: 'More' }).click()
  await sources.click()
  await page.waitForURL('**/catalog/sources')
})

/** `#id` of the element that has the focus, or its name. */
function focused(page: Page): Promise<string> {
  return page.evaluate(`(({ id, localName }) => id ? '#' + id : localName)(document.activeElement)`)
}

/** One Tab further: whether the element shows that it has the focus, and whether something lies over it. */
async function step(
  page: Page,
): Promise<{ isOut: boolean; stop: { text: string; outline: boolean; hidden: boolean } }> {
  await page.keyboard.press('Tab')
  return page.evaluate(`(() => {
    const at = document.activeElement
    const { outlineStyle, outlineWidth } = getComputedStyle(at)
    const box = at.getClientRects()[0] ?? at.getBoundingClientRect()
    const over = document.elementFromPoint(box.x + Math.min(box.width, 40) / 2, box.y + box.height / 2)
    const isOut = at === document.body || at.dataset.seen === 'yes'
    at.dataset.seen = 'yes'
    return { isOut, stop: {
      text: (at.id || at.textContent.trim() || at.localName).slice(0, 40),
      outline: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1,
      hidden: !(over && (at.contains(over) || over.contains(at))) } }
  })()`)
}
