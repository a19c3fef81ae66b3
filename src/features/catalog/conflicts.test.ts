import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { linksOf, organisation, rowsOf, type TestPortal, testPortal } from '../../testing/index.ts'
import { catalog } from './index.ts'
import { folderProvider } from './providers/folder.ts'

const component = (
  name: string,
  { owner = 'payments', metadata = '', above = '' } = {},
) => `${above}apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: ${name}${metadata}
spec: { type: service, lifecycle: production, owner: '${owner}' }
`
const page = '/catalog/default/component/cart'

let portal: TestPortal | undefined
const folders: string[] = []
afterEach(async () => {
  await portal?.close()
  portal = undefined
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** Reads the files one after the other, so that the first one came first. */
async function open(files: Record<string, string>, options: { access?: boolean } = {}) {
  const [[path, text] = ['', ''], ...later] = Object.entries(files)
  portal = await testPortal({ files: { 'org.yaml': organisation, [path]: text }, ...options })
  for (const [path, text] of later) portal.write(path, text)
  await portal.crawl()
  return portal
}

const two = {
  'shop/first.yaml': component('cart', { metadata: '\n  title: The first', above: '# one\n# two\n' }),
  'copies/second.yaml': component('Cart', { owner: 'visitors', metadata: '\n  title: The second', above: '---\n' }),
}

const rivalHref = (answer: { body: string }) =>
  linksOf(answer.body).find(({ text }) => text === 'Look at the definition that does not hold')?.href ?? ''

test('the page of the entity shows the conflict with the lines of both files', async () => {
  const on = await open(two)
  const answer = await on.get(page)
  const { text } = answer.region('main')
  expect(text).toContain('The first')
  expect(text).toContain('in copies/second.yaml:5')
  expect(text).toContain('5 name: Cart')
  expect(text).toContain('The definition that holds: first.yaml:6')
  expect(text).toContain('6 name: cart')
  const links = linksOf(answer.body)
  const first = links.find((link) => link.text === 'first.yaml:6')?.href ?? ''
  expect((await on.get(first.split('#')[0] ?? '')).region('L6').text).toBe('name: cart')
  const second = links.find((link) => link.text === 'copies/second.yaml:5')?.href ?? ''
  expect(second).toMatch(/\/source\?definition=.+&line=5#L5$/)
  expect((await on.get(second.split('#')[0] ?? '')).region('L5').text).toBe('name: Cart')
})

test('the definition that does not hold has a page that says so, and what it says itself', async () => {
  const on = await open(two)
  const rival = await on.get(rivalHref(await on.get(page)))
  expect(rival.status).toBe(200)
  expect(rival.region('catalog-head').text).toContain('The second')
  expect(rival.region('catalog-definition').text).toMatch(
    /^This definition does not hold\. The one in shop\/first\.yaml came first, on .*; this one, in copies\/second\.yaml, was/,
  )
  expect(linksOf(rival.region('catalog-definition').html)).toEqual([{ href: page, text: 'See the entity as it is' }])
  const { text } = rival.region('main')
  expect(text).toContain('is also defined in copies/second.yaml')
  expect(text).toContain('in copies/second.yaml:5')
  expect(text).toContain('shop/first.yaml:6')
  expect(rival.region('catalog-about').text).toContain('Visitors')
  for (const { href } of linksOf(rival.region('catalog-about').html).filter((link) => link.href.includes('/source?')))
    expect((await on.get(href.split('#')[0] ?? '')).text, href).toContain('The second')
})

test('when the first one goes, the address of the second says that it is over', async () => {
  const on = await open(two)
  const href = rivalHref(await on.get(page))
  on.remove('shop/first.yaml')
  await on.crawl()
  const answer = await on.get(href)
  expect(answer.status).toBe(404)
  expect(answer.text).toContain('There is no such second definition')
  expect((await on.get(page)).region('main').text).not.toContain('defined in')
  expect((await on.get(`${page}?definition=none`)).status).toBe(404)
})

test('the problems page shows both places, and files it under the owner and source of either', async () => {
  const on = await open(two)
  const list = async (query: string) =>
    rowsOf((await on.get(`/catalog/problems${query}`)).region('catalog-problem-list').html)
  const [row] = await list('')
  expect(row?.slice(1, 4)).toEqual([
    'copies/second.yaml:5 and shop/first.yaml:6',
    'The first',
    'PA Payments VI Visitors',
  ])
  for (const owner of ['payments', 'visitors']) expect(await list(`?owner=${owner}`), owner).toHaveLength(1)
  expect(await list('?owner=nobody')).toHaveLength(0)
  const filter = (await on.get('/catalog/problems')).region('catalog-owner').text
  expect(filter).toBe('Owner Payments 1 Visitors 1')
})

function folderWith(name: string, text: string) {
  const folder = mkdtempSync(join(tmpdir(), `callboard-${name}-`))
  folders.push(folder)
  writeFileSync(join(folder, 'catalog-info.yaml'), text)
  return folderProvider({ path: folder, title: name, watch: false })
}

test('across two sources the first holds too, and each is told apart although the files have one name', async () => {
  let clock = Date.parse('2026-11-21T10:00:00Z')
  const shop = folderWith('shop', component('cart', { metadata: '\n  title: The first' }))
  const copies = folderWith('copies', `# copy\n${component('cart', { owner: 'visitors' })}`)
  const now = () => {
    clock += 1000
    return new Date(clock)
  }
  portal = await testPortal({ plugins: [catalog({ providers: [shop, copies] })], now })
  const held = (await portal.get(page)).region('catalog-head').text.includes('The first')
  const [winner, loser] = held ? ['shop', 'copies'] : ['copies', 'shop']
  const { text } = (await portal.get(page)).region('main')
  expect(text).toContain(
    `is also defined in catalog-info.yaml of ${loser}; the definition in catalog-info.yaml of ${winner} came first`,
  )
  expect(text).toContain(held ? '5 name: cart' : '4 name: cart')
  expect(text).toContain(held ? 'The definition that holds: catalog-info.yaml:4' : 'that holds: catalog-info.yaml:5')
  const rival = await portal.get(rivalHref(await portal.get(page)))
  expect(rival.region('catalog-definition').text).toContain(`catalog-info.yaml of ${winner} came first`)
  for (const { id } of [shop, copies]) {
    const list = await portal.get(`/catalog/problems?code=defined-twice&source=${encodeURIComponent(id)}`)
    expect(rowsOf(list.region('catalog-problem-list').html), id).toHaveLength(1)
  }
  expect((await portal.get('/catalog/problems?code=defined-twice')).region('catalog-source').text).toMatch(
    /^Source (copies|shop) \d (copies|shop) \d$/,
  )
})

test('within one file, the entity tells where the definition stands that it replaced, and where it stands itself', async () => {
  const on = await open({
    'all.yaml': `${component('cart')}---\n${component('cart', { metadata: '\n  title: Later' })}`,
  })
  const { text } = (await on.get(page)).region('main')
  expect(text).toContain('defined twice in one file in all.yaml:4')
  expect(text).toContain('The definition that holds: all.yaml:10')
  expect(text).toContain('Later')
})

test('each definition but the last of a file has its problem', async () => {
  const on = await open({ 'all.yaml': `${component('cart')}---\n${component('cart')}---\n${component('cart')}` })
  const rows = rowsOf((await on.get('/catalog/problems')).region('catalog-problem-list').html)
  expect(rows.map(([, where]) => where).toSorted()).toEqual([
    'all.yaml:10 and all.yaml:16',
    'all.yaml:4 and all.yaml:16',
  ])
})

test('a conflict counts once where both definitions have one owner and source', async () => {
  const on = await open({ 'first.yaml': component('cart'), 'second.yaml': component('cart') })
  const page = await on.get('/catalog/problems?owner=payments')
  expect(page.region('catalog-owner').text).toBe('Owner Payments 1')
  expect(rowsOf(page.region('catalog-problem-list').html)[0]?.[3]).toBe('PA Payments')
})

test('a name that a file defined twice is forgotten with both', async () => {
  const on = await open({ 'all.yaml': `${component('cart')}---\n${component('cart')}---\n${component('stock')}` })
  on.write('all.yaml', `${component('stock')}---\n${component('stock')}`)
  await on.crawl()
  expect((await on.get(page)).region('catalog-head').text).toContain('orphan')
})

test('lines of a problem are those of the file that it is in, whatever else the page shows', async () => {
  const broken = component('cart', { above: '# 1\n# 2\n# 3\n# 4\n' }).replace(
    '  name:',
    '  namespace: default\n  name:',
  )
  const on = await open({ 'cart.yaml': component('cart'), 'other.yaml': broken.replace('type: service, ', '') })
  const { text } = (await on.get(page)).region('main')
  expect(text).toContain('A required field is missing in other.yaml:10')
  expect(text).toMatch(/10 spec: \{ lifecycle/)
})

test('lines follow the file, also where the entity stayed as it was', async () => {
  const on = await open({ 'cart.yaml': component('cart', { owner: 'nobody-of-that-name' }) })
  expect((await on.get(page)).text).toContain('cart.yaml:5')
  on.write('cart.yaml', component('cart', { owner: 'nobody-of-that-name', above: '# one\n' }))
  await on.crawl()
  expect((await on.get(page)).region('main').text).toContain('A reference points to nothing in cart.yaml:6')
})

test('who may not see a definition sees neither its lines nor its page', async () => {
  const secret = { metadata: '\n  namespace: secret' }
  const files = {
    'first.yaml': component('vault', { ...secret, owner: 'group:default/payments' }),
    'second.yaml': component('vault', {
      metadata: '\n  namespace: secret\n  title: Not for anna',
      owner: 'group:default/visitors',
    }),
  }
  const on = await open(files, { access: true })
  const vault = '/catalog/secret/component/vault'
  const href = rivalHref(await on.get(vault, { as: 'root' }))
  expect((await on.get(href, { as: 'root' })).text).toContain('Not for anna')
  const anna = await on.get(vault, { as: 'anna' })
  expect(anna.status).toBe(200)
  expect(anna.text).toContain('is also defined in a file that you may not see')
  expect(anna.body).not.toContain('second.yaml')
  expect(anna.text).not.toContain('Not for anna')
  expect(rivalHref(anna)).toBe('')
  expect((await on.get(href, { as: 'anna' })).status).toBe(404)
  expect((await on.get(href.replace('?', '/source?'), { as: 'anna' })).status).toBe(404)
  expect((await on.get(href, { as: 'cora' })).status).toBe(404)
  const problems = async (query: string, as: 'anna' | 'root') => {
    const { body } = await on.get(`/catalog/problems${query}`, { as })
    return {
      names: body.includes('second.yaml'),
      owner: body.includes('Visitors'),
      lists: body.includes('component:secret/vault'),
    }
  }
  expect(await problems('', 'root')).toEqual({ names: true, owner: true, lists: true })
  for (const query of ['', '?owner=group:default/payments', '?owner=group:default/visitors'])
    expect(await problems(query, 'anna'), query).toMatchObject({ names: false, lists: false })
  expect(await problems('', 'anna')).toMatchObject({ owner: false })
  const counted = async (query: string) =>
    (await on.get(`/catalog/problems${query}`, { as: 'anna' })).text.includes('vault')
  expect([await counted('?q=second'), await counted('?q=never-was')]).toEqual([false, false])
})
