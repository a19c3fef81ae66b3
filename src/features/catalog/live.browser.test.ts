import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type PortalInBrowser, portalInBrowser, soon } from '../../testing/browser.ts'
import { type TestPortal, testPortal } from '../../testing/index.ts'

let site: PortalInBrowser
let good: string

beforeAll(async () => {
  site = await portalInBrowser()
  good = readFileSync(join(site.portal.folder, file), 'utf8')
})
afterEach(async () => {
  expect(await site.leave()).toEqual([])
  await listening(0)
  site.portal.write(file, good)
  await site.portal.crawl()
})
afterAll(() => site.close())

const file = 'cart/catalog-info.yaml'
const described = (text: string) => good.replace(/description: .*/, `description: ${text}`)

test('a mistake in a saved file shows with line, caret and what was meant, and goes when mended', async ({
  annotate,
}) => {
  const page = await site.visit('/catalog/default/component/cart')
  await listening(1)
  const owner = /^ {2}owner: (\S+)$/m.exec(good)?.[1] ?? ''
  const wrong = `${owner.slice(0, -1)}${owner.endsWith('x') ? 'y' : 'x'}`
  const line = good.slice(0, good.indexOf(`owner: ${owner}`)).split('\n').length
  const problems = await problemCount(page)

  const saved = Date.now()
  site.portal.write(file, good.replace(`owner: ${owner}`, `owner: ${wrong}`))
  await seen(page, `No group is called ${wrong}`)
  await annotate(`the mistake was on the page ${Date.now() - saved} ms after the file was saved`)
  const text = (await page.locator('#main .note', { hasText: wrong }).textContent()) ?? ''
  expect(text).toContain(`catalog-info.yaml:${line}`)
  expect(text).toContain(`owner: ${wrong}`)
  expect(text).toContain('^'.repeat(wrong.length))
  expect(text).toMatch(new RegExp(`Did you mean .*${owner}`))
  // The rest of the page follows its main part.
  await expect.poll(() => problemCount(page), often).toBe(problems + 1)

  const mended = Date.now()
  site.portal.write(file, good)
  await gone(page, wrong)
  await annotate(`and gone ${Date.now() - mended} ms after it was mended`)
  await expect.poll(() => problemCount(page), often).toBe(problems)
  await expect.poll(() => page.locator('#live').textContent(), soon).toBe('This page has been updated.')
})

test('every open window follows, each what it shows', async () => {
  const cart = await site.visit('/catalog/default/component/cart')
  const list = await site.visit('/catalog')
  const problems = await site.visit('/catalog/problems')
  const home = await site.visit('/')
  const other = await site.visit('/catalog/default/component/cart/source')
  await listening(5)
  site.portal.write(file, described('Followed by all.').replace(/^ {2}owner: .*/m, '  owner: nobody-of-this-name'))
  await Promise.all([
    seen(cart, 'Followed by all.'),
    seen(list, 'Followed by all.'),
    seen(problems, 'No group is called nobody-of-this-name'),
    seen(home, 'owner changed'),
    seen(other, 'Followed by all.'),
  ])
})

describe('the list', () => {
  test('keeps focus, caret, what is being typed or ticked, what is open and where one is', async () => {
    const page = await site.visit('/catalog', { height: 500 })
    await listening(1)
    const before = await page.evaluate('history.length')
    await page.locator('#catalog-export > summary').click()
    await page.locator('#catalog-text').focus()
    // Typed and ticked, and not sent yet.
    await page.evaluate(`(() => {
      document.querySelector('#catalog-filters input[type=checkbox]:not([checked])').checked = true
      const field = document.activeElement
      field.value = 'half a wo'
      field.setSelectionRange(2, 5)
      scrollTo(0, 120)
    })()`)
    site.portal.write(file, described('Morphed around a reader.'))
    await seen(page, 'Morphed around a reader.')
    const state = await page.evaluate(`(() => {
      const { id, value, selectionStart, selectionEnd } = document.activeElement
      return { id, value, from: selectionStart, to: selectionEnd, scroll: scrollY, length: history.length,
        open: document.getElementById('catalog-export').open,
        ticked: document.querySelector('#catalog-filters input[type=checkbox]:not([checked])').checked }
    })()`)
    expect(state).toEqual({
      ...{ id: 'catalog-text', value: 'half a wo', from: 2, to: 5, scroll: 120, length: before, open: true },
      ticked: true,
    })
  })

  test('follows with the filter that the reader has chosen since', async () => {
    const page = await site.visit('/catalog')
    await listening(1)
    await page.locator('#catalog-text').pressSequentially('cart')
    await page.waitForURL('**/catalog?q=cart')
    await expect.poll(() => page.locator('#catalog-list tbody tr').count(), soon).toBeLessThan(5)
    const rows = await page.locator('#catalog-list tbody tr').count()
    site.portal.write(file, described('Still filtered.'))
    await seen(page, 'Still filtered.')
    expect(page.url()).toBe(`${site.address}/catalog?q=cart`)
    expect(await page.locator('#catalog-list tbody tr').count()).toBe(rows)
    expect(await page.evaluate('document.activeElement.id')).toBe('catalog-text')
    await page.goBack()
    await expect.poll(() => page.url(), soon).toBe(`${site.address}/catalog`)
    // The address comes first, then the page: a browser that is closed in between may never say that it is.
    await expect.poll(() => page.locator('#catalog-list tbody tr').count(), soon).toBeGreaterThan(rows)
  })
})

test('a page that is hidden lets go of its stream, and is right as soon as it is shown', async () => {
  const page = await site.visit('/catalog/default/component/cart')
  await listening(1)
  await hide(page, true)
  await listening(0)
  site.portal.write(file, described('Changed behind the back.'))
  await expect
    .poll(async () => (await site.portal.get('/catalog/default/component/cart')).text, soon)
    .toContain('Changed behind the back.')
  expect(await page.locator('#main').textContent()).not.toContain('Changed behind the back.')
  await hide(page, false)
  await seen(page, 'Changed behind the back.')
})

test('what is no longer there says so, and is back when its file is', async () => {
  site.portal.write('later/catalog-info.yaml', good.replace('name: cart', 'name: later'))
  await site.portal.crawl()
  const page = await site.visit('/catalog/default/component/latter')
  await listening(1)
  expect(await page.locator('#catalog-missing').count()).toBe(1)
  site.portal.write('later/catalog-info.yaml', good.replace('name: cart', 'name: latter'))
  await page.locator('.entity-head').waitFor(soon)
  await expect.poll(() => page.title(), often).toMatch(/^latter/)
  site.portal.remove('later/catalog-info.yaml')
})

test('a page that shows nothing of what changed does not ask', async () => {
  const page = await site.visit('/catalog/default/component/design-kit')
  const list = await site.visit('/catalog')
  await listening(2)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  site.portal.write(file, described('Far from the design kit.'))
  await seen(list, 'Far from the design kit.')
  expect(asked).toEqual([])
})

test('a portal that starts again is followed again', async () => {
  const files = { 'cart/catalog-info.yaml': good }
  const first = await testPortal({ files })
  const address = await first.portal.server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = first.portal.server.server.address() as AddressInfo
  const page = await site.visit('about:blank')
  await page.goto(`${address}/catalog/default/component/cart`)
  await listening(1, first)
  await first.close()
  const second = await testPortal({ files: { 'cart/catalog-info.yaml': described('Of another start.') } })
  try {
    await second.portal.server.listen({ host: '127.0.0.1', port })
    await seen(page, 'Of another start.')
    await listening(1, second)
    second.write('cart/catalog-info.yaml', described('And followed.'))
    await second.crawl()
    await seen(page, 'And followed.')
  } finally {
    // That it was away, or about to be, is what the browser may complain of.
    const faults = await site.leave()
    await second.close()
    const isAway =
      /ERR_(CONNECTION_(REFUSED|RESET|CLOSED|ABORTED)|SOCKET_NOT_CONNECTED|INCOMPLETE_CHUNKED|EMPTY_RESPONSE)|status of 503/
    expect(faults.filter((fault) => !isAway.test(fault))).toEqual([])
  }
})

/** Waits until so many pages listen. */
async function listening(count: number, portal = site.portal): Promise<void> {
  await expect.poll(() => open(portal), soon).toBe(count)
}

async function open({ portal }: TestPortal): Promise<number> {
  const metrics = await portal.metrics.getMetricsAsJSON()
  return metrics.find(({ name }) => name === 'callboard_live_pages')?.values[0]?.value ?? 0
}

/** Looks so often that times are worth being told. */
const often = { ...soon, interval: 10 }

async function problemCount(page: Page): Promise<number> {
  return Number(await page.locator('.rail [href="/catalog/problems"] .count').textContent())
}

async function seen(page: Page, text: string): Promise<void> {
  await expect.poll(() => page.locator('#main').textContent(), often).toContain(text)
}

async function gone(page: Page, text: string): Promise<void> {
  await expect.poll(() => page.locator('#main').textContent(), often).not.toContain(text)
}

/** Headless pages are never hidden by themselves. */
async function hide(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate(`(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: ${hidden} })
    document.dispatchEvent(new Event('visibilitychange'))
  })()`)
}
