import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { focusedName, type PortalInBrowser, portalInBrowser, soon, tabTo } from '../../testing/browser.ts'
import { graph } from './index.ts'

let site: PortalInBrowser
beforeAll(async () => {
  site = await portalInBrowser({ watch: false, plugins: [graph({ timeout: '60s' })] })
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(() => site.close())

const cart = '/catalog-graph?rootEntityRefs[]=component:default/cart'

test('the keyboard leads from an entity to its graph, from node to node, and to the next entity', async () => {
  const page = await site.visit('/catalog/default/component/cart')
  await tabTo(page, /^Open the graph$/)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/catalog-graph/)
  await tabTo(page, /^checkout: /)
  const before = await middleOf(page)
  await page.keyboard.press('ArrowRight')
  const after = await middleOf(page)
  expect(after.x).toBeGreaterThan(before.x)
  await page.keyboard.press('ArrowLeft')
  expect((await middleOf(page)).x).toBeLessThan(after.x)
  expect(await page.locator('svg.graph.traced .graph-lines path.near').count()).toBeGreaterThan(0)
  const name = (await focusedName(page)).split(':')[0] ?? ''
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/catalog\/default\//)
  expect(await page.locator('h1').innerText()).toContain(name)
})

const middleOf = (page: Page) =>
  page.evaluate(`(() => {
    const { x, y, width, height } = document.activeElement.getBoundingClientRect()
    return { x: x + width / 2, y: y + height / 2 }
  })()`) as Promise<{ x: number; y: number }>

test('a choice redraws at once, stands in the address, and the way back undoes it', async () => {
  const page = await site.visit(`${cart}&maxDepth=1`)
  const nodes = page.locator('#graph-drawing .graph-node')
  const few = await nodes.count()
  await page.locator('#graph-maxdepth').selectOption('2')
  await expect.poll(() => nodes.count(), soon).toBeGreaterThan(few)
  expect(new URL(page.url()).search).toBe('?rootEntityRefs[]=component:default/cart')
  await page.goBack()
  await expect.poll(() => nodes.count(), soon).toBe(few)
})

test('without a script the form asks by a button', async () => {
  const page = await site.visit(`${cart}&maxDepth=1`, { script: false })
  await page.locator('#graph-kind-api').check()
  await page.getByRole('button', { name: 'Show' }).click()
  const names = await page.evaluate(
    `[...document.querySelectorAll('#graph-drawing .graph-node')].map((node) => node.querySelector('title').textContent)`,
  )
  expect(names).toEqual(expect.arrayContaining([expect.stringMatching(/^Cart API: /)]))
  expect(names).not.toEqual(expect.arrayContaining([expect.stringMatching(/^kafka-toolkit: /)]))
  await page.locator('#graph-list > summary').click()
  expect(await page.locator('#graph-list tbody tr').first().isVisible()).toBe(true)
})

test.each(['light', 'dark'] as const)('every name fits into its box, %s', async (theme) => {
  const page = await site.visit(cart, { theme })
  const over = await page.evaluate(`[...document.querySelectorAll('.graph-node')].flatMap((node) => {
    const { right } = node.querySelector('rect').getBoundingClientRect()
    return [...node.querySelectorAll('text')].filter((text) => text.getBoundingClientRect().right > right - 4)
      .map((text) => text.textContent)
  })`)
  expect(over).toEqual([])
  await page.goto(`${site.address}/catalog/default/component/cart`)
  expect(await page.locator('#graph-drawing .graph-node').count()).toBeGreaterThan(5)
})

test('on a phone the picture scrolls, the page does not, and it begins where the graph does', async () => {
  const page = await site.visit(cart, { width: 390, height: 844 })
  const seen = (await page.evaluate(`(() => {
    const frame = document.querySelector('.graph-frame'), root = document.querySelector('.graph-node.root')
    const [outer, inner] = [frame.getBoundingClientRect(), root.getBoundingClientRect()]
    return {
      page: document.documentElement.scrollWidth - innerWidth,
      frame: frame.scrollWidth - frame.clientWidth,
      inside: inner.left >= outer.left && inner.right <= outer.right,
    }
  })()`)) as { page: number; frame: number; inside: boolean }
  expect(seen.page).toBe(0)
  expect(seen.frame).toBeGreaterThan(300)
  expect(seen.inside).toBe(true)
  await page.getByRole('link', { name: 'Fit' }).click()
  await page.waitForURL(/size=fit/)
  expect(
    await page.evaluate(
      "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('.graph-frame'))",
    ),
  ).toBe(0)
})
