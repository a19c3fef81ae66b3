import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { greetingSeam } from '../../platform/greeting.ts'
import { faultsOf } from '../../testing/axe.ts'
import { type PortalInBrowser, portalInBrowser } from '../../testing/browser.ts'
import { password } from './fixtures/signed-in.ts'
import { access } from './index.ts'

let site: PortalInBrowser
beforeEach(async () => {
  site = await portalInBrowser({ plugins: [access()] })
})
afterEach(async () => {
  expect(await site.leave()).toEqual([])
  await site.close()
})

/** Where the link of the first administrator leads. */
async function firstPath(): Promise<string> {
  const lines = await site.portal.portal.services.use(greetingSeam, 'a test')('')
  return /\/sign-in\/first\S+/.exec(lines.join('\n'))?.[0] ?? 'none'
}

async function become(page: Page): Promise<void> {
  for (const [name, value] of Object.entries({ name: 'ada', title: 'Ada Lovelace', password, again: password })) {
    await page.fill(`#access-first-${name}`, value)
  }
  await page.click('#access-first .primary')
  await page.waitForURL(`${site.address}/`)
}

test.each([
  [1440, 'light'],
  [360, 'dark'],
] as const)('from the first link to a token, %i wide and %s', async (width, theme) => {
  const page = await site.visit(await firstPath(), { width, theme })
  expect(await faultsOf(page)).toEqual([])
  await become(page)
  await page.goto(`${site.address}/admin/accounts`)
  await page.fill('#access-account-form-name', 'ben')
  await page.click('#access-account-form .primary')
  const link = await page.innerText('#access-link-text')
  expect(await faultsOf(page)).toEqual([])
  await page.goto(`${site.address}/admin/tokens`)
  await page.fill('#access-token-form-title', 'Backup on the build server')
  await page.click('#access-token-form .primary')
  expect(await page.innerText('#access-token-text')).toMatch(/^cbs_/)
  expect(await faultsOf(page)).toEqual([])
  await page.goto(`${site.address}/settings`)
  await page.click('#access-own-tokens > details > summary')
  expect(await faultsOf(page)).toEqual([])
  await page.fill('#access-token-form-title', 'My laptop')
  await page.click('#access-token-form .primary')
  expect(await page.innerText('#access-token-text')).toMatch(/^cbp_/)
  expect(await faultsOf(page)).toEqual([])
  const ben = await site.visit(new URL(link).pathname + new URL(link).search, { width, theme })
  expect(await faultsOf(ben)).toEqual([])
})

test('without a script the same works', async () => {
  const page = await site.visit(await firstPath(), { script: false })
  await become(page)
  await page.goto(`${site.address}/settings`)
  await page.click('#access-own-tokens > details > summary')
  await page.fill('#access-token-form-title', 'My laptop')
  await page.click('#access-token-form .primary')
  expect(await page.innerText('#access-own-tokens')).toContain('My laptop')
  await page.click('#access-tokens form button')
  expect(await page.innerText('.settings-said')).toBe('The token does not work any more.')
  expect(await page.innerText('#access-tokens')).toContain('Revoked')
})
