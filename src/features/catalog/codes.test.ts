import { afterAll, beforeAll, expect, test } from 'vitest'
import { elements, linksOf, organisation, type TestPortal, testPortal } from '../../testing/index.ts'
import { problemCodes } from './model/problem.ts'

let portal: TestPortal
beforeAll(async () => {
  const stock = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: stock }
spec: { type: service, lifecycle: production, owner: paymnets }
`
  portal = await testPortal({ files: { 'org.yaml': organisation, 'stock.yaml': stock } })
})
afterAll(() => portal.close())

const codes = Object.keys(problemCodes)

test('every code has its heading on the page, and a place in the index', async () => {
  const page = await portal.get('/catalog/problems/codes')
  expect(page.status).toBe(200)
  for (const code of codes) {
    expect(page.region(code).name, code).toBe('h3')
    expect(page.region(code).text).toBe(code)
  }
  const index = linksOf(page.region('catalog-codes-index').html).map(({ href }) => href)
  expect(codes.filter((code) => !index.includes(`#${code}`))).toEqual([])
})

test('its anchors are those of the documentation, and every link on it leads to one', async () => {
  const { html } = (await portal.get('/catalog/problems/codes')).region('catalog-codes')
  const ids = elements(html, ({ attributes }) => attributes.id !== undefined).map(({ attributes }) => attributes.id)
  const lost = linksOf(html).filter(({ href }) => href.startsWith('#') && !ids.includes(href.slice(1)))
  expect(lost).toEqual([])
  expect(html).not.toContain('.md')
})

test('each problem leads to its explanation, from its entity and from the list', async () => {
  for (const url of ['/catalog/default/component/stock', '/catalog/problems']) {
    const link = linksOf((await portal.get(url)).body).find(({ text }) => text.startsWith('What does this mean'))
    expect(link?.href, url).toBe('/catalog/problems/codes#reference-not-found')
  }
})
