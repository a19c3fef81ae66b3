import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type PortalInBrowser, portalInBrowser, soon } from '../../testing/browser.ts'

let site: PortalInBrowser

beforeAll(async () => {
  site = await portalInBrowser()
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(() => site.close())

const file = 'cart/catalog-info.yaml'

test('a mistake in a saved file shows with line, caret and what was meant, and goes when mended', async ({
  annotate,
}) => {
  const page = await site.visit('/catalog/default/component/cart')
  await listening(1)
  const good = readFileSync(join(site.portal.folder, file), 'utf8')
  const owner = /^ {2}owner: (\S+)$/m.exec(good)?.[1] ?? ''
  const wrong = `${owner.slice(0, -1)}${owner.endsWith('x') ? 'y' : 'x'}`
  const line = good.slice(0, good.indexOf(`owner: ${owner}`)).split('\n').length
  const note = page.locator('#main .note', { hasText: wrong })

  const saved = Date.now()
  site.portal.write(file, good.replace(`owner: ${owner}`, `owner: ${wrong}`))
  await note.waitFor(soon)
  await annotate(`the mistake was on the page after ${Date.now() - saved} ms`)
  const text = (await note.textContent()) ?? ''
  expect(text).toContain(`catalog-info.yaml:${line}`)
  expect(text).toContain(`owner: ${wrong}`)
  expect(text).toContain('^'.repeat(wrong.length))
  expect(text).toContain('Did you mean')
  expect(text).toContain(owner)

  const mended = Date.now()
  site.portal.write(file, good)
  await note.waitFor({ ...soon, state: 'detached' })
  await annotate(`and gone ${Date.now() - mended} ms after it was mended`)
  expect(await page.locator('.entity-head').textContent()).not.toContain(wrong)
})

/** Waits until so many pages listen. */
async function listening(count: number): Promise<void> {
  await expect.poll(open, soon).toBe(count)
}

async function open(): Promise<number> {
  const metrics = await site.portal.portal.metrics.getMetricsAsJSON()
  return metrics.find(({ name }) => name === 'callboard_live_pages')?.values[0]?.value ?? 0
}
