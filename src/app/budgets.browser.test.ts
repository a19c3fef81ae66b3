import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type PortalInBrowser, portalInBrowser } from '../testing/browser.ts'

const kilobyte = 1024
const shifts = `window.shifts = []
new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map(({ value, sources }) =>
  value.toFixed(4) + ' ' + sources.map(({ node }) => node?.outerHTML?.slice(0, 80)).join(' '))))
  .observe({ type: 'layout-shift', buffered: true })`

interface Transfer {
  type: string
  url: string
  bytes: number
}

let site: PortalInBrowser

beforeAll(async () => {
  site = await portalInBrowser()
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(() => site.close())

describe.each([
  ['home', '/', '/catalog'],
  ['list', '/catalog', '/catalog/default/component/checkout'],
  ['list of every kind', '/catalog?kind=all', '/catalog/default/component/cart/source'],
  ['entity', '/catalog/default/component/cart', '/catalog?kind=all'],
  ['search', '/search?query=order', '/search?query=cart'],
])('%s', (_, path, next) => {
  test('is small on a first visit and smaller on the next page', async () => {
    const page = await site.visit('about:blank')
    const transfers = await record(page)
    await page.goto(path, { waitUntil: 'networkidle' })
    const first = transfers.splice(0)
    const script = first.filter(({ type }) => type === 'Script')
    expect(script).toHaveLength(1)
    expect(first.length).toBeLessThanOrEqual(8)
    expect(sum(first)).toBeLessThanOrEqual(60 * kilobyte)
    expect(sum(script)).toBeLessThanOrEqual(20 * kilobyte)
    await page.goto(next, { waitUntil: 'networkidle' })
    expect(transfers.map(({ type }) => type)).toContain('Document')
    expect(sum(transfers)).toBeLessThanOrEqual(15 * kilobyte)
  })

  test.each([1440, 390])('does not move on a slow machine, %i pixels wide', async (width) => {
    const page = await site.visit('about:blank', { width })
    await page.addInitScript(shifts)
    // Slow enough to paint the page before all of it is parsed.
    const session = await page.context().newCDPSession(page)
    await session.send('Emulation.setCPUThrottlingRate', { rate: 6 })
    await page.goto(path, { waitUntil: 'networkidle' })
    expect(await moved(page)).toEqual([])
  })
})

test('scripts and styles keep to their budget where a client takes gzip only', async () => {
  const page = await site.visit('/catalog')
  const urls: string[] = await page.evaluate(
    '[...document.querySelectorAll("script[src],link[rel=stylesheet]")].map((one) => one.src || one.href)',
  )
  const sizes = await Promise.all(
    urls.map(async (url) => {
      const answer = await fetch(url, { headers: { 'accept-encoding': 'gzip' } })
      expect(answer.headers.get('content-encoding')).toBe('gzip')
      return { url, bytes: Number(answer.headers.get('content-length')) }
    }),
  )
  const script = sizes.filter(({ url }) => url.endsWith('.js'))
  expect(sum(script)).toBeGreaterThan(0)
  expect(sum(script)).toBeLessThanOrEqual(20 * kilobyte)
})

/** What comes over the wire from now on, headers included. */
async function record(page: Page): Promise<Transfer[]> {
  const session = await page.context().newCDPSession(page)
  const asked = new Map<string, Omit<Transfer, 'bytes'>>()
  const transfers: Transfer[] = []
  session.on('Network.responseReceived', ({ requestId, type, response }) => {
    if (!response.fromDiskCache) asked.set(requestId, { type, url: response.url })
  })
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const one = asked.get(requestId)
    if (one) transfers.push({ ...one, bytes: encodedDataLength })
  })
  await session.send('Network.enable')
  return transfers
}

/** What moved by itself, and by how much, until the next frame. */
async function moved(page: Page): Promise<string[]> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
  return page.evaluate('shifts')
}

function sum(transfers: readonly { bytes: number }[]): number {
  return transfers.reduce((total, { bytes }) => total + bytes, 0)
}
