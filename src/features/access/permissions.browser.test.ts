import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { greetingSeam } from '../../platform/greeting.ts'
import { faultsOf } from '../../testing/axe.ts'
import { type PortalInBrowser, portalInBrowser } from '../../testing/browser.ts'
import { password } from './fixtures/signed-in.ts'
import { access, allow, deny } from './index.ts'

let site: PortalInBrowser
beforeEach(async () => {
  const rules = [
    deny('catalog.*', {
      to: 'group:default/cart',
      where: {
        any: [{ system: 'vault' }, { not: { label: { 'acme.dev/very-long-label-name-indeed': ['1', '2', '3'] } } }],
      },
      because: 'The vault is for those who keep it.',
    }),
    allow('admin.audit', { to: 'role:auditors' }),
  ]
  const roles = { auditors: ['group:default/platform', 'token:backup'] as const }
  site = await portalInBrowser({ plugins: [access({ rules, roles })] })
})
afterEach(() => site.close())

async function administrator(options: Parameters<PortalInBrowser['visit']>[1]): Promise<Page> {
  const lines = await site.portal.portal.services.use(greetingSeam, 'a test')('')
  const page = await site.visit(/\/sign-in\/first\S+/.exec(lines.join('\n'))?.[0] ?? 'none', options)
  for (const [name, value] of Object.entries({ name: 'ada', title: 'Ada', password, again: password })) {
    await page.fill(`#access-first-${name}`, value)
  }
  await page.click('#access-first .primary')
  await page.waitForURL(`${site.address}/`)
  return page
}

/** Where the tab that is open ends, beyond the right side of the row. */
const beyond = `(() => {
  const row = document.querySelector('#admin-tabs')
  return row.querySelector('[aria-current]').getBoundingClientRect().right - row.getBoundingClientRect().right
})()`

test.each([
  [1440, 'light'],
  [360, 'dark'],
] as const)('why somebody may, asked and answered, %i wide and %s', async (width, theme) => {
  const page = await administrator({ width, theme })
  await page.goto(`${site.address}/admin/permissions`)
  expect(await faultsOf(page)).toEqual([])
  expect(await page.evaluate(beyond)).toBeLessThanOrEqual(1) // Pixels are rounded.
  await page.getByLabel('Who', { exact: true }).fill('user:default/anna')
  await page.getByLabel('Permission', { exact: true }).selectOption('catalog.read')
  await page.getByLabel('Entity').fill('component:default/ledger')
  await page.getByRole('button', { name: 'Explain' }).click()
  await page.waitForURL(/explain\?.*person=user/)
  expect(await page.locator('main').innerText()).toContain('The vault is for those who keep it.')
  expect(await faultsOf(page)).toEqual([])
  await page.getByLabel('Entity').fill('component:default/leger')
  await page.getByRole('button', { name: 'Explain' }).click()
  await page.waitForURL(/leger/)
  expect(await page.locator('main').innerText()).toContain('did you mean component:default/ledger?')
  expect(await faultsOf(page)).toEqual([])
})

test('without a script the filter and the question are forms', async () => {
  const page = await administrator({ script: false })
  await page.goto(`${site.address}/admin/permissions`)
  await page.getByLabel('Text').fill('audit')
  await page.getByRole('button', { name: 'Filter' }).click()
  await page.waitForURL(/q=audit/)
  const list = await page.locator('#access-permissions').innerText()
  expect(list).toContain('role:auditors')
  expect(list).not.toContain('catalog.propose')
})
