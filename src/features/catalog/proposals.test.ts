import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ForgeConfig, ForgeType } from '../../api/config.ts'
import { Secret } from '../../api/env.ts'
import { type FakeForge, fakeForge } from '../../platform/source/forges/proposals/fixtures/fake-forge.ts'
import { linksOf, type Person, type TestPortal, testPortal } from '../../testing/index.ts'
import { catalog } from './index.ts'
import { writeCheckouts } from './infer/fixtures/checkouts.ts'
import { checkoutsProvider } from './providers/checkouts.ts'

// The file of an inferred entity, from its page into its repository on a forge.

const token = new Secret('FORGE_TOKEN', 'tk-81f0c2')
const anna = ['Anna', 'anna@example.com'] as const
const openapi = 'openapi: 3.1.0\ninfo: { title: Shop API, version: 3.2.0 }\npaths: {}\n'

let root: string
let forge: FakeForge
let portal: TestPortal

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'callboard-proposals-'))
})
afterEach(async () => {
  await portal.close()
  await forge.close()
  await rm(root, { recursive: true, force: true })
})

interface Setting {
  type?: ForgeType
  /** None: the host is not in the configuration. */
  forges?: ForgeConfig[]
  origin?: string
}

async function start({ type = 'github', forges, origin }: Setting = {}): Promise<void> {
  forge = await fakeForge(type, token.reveal())
  const { host, apiUrl } = forge
  writeCheckouts(root, {
    shop: {
      origin: origin ?? forge.cloneUrl.replace('//', '//someone:s3cret@'),
      authors: [anna],
      files: {
        'package.json': '{"name":"shop","version":"1.0.0","description":"Sells <things> & more"}',
        CODEOWNERS: '* @acme/payments\n',
        'openapi.yaml': openapi,
      },
    },
    stock: { authors: [anna], files: { 'package.json': '{"name":"stock"}', CODEOWNERS: '* @acme/payments\n' } },
  })
  portal = await testPortal({
    plugins: [catalog({ providers: [checkoutsProvider({ from: [root] })] })],
    forges: forges ?? [{ host, type, apiUrl, token }],
    outbound: { allowHttp: [host], allowPrivate: [host] },
    access: true,
  })
}

const page = '/catalog/default/component/shop'
const branch = 'callboard/catalog-info-shop'
const tab = async (as: Person = 'anna') => (await portal.get(`${page}/write`, { as })).region('catalog-written')
/** What a browser would send again. */
function textIn(html: string): string {
  const signs: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' }
  const inner = /<textarea[^>]*>\n([\s\S]*?)<\/textarea>/.exec(html)?.[1] ?? ''
  return inner.replace(/&(lt|gt|quot|#39|amp);/g, (sign) => signs[sign] ?? '')
}
const look = async (as: Person = 'anna') => portal.get(`${page}/proposal`, { as })
const post = (text: string, as: Person = 'anna', at = page) => portal.post(`${at}/proposal`, { text }, { as })
const lines = async () => (await portal.audit()).filter(({ action }) => action === 'catalog.propose')
const proposed = () => forge.repository.branches.get(branch)?.files.get('catalog-info.yaml')
const mended = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: shop }
spec: { type: service, lifecycle: production, owner: payments }
`

describe.each(['github', 'gitlab', 'gitea', 'bitbucket', 'azure-devops'] as const)('on %s', (type) => {
  test('the file is proposed as it is, and the page leads to it', async () => {
    await start({ type })
    const before = await tab()
    expect(before.text).toContain(`propose it to acme/${type === 'azure-devops' ? 'Store/' : ''}shop on ${forge.host}`)
    const text = textIn(before.html)
    expect(text).toMatch(
      /^# Inferred by Callboard[\s\S]*kind: Component\n[\s\S]*description: "Sells <things> & more" #/,
    )
    expect(text).not.toContain('callboard.dev/inferred')
    // The page asks nobody.
    expect(forge.requests).toEqual([])
    const answer = await post(text.replaceAll('\n', '\r\n'))
    expect([answer.status, answer.headers.location]).toEqual([303, `${page}/write`])
    expect(proposed()).toBe(text)
    const [proposal] = forge.repository.proposals
    expect(proposal).toMatchObject({ branch, into: 'main', title: 'Add catalog-info.yaml' })
    expect(proposal?.body).toMatch(/^This file describes shop .*Proposed by Anna Owner/s)
    const asked = forge.requests.length
    const { html } = await tab()
    const noun = type === 'gitlab' ? /^merge request !1$/ : /^pull request [#!]1$/
    const href = linksOf(html).find(({ text }) => noun.test(text))?.href
    expect(href).toMatch(new RegExp(`^${forge.origin}/.*/1$`))
    expect(html).not.toContain('hx-get')
    expect(forge.requests.length).toBe(asked)
    expect(await lines()).toMatchObject([
      {
        actor: { id: 'anna' },
        target: 'component:default/shop',
        result: 'ok',
        detail: { branch, url: href, isNew: true },
      },
    ])
    expect(html + JSON.stringify(await lines())).not.toMatch(/tk-81f0c2|s3cret/)
  })
})

describe('who may', () => {
  test.each(['anna', 'ben', 'root'] as const)('%s', async (person) => {
    await start()
    expect((await post(mended, person)).status).toBe(303)
    expect(proposed()).toBe(mended)
  })

  test('a stranger sees the file and a way to write it by hand, and is refused with the reason', async () => {
    await start()
    const { html, text } = await tab('cora')
    expect(text).toContain('kind: Component')
    expect(html).not.toMatch(/<form|<textarea|portal\.config\.ts/)
    expect(linksOf(html).map(({ text }) => text)).toContain(`Write it on ${forge.host}`)
    const answer = await post(mended, 'cora')
    expect(answer.status).toBe(403)
    expect(answer.text).toContain('Cora Stranger does not own shop')
    expect((await look('cora')).status).toBe(403)
    expect([forge.requests, await lines()]).toEqual([[], []])
  })

  test('nobody else, from nowhere else, and of nothing else', async () => {
    await start()
    expect((await portal.post(`${page}/proposal`, { text: mended })).status).toBe(401)
    const headers = { 'sec-fetch-site': 'cross-site' }
    expect((await portal.post(`${page}/proposal`, { text: mended }, { as: 'root', headers })).status).toBe(403)
    expect((await post(mended, 'root', '/catalog/default/component/absent')).status).toBe(404)
    expect((await portal.post(`${page}/proposal`, {}, { as: 'root' })).status).toBe(400)
    // Owners belong to no repository, and what somebody wrote is there.
    expect((await post(mended, 'root', '/catalog/default/group/payments')).status).toBe(404)
    await writeFile(join(root, 'shop/catalog-info.yaml'), mended)
    await portal.crawl()
    expect((await post(mended, 'root')).status).toBe(404)
    expect(forge.requests).toEqual([])
  })
})

test('a second click, at once or later, from whatever the file describes, leads to the same one', async () => {
  await start()
  const both = await Promise.all([post(mended), post(mended, 'ben')])
  expect(both.map(({ status }) => status)).toEqual([303, 303])
  expect(await post('kind: other', 'anna')).toMatchObject({ status: 422 })
  expect((await post(mended, 'anna', '/catalog/default/api/shop-api')).status).toBe(303)
  expect(forge.repository.proposals).toHaveLength(1)
  expect((await portal.get('/catalog/default/api/shop-api/write', { as: 'anna' })).text).toContain('pull request #1')
  expect((await lines()).map(({ result }) => result)).toEqual(['ok', 'ok', 'ok'])
})

describe('a text that is not right', () => {
  test('stays in the form, with what is wrong beside it, and goes nowhere', async () => {
    await start()
    const wrong = mended.replace('name: shop', 'name: "no good"').replace('kind: Component', 'kind: Komponent')
    const answer = await post(wrong)
    expect(answer.status).toBe(422)
    const { html, text } = answer.region('catalog-written')
    expect(text).toContain('catalog-info.yaml:2')
    expect(text).toContain('Did you mean Component?')
    expect(text).toContain('catalog-info.yaml:3')
    expect(textIn(html)).toBe(wrong)
    expect(html).toContain('aria-invalid="true"')
    expect([forge.requests, await lines()]).toEqual([[], []])
  })

  test.each([
    ['nothing', ' \n', 'describes no entity'],
    ['a comment', '# hello\n', 'describes no entity'],
    ['broken YAML', 'kind: [\n', 'catalog-info.yaml:1'],
    ['markup', '</textarea><script>alert(1)</script>', 'catalog-info.yaml'],
  ])('%s', async (_, text, says) => {
    await start()
    const answer = await post(text)
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining(says)])
    expect(answer.body).not.toContain('<script>alert')
    expect(forge.requests).toEqual([])
  })

  test('placeholders are taken to be right, and no file of this machine is read for them', async () => {
    await start()
    const api = (target: string) =>
      `apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: { name: a }\nspec: { type: openapi, lifecycle: x, owner: y, definition: { $yaml: '${target}' } }\n`
    await writeFile(join(root, 'shop/broken.yaml'), 'a: [')
    expect((await post(api('./broken.yaml'))).status).toBe(303)
  })

  test('warnings do not stand in the way', async () => {
    await start()
    expect((await post(mended.replace('name: shop', 'name: shop, labels: { A: x, a: y }'))).status).toBe(303)
  })
})

describe('what the forge says', () => {
  test('stands beside the form, with the text as it was edited', async () => {
    await start()
    forge.repository.commit('main', 'catalog-info.yaml', 'x')
    const answer = await post(mended)
    expect(answer.status).toBe(409)
    const { html, text } = answer.region('catalog-written')
    expect(text).toContain('No pull request was opened. There is a catalog-info.yaml on main already.')
    expect(textIn(html)).toBe(mended)
    expect(await lines()).toMatchObject([{ result: 'failed', actor: { id: 'anna' } }])
  })

  test('too many requests, no rights, no answer', async () => {
    await start()
    forge.behave = () => forge.speaks.tooMuch
    expect((await post(mended)).status).toBe(429)
    forge.behave = () => forge.speaks.unknown
    const answer = await post(mended)
    expect([answer.status, answer.text]).toEqual([502, expect.stringContaining('Put a new one into FORGE_TOKEN')])
    expect(answer.body).not.toContain('tk-81f0c2')
    forge.behave = () => ({ status: 500 })
    expect((await post(mended)).status).toBe(502)
  })

  test('an open one is found again by a region of the page, where the portal does not know of it', async () => {
    await start()
    const { attributes } = (await portal.get(`${page}/write`, { as: 'anna' })).region('catalog-proposal')
    expect(attributes).toMatchObject({ 'hx-get': `${page}/proposal`, 'hx-trigger': 'load' })
    expect((await look()).region('catalog-proposal').text).toBe('')
    expect((await tab()).html).not.toContain('hx-get')
    expect(forge.requests.every(({ method }) => method === 'GET')).toBe(true)
    forge.repository.open({ branch, into: 'main', title: '', body: '' })
    expect((await look()).text).toContain('pull request #1 is open')
    expect((await tab()).text).toContain('Go to the pull request')
    forge.behave = () => forge.speaks.unknown
    expect((await look()).region('catalog-proposal').text).toContain('does not accept the token')
  })
})

describe('without a token', () => {
  test('the page says which lines to add, and where the forge takes the file', async () => {
    await start({ forges: [], origin: 'git@github.com:acme/shop.git' })
    const { html, text } = await tab()
    expect(html).not.toContain('<form')
    expect(text).toContain("forges: [{ host: 'github.com', type: 'github', token: secret('GITHUB_TOKEN') }]")
    expect(text).toContain(`checkoutsProvider({ from: [${JSON.stringify(root)}] })`)
    const href = linksOf(html).find(({ text }) => text === 'Write it on github.com')?.href ?? ''
    const url = new URL(href.replaceAll('&amp;', '&'))
    expect(url.origin + url.pathname).toBe('https://github.com/acme/shop/new/HEAD')
    expect(url.searchParams.get('filename')).toBe('catalog-info.yaml')
    expect(url.searchParams.get('value')).toMatch(/^# Inferred by Callboard[\s\S]*name: shop/)
    const answer = await post(mended)
    expect([answer.status, answer.text]).toEqual([
      409,
      expect.stringContaining('Name the host with its type and a token'),
    ])
  })

  test('other forges take the name only, and an unknown host nothing', async () => {
    await start({ forges: [], origin: 'https://gitlab.com/acme/team/shop.git' })
    const href = linksOf((await tab()).html).find(({ text }) => text === 'Write it on gitlab.com')?.href
    expect(href).toBe('https://gitlab.com/acme/team/shop/-/new/HEAD?file_name=catalog-info.yaml')
  })

  test('where nothing is known of the repository, the file can be copied', async () => {
    await start({ forges: [], origin: 'https://git.unknown.test/acme/shop.git' })
    const { html, text } = await tab()
    expect(text).toContain('kind: Component')
    expect(html).not.toMatch(/<form|portal\.config|Write it on/)
    expect((await portal.get('/catalog/default/component/stock/write', { as: 'anna' })).status).toBe(200)
  })
})
