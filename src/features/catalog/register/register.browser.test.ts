import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type PortalInBrowser, portalInBrowser, soon } from '../../../testing/browser.ts'
import { testRepository } from '../../../testing/git-repository.ts'
import { entity } from '../fixtures/shop.ts'
import { createStage, host, type Stage } from './fixtures/stage.ts'

let stage: Stage
let site: PortalInBrowser

beforeAll(async () => {
  stage = await createStage()
  for (const name of ['shop', 'plain']) {
    testRepository(`${stage.base}/git/shop/${name}.git`).commit({
      'catalog-info.yaml': `${entity({ name: `${name}-one` })}---\n${entity({ name: 'bro ken' })}`,
      'b/catalog-info.yaml': entity({ name: `${name}-two` }),
    })
  }
  site = await portalInBrowser({
    outbound: { allowHttp: [host], allowPrivate: [host] },
    network: { resolver: async (name) => (name === host ? ['127.0.0.1'] : []) },
    forges: [{ host: stage.site.slice('http://'.length), type: 'gitea' }],
  })
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(async () => {
  await site.close()
  await stage.close()
})

test.each([
  ['shop', true],
  ['plain', false],
])('from the catalog: paste, review, confirm, see it, remove it (%s, scripts: %s)', async (name, script) => {
  const page = await site.visit('/catalog', { script })
  await page.getByRole('link', { name: 'Register' }).click()
  await page.getByLabel('Address of a file, a folder or a repository').fill('ext::sh -c x')
  await page.getByRole('button', { name: 'Look at it' }).click()
  expect(await page.getByRole('alert').textContent()).toContain('is refused')
  await page.getByLabel('Address of a file, a folder or a repository').fill(`${stage.site}/shop/${name}`)
  await page.getByRole('button', { name: 'Look at it' }).click()
  await page.waitForURL('**/catalog-import/reviews/*')
  // Without scripts it is asked for by hand.
  const review = page.locator('#catalog-finding')
  await expect
    .poll(async () => {
      const wait = page.getByRole('link', { name: 'See whether it is done' })
      if (!script && (await wait.count()) > 0) await wait.click()
      return review.count()
    }, soon)
    .toBe(1)
  expect(await review.textContent()).toMatch(/2 files: 2 added, 1 not usable/)
  expect(await review.textContent()).toContain('bro ken')
  await page.getByRole('button', { name: 'Register' }).click()
  await page.waitForURL('**/catalog-import/locations/*')
  await expect
    .poll(async () => {
      if (!script) await page.reload()
      return page.locator('#catalog-registered').textContent()
    }, soon)
    .toContain(`component:default/${name}-two`)
  await page.getByRole('link', { name: 'Remove' }).click()
  expect(await page.locator('main').textContent()).toContain('2 entities go: nothing else defines them.')
  await page.getByRole('button', { name: 'Remove it' }).click()
  await expect
    .poll(async () => {
      if (!script) await page.reload()
      return page.locator('#catalog-registrations').textContent()
    }, soon)
    .toContain('Nothing is registered yet')
})

test('every step fits every width', async () => {
  const page = await site.visit('/catalog-import')
  await page.getByLabel('Address of a file, a folder or a repository').fill(`${stage.site}/shop/shop`)
  await page.getByRole('button', { name: 'Look at it' }).click()
  await page.locator('#catalog-finding').waitFor(soon)
  for (const width of [1440, 768, 360]) {
    await page.setViewportSize({ width, height: 844 })
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect([width, overflow]).toEqual([width, 0])
  }
})
