import { expect, test } from 'vitest'
import type { Provider } from '../../api/provider.ts'
import { elements, linksOf, organisation, type TestPortal, testPortal } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'
import { catalog } from './index.ts'

const files = {
  'org.yaml': organisation,
  'a.yaml': entity({ name: 'cart', title: 'Cart <1> & "2"' }) + entity({ name: 'mailer', spec: { owner: 'visitors' } }),
  'b.yaml': entity({ kind: 'Resource', name: 'db', spec: { type: 'database', owner: 'user:cora' } }),
}

const feedOf = async (portal: TestPortal, url: string) => {
  const { body } = await portal.get(url)
  const head = body.slice(0, body.indexOf('</head>'))
  const links = elements(head, ({ attributes }) => attributes.rel === 'alternate')
  expect(links.length, url).toBeLessThan(2)
  return links[0]?.attributes
}

const pages: [page: string, feed: string][] = [
  ['/', '/catalog/changes.atom'],
  ['/?kind=resource', '/catalog/changes.atom?kind=resource'],
  ['/catalog', '/catalog/changes.atom?kind=component'],
  ['/catalog?kind=all', '/catalog/changes.atom'],
  [
    '/catalog?kind=api&kind=resource&owner=payments&q=x',
    '/catalog/changes.atom?kind=api&kind=resource&owner=group%3Adefault%2Fpayments',
  ],
  ['/catalog/changes?kind=resource', '/catalog/changes.atom?kind=resource'],
  ['/catalog/default/component/cart', '/catalog/changes.atom?ref=component%3Adefault%2Fcart'],
  ['/catalog/default/component/cart/history', '/catalog/changes.atom?ref=component%3Adefault%2Fcart'],
  ['/catalog/default/group/payments', '/catalog/changes.atom?owner=group%3Adefault%2Fpayments'],
  ['/catalog/default/user/cora', '/catalog/changes.atom?owner=user%3Adefault%2Fcora'],
]

test('pages name the feed of what they show in their head', async () => {
  await using portal = await testPortal({ files })
  for (const [page, feed] of pages) {
    const link = await feedOf(portal, page)
    expect(link, page).toMatchObject({ type: 'application/atom+xml', href: feed })
    expect(link?.title, page).not.toBe('')
    expect((await portal.get(feed)).status, feed).toBe(200)
  }
  for (const page of ['/catalog/sources', '/catalog/problems']) expect(await feedOf(portal, page), page).toBeUndefined()
})

/** What RFC 4287 asks of a feed with text and links alone. */
function faultsOf(xml: string): string[] {
  const texts = (name: string, within: string) =>
    Array.from(within.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g')), ([, text]) => text ?? '')
  const [head = '', ...entries] = xml.split('<entry>')
  const faults: string[] = []
  const check = (isRight: boolean, fault: string) => isRight || faults.push(fault)
  const isTime = (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text)
  check(xml.startsWith('<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'), 'root')
  check(/<author><name>[^<]+<\/name><\/author>/.test(head), 'author')
  check(/&(?!amp;|lt;|gt;|quot;)/.test(xml) === false, 'ampersand')
  for (const [name, part] of [['feed', head], ...entries.map((entry, at) => [`entry ${at}`, entry])] as const) {
    for (const once of ['id', 'title', 'updated']) {
      check(texts(once, part).length === 1 && texts(once, part)[0] !== '', `${name}: ${once}`)
    }
    check(isTime(texts('updated', part)[0] ?? ''), `${name}: updated`)
    check(/^(https?:|urn:uuid:)/.test(texts('id', part)[0] ?? ''), `${name}: id`)
    const hrefs = Array.from(part.matchAll(/ href="([^"]*)"/g), ([, href]) => href ?? '')
    check(hrefs.length > 0 && hrefs.every((href) => href.startsWith('http://localhost:7007/')), `${name}: links`)
    check(part.split('rel="alternate"').length === 2, `${name}: one alternate link`)
  }
  const ids = texts('id', xml)
  check(new Set(ids).size === ids.length, 'ids are unique')
  const [newest = '', ...times] = texts('updated', xml)
  check(
    times.every((time) => time <= newest),
    'the feed is as new as its newest entry',
  )
  check(head.includes(`<link rel="self" type="application/atom+xml" href="${ids[0]}"/>`), 'self')
  return faults
}

test('the feeds of all, of a kind, of an owner and of an entity are valid, and lead to pages', async () => {
  let clock = Date.parse('2026-10-01T09:00:00Z')
  await using portal = await testPortal({ files, now: () => new Date(clock), catalog: { keepOrphans: '1d' } })
  clock += 60_000
  portal.write('a.yaml', entity({ name: 'cart', description: 'a < b && "c"' }))
  await portal.crawl()
  clock += 2 * 24 * 60 * 60_000
  await portal.portal.db.write((tx) => portal.portal.jobs.enqueue(tx, 'catalog.sweep'))
  await portal.settled()
  const counts: number[] = []
  for (const query of [
    '',
    '?kind=resource',
    '?owner=payments',
    '?ref=component:default/cart',
    '?kind=component',
    '?kind=api',
  ]) {
    const { body } = await portal.get(`/catalog/changes.atom${query}`)
    expect(faultsOf(body), query).toEqual([])
    counts.push(body.split('<entry>').length - 1)
    for (const [, href = ''] of body.matchAll(
      /rel="alternate" type="text\/html" href="http:\/\/localhost:7007([^"]*)"/g,
    )) {
      expect((await portal.get(href.replaceAll('&amp;', '&'))).status, href).toBe(200)
    }
  }
  expect(counts).toEqual([11, 1, 2, 2, 5, 0])
})

test('the check of feeds finds faults', async () => {
  await using portal = await testPortal({ files })
  const { body } = await portal.get('/catalog/changes.atom')
  const [first = '', second = ''] = body.match(/urn:uuid:[^<]+/g) ?? []
  expect(faultsOf(body.replace(first, second))).toEqual(['ids are unique'])
  expect(faultsOf(body.replace('http://localhost:7007/catalog/default', '/catalog/default'))).toHaveLength(1)
  expect(faultsOf(body.replace(/<updated>.*?<\/updated>/, ''))).toContain('feed: updated')
})

const head = '3f9c2ab1d4e5f60718293a4b5c6d7e8f90a1b2c3'

/** One file at one commit, of a forge that may have pages for its commits. */
function providerOf(type: string, commitUrl?: Provider['commitUrl']): Provider {
  const text = new TextEncoder().encode(entity({ name: 'cart' }))
  const entry = { path: 'catalog-info.yaml', blob: 'b1', size: text.length }
  return {
    id: 'test:one',
    title: 'One',
    type,
    paths: ['*.yaml'],
    open: async () => ({ revision: head, list: async () => [entry], read: async () => text, stat: async () => entry }),
    locationOf: (path) => `url:https://git.example/shop/${path}`,
    ...(commitUrl && { commitUrl }),
  }
}

const historyWith = async (provider: Provider) => {
  await using portal = await testPortal({ plugins: [catalog({ providers: [provider] })] })
  return (await portal.get('/catalog/default/component/cart/history')).region('catalog-history')
}

test('the history tells the commit, and leads to it where the forge shows it', async () => {
  const shown = await historyWith(providerOf('git', (revision) => `https://git.example/shop/commit/${revision}`))
  expect(linksOf(shown.html)).toContainEqual({ href: `https://git.example/shop/commit/${head}`, text: '3f9c2ab1' })
  const plain = await historyWith(providerOf('git'))
  expect(plain.text).toContain('3f9c2ab1')
  expect(linksOf(plain.html).map(({ text }) => text)).not.toContain('3f9c2ab1')
  const none = await historyWith(providerOf('folder'))
  expect(none.text).not.toContain('3f9c2ab1')
  const unsafe = await historyWith(providerOf('git', () => 'javascript:alert(1)'))
  expect(unsafe.html).not.toContain('javascript:')
})
