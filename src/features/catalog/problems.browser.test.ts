import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type PortalInBrowser, portalInBrowser, soon } from '../../testing/browser.ts'

let site: PortalInBrowser
beforeAll(async () => {
  const copy = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: cart
spec: { type: service, lifecycle: production, owner: cart }
`
  site = await portalInBrowser({ files: { 'copies/catalog-info.yaml': copy } })
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(() => site.close())

const row = 'tr:has-text("No group is called paymnets")'

test('the lines of a problem are loaded where somebody looks, once, and hold a patch that can be copied', async () => {
  const page = await site.visit('/catalog/problems')
  const asked: string[] = []
  page.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (!pathname.startsWith('/assets/')) asked.push(pathname)
  })
  const title = await page.title()
  await page.locator(`${row} .show-lines > summary`).click()
  await expect.poll(() => page.locator(`${row} .problem-lines pre`).first().textContent(), soon).toContain('paymnets')
  const patch = page.locator(`${row} .patch`)
  await patch.locator('summary').click()
  expect(await patch.locator('button').isVisible()).toBe(true)
  await page.locator(`${row} .show-lines > summary`).click()
  await page.locator(`${row} .show-lines > summary`).click()
  expect(await page.locator(`${row} .problem-lines`).isVisible()).toBe(true)
  expect(asked).toEqual([expect.stringMatching(/^\/catalog\/problem-lines\//)])
  expect(await page.title()).toBe(title)
})

test('without a script a link leads to the same lines, and no button promises to copy', async () => {
  const page = await site.visit('/catalog/problems', { script: false })
  await page.locator(`${row} .show-lines > summary`).click()
  await page.locator(`${row} .show-lines a`).click()
  expect(await page.locator('#catalog-problem .problem-lines').innerText()).toContain('paymnets')
  await page.locator('.patch summary').click()
  expect(await page.locator('.patch pre').isVisible()).toBe(true)
  expect(await page.locator('.patch button').isVisible()).toBe(false)
})

test('a definition that does not hold, a problem and what it means fit every width', async () => {
  const page = await site.visit('/catalog/default/component/cart')
  await page.getByText('Look at the definition that does not hold').click()
  await page.locator('#catalog-definition').waitFor()
  const definition = new URL(page.url())
  await page.goto(`${site.address}/catalog/problems`)
  const problem = await page.locator('.show-lines a').first().getAttribute('href')
  for (const path of [`${definition.pathname}${definition.search}`, `${problem}`, '/catalog/problems/codes#bad-name']) {
    for (const width of [1440, 768, 360]) {
      await page.setViewportSize({ width, height: 844 })
      await page.goto(`${site.address}${path}`)
      const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      expect({ path, width, wide }).toEqual({ path, width, wide: 0 })
    }
  }
  expect(await page.locator('#bad-name').isVisible()).toBe(true)
})
