import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../api/env.ts'
import { type FakeForge, fakeForge } from '../../platform/source/forges/proposals/fixtures/fake-forge.ts'
import { type PortalInBrowser, portalInBrowser, soon } from '../../testing/browser.ts'
import { catalog } from './index.ts'
import { writeCheckouts } from './infer/fixtures/checkouts.ts'
import { checkoutsProvider } from './providers/checkouts.ts'

const page = '/catalog/default/component/shop'
const anna = ['Anna Berg', 'anna@acme.test'] as const
const bo = ['Bo Lind', 'bo@acme.test'] as const
const token = new Secret('FORGE_TOKEN', 'tk')

let root: string
let forge: FakeForge
let site: PortalInBrowser
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'callboard-proposing-'))
  forge = await fakeForge('gitea', token.reveal())
  const { host, apiUrl, cloneUrl } = forge
  const files = { 'package.json': '{"name":"shop"}', CODEOWNERS: '* @acme/payments\n', 'a.md': 'a', 'b.md': 'b' }
  writeCheckouts(root, { shop: { origin: cloneUrl, authors: [anna, bo, anna], files } })
  site = await portalInBrowser({
    plugins: [catalog({ providers: [checkoutsProvider({ from: [root] })] })],
    forges: [{ host, type: 'gitea', apiUrl, token }],
    outbound: { allowHttp: [host], allowPrivate: [host] },
    now: () => new Date('2026-11-21T10:00:00Z'),
  })
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(async () => {
  await site.close()
  await forge.close()
  rmSync(root, { recursive: true, force: true })
})

test('who works on it appears by itself, and is there at once the next time', async () => {
  const visit = await site.visit(page)
  const people = visit.locator('#catalog-contributors')
  await expect.poll(() => people.textContent(), soon).toContain('3 commits in the last year')
  expect(await people.locator('li').allTextContents()).toEqual([
    expect.stringMatching(/Anna Berg\s*2 commits/),
    expect.stringMatching(/Bo Lind\s*1 commit,/),
  ])
  const later = await site.visit(page, { script: false })
  expect(await later.locator('#catalog-contributors').textContent()).toContain('Bo Lind')
})

test('the file is corrected and proposed, without a script', async () => {
  const visit = await site.visit(`${page}/write`, { script: false })
  const text = visit.getByLabel('The file', { exact: true })
  const written = await text.inputValue()
  await text.fill(written.replace('kind: Component', 'kind: Komponent'))
  await visit.getByRole('button', { name: 'Open a pull request' }).click()
  expect(await visit.locator('#catalog-written').textContent()).toContain('Did you mean Component?')
  expect(await text.inputValue()).toContain('kind: Komponent')
  await text.fill(`${written}# corrected\n`)
  await visit.getByRole('button', { name: 'Open a pull request' }).click()
  await visit.waitForURL(/\/write$/)
  expect(await visit.getByRole('link', { name: 'pull request #1' }).getAttribute('href')).toBe(
    `${forge.origin}/acme/shop/pulls/1`,
  )
  const branch = forge.repository.branches.get('callboard/catalog-info-shop')
  expect(branch?.files.get('catalog-info.yaml')).toBe(`${written}# corrected\n`)
})
