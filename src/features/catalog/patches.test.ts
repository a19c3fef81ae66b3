import { execFileSync } from 'node:child_process'
import { afterEach, expect, test } from 'vitest'
import { elements, linksOf, organisation, rowsOf, type TestPortal, testPortal } from '../../testing/index.ts'

const component = (name: string, owner: string) => `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: ${name}
spec:
  type: service
  lifecycle: production
  owner: ${owner}
`
let portal: TestPortal
afterEach(() => portal.close())
const open = async (files: Record<string, string>) => {
  portal = await testPortal({ files: { 'org.yaml': organisation, ...files } })
}

const patches = (html: string) => elements(html, ({ attributes }) => attributes['aria-label'] === 'Patch')
const decoded = (html: string) =>
  html
    .replace(/^<pre[^>]*>|<\/pre>$/g, '')
    .replace(/&(lt|gt|quot|amp|#39);/g, (_, name) => ({ lt: '<', gt: '>', quot: '"', amp: '&' })[name as string] ?? "'")

/** Takes the patch that the page offers, as a reader would. */
async function mend(url: string) {
  const [patch, ...more] = patches((await portal.get(url)).body)
  expect(more).toEqual([])
  execFileSync('git', ['apply', '-'], { cwd: portal.folder, input: decoded(patch?.html ?? '') })
  await portal.crawl()
}

test('the patch for a misspelt reference, taken from the page, mends the file', async () => {
  await open({ 'shop/cart.yaml': component('cart', "'group:paymnets' # ours") })
  const page = '/catalog/default/component/cart'
  const { html, text } = (await portal.get(page)).region('main')
  expect(text).toContain('Did you mean group:default/payments?')
  expect(text).toContain("- owner: 'group:paymnets' # ours + owner: 'group:payments' # ours")
  const [button] = elements(html, ({ name, attributes }) => name === 'button' && 'data-copy' in attributes)
  expect(button?.attributes).toMatchObject({ type: 'button', hidden: '' })
  expect(patches(html)[0]?.attributes.id).toBe(button?.attributes['data-copy'])
  await mend(page)
  expect((await portal.get(page)).region('main').text).not.toContain('points to nothing')
  expect((await portal.get('/catalog/problems')).text).toContain('Nothing is wrong')
})

test('the patch for a malformed name mends the page of what could not be used', async () => {
  await open({ 'cart.yaml': component('"cart!"', 'payments') })
  const [row] = rowsOf((await portal.get('/catalog/problems')).region('catalog-problem-list').html)
  expect(row?.[0]).toContain('The name is malformed')
  const own = linksOf((await portal.get('/catalog/problems')).body).find(({ text }) => text === 'Open the problem')
  await mend(own?.href ?? '')
  expect((await portal.get('/catalog/problems')).text).toContain('Nothing is wrong')
  expect((await portal.get(own?.href ?? '')).status).toBe(404)
})

test('the list asks "did you mean", and loads lines and patch when somebody looks', async () => {
  await open({ 'cart.yaml': component('cart', 'paymnets') })
  const { html, text } = (await portal.get('/catalog/problems')).region('catalog-problem-list')
  expect(text).toContain('Did you mean group:default/payments?')
  expect(text).not.toContain('^^^')
  const [lazy] = elements(html, ({ attributes }) => 'hx-get' in attributes)
  const lines = await portal.get(lazy?.attributes['hx-get'] ?? '', { htmx: true })
  expect(lines.text).toMatch(/8 owner: paymnets \^{8} Patch that mends it/)
  expect(lines.body).not.toMatch(/<title|<html/)
  const link = linksOf(lazy?.html ?? '')[0]?.href ?? ''
  const page = await portal.get(link)
  expect(page.region('catalog-problem').text).toContain('8 owner: paymnets ^^^^^^^^')
  expect(page.region('catalog-problem').text).toContain('in cart.yaml:8 of cart')
})

test('no patch is offered where nothing is near', async () => {
  await open({ 'cart.yaml': component('cart', 'nobody-at-all') })
  const { html, text } = (await portal.get('/catalog/default/component/cart')).region('main')
  expect(text).not.toContain('Did you mean')
  expect(patches(html)).toEqual([])
})
