import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { elements, type Person, type TestPortal, testPortal } from '../../testing/index.ts'
import { organisation } from '../../testing/people.ts'
import { described, manual, manuals } from './fixtures/company.ts'

let portal: TestPortal
beforeAll(async () => {
  const files = {
    'people.yaml': organisation,
    'all.yaml': [
      described({
        name: 'refunds',
        title: 'Refunds & <b>returns</b>',
        owner: 'payments',
        tags: ['pci', 'java'],
        description: 'Pays back what customers did not want.',
      }),
      described({ name: 'refund-worker', owner: 'visitors', tags: ['go'], description: 'Works through the refunds.' }),
      described({ kind: 'API', name: 'refunds-api', type: 'openapi', owner: 'payments', tags: ['pci'] }),
      described({ name: 'refund-secrets', namespace: 'secret', owner: 'group:default/payments', tags: ['vault'] }),
      described({ name: 'zephyrine', namespace: 'secret', owner: 'group:default/payments' }),
      ...Array.from({ length: 45 }, (_, at) => described({ name: `batch-${at}`, owner: 'visitors' })),
    ].join('\n---\n'),
  }
  portal = await testPortal({
    files,
    access: true,
    plugins: [manuals([manual('/m/1', 'Refund by hand', { body: 'Ask the bank.' })])],
  })
})
afterAll(() => portal.close())

const get = (query: string, as: Person = 'anna') => portal.get(`/search?${query}`, { as })
async function titles(query: string, as?: Person): Promise<string[]> {
  const { html } = (await get(query, as)).region('search-results')
  return elements(html, ({ attributes }) => attributes.class?.startsWith('search-title') === true).map(({ html }) =>
    textIn(html),
  )
}

/** Without a space where one element ends and another begins. */
const textIn = (html: string) =>
  html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

test('finds by part of a name, exact names and what is one’s own first', async () => {
  expect(await titles('query=refund')).toEqual([
    'refund-secrets',
    'Refunds & <b>returns</b>',
    'refunds-api',
    'refund-worker',
    'Refund by hand',
  ])
  expect((await titles('query=refund', 'cora'))[0]).toBe('refund-worker')
  expect((await titles('query=refunds', 'cora'))[0]).toBe('Refunds & <b>returns</b>')
})

test('marks the words, and nothing that a file says becomes markup', async () => {
  const { body } = await get('query=refunds+returns')
  expect(body).toContain('<mark>Refunds</mark> &amp; &lt;b&gt;<mark>returns</mark>&lt;/b&gt;')
  expect(body).not.toContain('<b>returns')
})

test('says where it was found, by whom it is owned and what it is', async () => {
  const { text } = (await get('query=pci')).region('search-results')
  expect(text).toContain('Component · service · production · found in tag pci PA Payments')
  expect((await get('query=customers')).text).toContain('found in description')
  expect((await get('query=bank')).text).toContain('found in text')
})

test('who may not see an entity does not find it, nor a trace of it', async () => {
  expect(await titles('query=secrets', 'anna')).toEqual(['refund-secrets'])
  for (const query of ['query=secrets', 'query=vault', 'query=zephyrin', 'query=zefyrine', 'query=tag:vault']) {
    const { text } = await get(query, 'cora')
    expect(text).toContain('Nothing was found')
    expect(text).not.toMatch(/refund-secrets|zephyrine|taken for/)
  }
  const some = await get('query=batch+zephirine', 'cora')
  expect(some.text).toContain('Nothing has all of these words')
  expect(some.text).not.toContain('taken for')
  expect((await get('query=batch+zephirine', 'anna')).text).toContain('“zephirine” was taken for “zephyrine” too.')
  const answer = await portal.get('/api/search/query?term=refund', { as: 'cora' })
  expect(answer.body).not.toContain('secret')
})

test('a word that is misspelt by a letter is taken for what was meant, and that is said', async () => {
  expect(await titles('query=refnuds', 'cora')).toContain('Refunds & <b>returns</b>')
  const { text } = await get('query=refnuds', 'cora')
  expect(text).toContain('“refnuds” was taken for “refunds” too.')
  expect(text).toContain('· similar spelling of refnuds')
})

test('where nothing has all the words, some of them do, and that is said', async () => {
  const answer = await get('query=refunds+qwertzuiop')
  expect(answer.text).toContain('Nothing has all of these words')
  expect(await titles('query=refunds+qwertzuiop')).toContain('refund-worker')
})

describe('narrowing', () => {
  test('tabs and filters have their counts, in the text and beside it', async () => {
    const page = await get('query=refund')
    const tabs = elements(
      page.region('search-form').html,
      ({ name, attributes }) => name === 'a' && /^\/search/.test(attributes.href ?? ''),
    )
    expect(tabs.map(({ text }) => text)).toEqual([
      'All 5',
      'Software 3',
      'APIs 1',
      'Templates 0',
      'People 0',
      'Manuals 1',
    ])
    expect(page.region('search-tag').text).toBe('Tag pci 2 go 1 java 1 vault 1')
    expect(await titles('query=refund&tag=pci&kind=component')).toEqual(['Refunds & <b>returns</b>'])
    expect(await titles('query=refund+tag:pci+kind:component')).toEqual(['Refunds & <b>returns</b>'])
    expect(await titles('query=refund+-tag:pci', 'cora')).toEqual(['refund-worker', 'Refund by hand'])
    expect(await titles('query=refund&in=manuals')).toEqual(['Refund by hand'])
    expect(await titles('query=owner:payments+type:openapi')).toEqual(['refunds-api'])
    expect(await titles('query=refund+-worker', 'cora')).not.toContain('refund-worker')
  })

  test('a filter counts what it would leave with the others as they are', async () => {
    const page = await get('query=refund&kind=api')
    expect(page.region('search-kind').text).toBe('Kind Component 3 API 1')
  })

  test('addresses of Backstage lead to the same', async () => {
    expect(await titles('query=refund&filters%5Bkind%5D=API&types%5B%5D=software-catalog')).toEqual(['refunds-api'])
  })

  test('a filter that does not exist is told, and so is a place', async () => {
    expect((await get('query=colour:red')).text).toContain('There is no filter “colour:”')
    expect((await get('query=refund+in:nowhere')).text).toContain('There is no “in:nowhere”')
  })

  test('where the choices leave nothing, each can be left out', async () => {
    const { html, text } = (await get('query=refund&tag=nothing')).region('search-nothing')
    expect(text).toContain('Tag: nothing')
    expect(html).toContain('href="/search?query=refund"')
  })
})

test('goes on over pages', async () => {
  const first = await titles('query=batch')
  const second = await titles('query=batch&page=2')
  const third = await titles('query=batch&page=3')
  expect([first.length, second.length, third.length]).toEqual([20, 20, 5])
  expect(new Set([...first, ...second, ...third]).size).toBe(45)
  expect((await get('query=batch&page=2')).region('search-results').text).toContain('21–40 of 45')
  expect((await get('query=batch&page=nonsense')).status).toBe(200)
})

test('without a question it says how to ask', async () => {
  const page = await get('')
  expect(page.region('search-nothing').text).toContain('kind:api owner:payments')
  expect(page.region('search-count').text).toBe('')
})

test.each(['"', '*', 'AND OR NOT', 'NEAR(a b)', 'a" OR "b', '\u0000', '😀', '-', 'x'.repeat(3000), '(((', "';--"])(
  '%j is answered like anything else',
  async (typed) => {
    const query = new URLSearchParams({ query: typed })
    for (const path of [`/search?${query}`, `/search/palette?${query}`]) {
      expect((await portal.get(path, { as: 'anna' })).status).toBe(200)
    }
  },
)

describe('the palette', () => {
  const words = (html: string) => textIn(html.replaceAll(/<span class="palette/g, ' $&')).trim()
  const palette = async (query: string, as: Person = 'anna') => {
    const { html, attributes } = (await portal.get(`/search/palette?query=${query}`, { as })).region('search-palette')
    const options = elements(html, ({ attributes }) => attributes.role === 'option')
    return {
      said: attributes['data-said'],
      options: options.map(({ html, attributes: { href } }) => `${words(html)} ${href}`),
    }
  }

  test('offers what is found, pages of the portal, and all results', async () => {
    const { options, said } = await palette('ref')
    expect(options).toContain('refund-secrets Component Payments /catalog/secret/component/refund-secrets')
    expect(options.at(-1)).toBe('All results for “ref” /search?query=ref')
    expect(said).toBe('5 suggestions')
    expect((await palette('sour')).options[0]).toBe('Sources Page /catalog/sources')
  })

  test('offers an action only to those who may do it', async () => {
    expect((await palette('crawl', 'root')).options[0]).toBe('Start a crawl Action /catalog/sources')
    expect((await palette('crawl', 'cora')).options).toEqual(['All results for “crawl” /search?query=crawl'])
  })

  test('untouched, offers one’s own things and where to go', async () => {
    const { options } = await palette('')
    expect(options).toContain('refunds-api API Payments /catalog/default/api/refunds-api')
    expect(options).toContain('Catalog Page /catalog')
    expect(options.join()).not.toContain('Start a crawl')
  })
})

describe('the API', () => {
  interface Body {
    results: {
      type: string
      rank: number
      document: Record<string, unknown>
      highlight: { fields: Record<string, string> }
    }[]
    numberOfResults: number
    nextPageCursor?: string
    previousPageCursor?: string
  }
  const ask = async (query: string) => (await portal.get(`/api/search/query?${query}`, { as: 'anna' })).json<Body>()

  test('answers in the form of Backstage', async () => {
    const { results, numberOfResults } = await ask('term=refunds-api&types[0]=software-catalog&filters[kind][0]=API')
    expect(numberOfResults).toBe(1)
    expect(results[0]).toMatchObject({
      type: 'software-catalog',
      rank: 1,
      document: {
        title: 'refunds-api',
        location: '/catalog/default/api/refunds-api',
        kind: 'api',
        namespace: 'default',
        componentType: 'openapi',
        owner: 'group:default/payments',
        authorization: { resourceRef: 'api:default/refunds-api' },
      },
      highlight: { fields: { title: '<mark>refunds</mark>-<mark>api</mark>' } },
    })
    expect((await ask('term=refund&types=techdocs')).results.map(({ document }) => document.title)).toEqual([
      'Refund by hand',
    ])
  })

  test('goes on by cursor, and says when it gave none', async () => {
    const first = await ask('term=batch&pageLimit=30')
    const second = await ask(`term=batch&pageLimit=30&pageCursor=${encodeURIComponent(first.nextPageCursor ?? '')}`)
    expect([first.results.length, second.results.length, second.nextPageCursor]).toEqual([30, 15, undefined])
    expect(second.previousPageCursor).toBe(Buffer.from('0').toString('base64'))
    expect((await portal.get('/api/search/query?pageCursor=%3F', { as: 'anna' })).status).toBe(400)
  })
})

describe('building anew', () => {
  const ask = (as: Person) => portal.post('/search/rebuild.json', {}, { as, headers: { accept: 'application/json' } })
  const lines = async () => (await portal.audit()).filter(({ action }) => action === 'search.rebuild')

  test('is done, and leaves an audit line', async () => {
    const before = await titles('query=refund')
    const answer = await ask('root')
    expect([answer.status, answer.json()]).toEqual([202, { sources: ['catalog.entities', 'manuals.pages'] }])
    await portal.settled()
    expect(await titles('query=refund')).toEqual(before)
    expect(await lines()).toMatchObject([
      { actor: { id: 'root' }, target: 'catalog.entities, manuals.pages', result: 'ok' },
    ])
  })

  test.each(['anna', 'ben', 'cora'] as const)('%s, without the permission, is refused', async (person) => {
    const before = await lines()
    const answer = await ask(person)
    expect(answer.status).toBe(403)
    expect(answer.body).toContain('search.rebuild')
    expect(await lines()).toEqual(before)
  })
})

test('nobody is asked to sign in', async () => {
  expect((await portal.get('/search?query=refund')).status).toBe(401)
  expect((await portal.get('/search/palette')).status).toBe(401)
})
