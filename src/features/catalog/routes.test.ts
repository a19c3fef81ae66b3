import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Person, type TestPortal, testPortal } from '../../testing/index.ts'
import { counts, refs, total } from './fixtures/listing.ts'
import { shop } from './fixtures/shop.ts'

let portal: TestPortal
beforeAll(async () => {
  portal = await testPortal({ files: shop, access: true })
})
afterAll(() => portal.close())

const get = (url: string, as: Person = 'root') => portal.get(url, { as })

// What holds for every route: who may not see an entity finds no trace of it, and nobody finds anything.

const list = async (query: string, as: Person = 'root') => refs(await get(`/catalog?${query}`, as))

describe('what may not be seen', () => {
  const hidden = '/catalog/secret/component/hidden-vault'

  test('its owners and administrators see it', async () => {
    for (const person of ['root', 'anna', 'ben'] as const) {
      expect((await get(hidden, person)).status, person).toBe(200)
      expect(await list('namespace=secret', person), person).toEqual(['component:secret/hidden-vault'])
    }
  })

  test('a stranger gets the same page as for what does not exist', async () => {
    const page = await get(hidden, 'cora')
    const absent = await get('/catalog/secret/component/nothing-here', 'cora')
    expect(page.status).toBe(404)
    expect(page.region('catalog-missing').text.replaceAll('hidden-vault', 'X')).toBe(
      absent.region('catalog-missing').text.replaceAll('nothing-here', 'X'),
    )
    for (const part of ['source', 'relations', 'cards/catalog.annotations', 'source?form=json']) {
      const answer = await get(`${hidden}/${part}`, 'cora')
      const other = await get(`/catalog/secret/component/nothing-here/${part}`, 'cora')
      expect(answer.status, part).toBe(404)
      expect(answer.text.replaceAll(/hidden-vault|[0-9a-z]{20}/g, 'X')).toBe(
        other.text.replaceAll(/nothing-here|[0-9a-z]{20}/g, 'X'),
      )
    }
  })

  test.each([
    '/catalog?kind=all',
    '/catalog?kind=all&namespace=secret',
    '/catalog?kind=all&tag=node&q=vaul',
    '/catalog?kind=system',
    '/catalog?namespace=zoo',
    '/catalog?kind=all&sort=-changed',
    '/catalog/zoo/component/orphaned-child',
    '/catalog/zoo/component/refers',
    '/catalog?namespace=zoo&owner=group:secret/hidden-team',
    '/catalog.csv?kind=all',
    '/catalog.json?kind=all',
    '/catalog/facets.json?kind=all&facet=spec.type&facet=metadata.tags&facet=metadata.name&facet=metadata.namespace',
    '/catalog/default/component/cart',
    '/catalog/default/component/cart/relations',
    '/catalog/default/component/cart/source',
    '/catalog/default/component/mailer',
    '/catalog/default/group/payments',
    '/catalog/default/group/payments/relations',
    '/catalog/secret/component/hidden-vualt',
    '/catalog/default/component/hidden-vaul',
    '/',
  ])('%s shows a stranger no trace of it', async (url) => {
    const shown = await get(url, 'root')
    const { body } = await get(url, 'cora')
    const trace = /hidden-vault|hidden vault|hidden-t(?!eam)|hidden-l|hidden system|hidden team/gi
    // What the stranger wrote into an address or a file of their own is theirs.
    const own = /hidden-vaul(?!t)|hidden-vualt|(?<!"targetRef":)"component:secret\/hidden-vault"/g
    expect(body.replace(own, '').match(trace), 'a stranger').toBeNull()
    expect(shown.status).toBeLessThan(500)
  })

  test('facets of relations do not count what leads to it', async () => {
    const url =
      '/catalog/facets.json?kind=all&facet=relations.dependencyOf&facet=relations.ownerOf&facet=relations.hasPart'
    expect((await get(url, 'root')).body).toContain('secret/hidden-vault')
    expect((await get(url, 'cora')).body).not.toContain('secret/')
  })

  test('counts leave it out', async () => {
    const [all, few] = [await get('/catalog?kind=all', 'root'), await get('/catalog?kind=all', 'cora')]
    expect(counts(all, 'namespace')).toMatchObject({ secret: 3 })
    expect(counts(few, 'namespace')).not.toHaveProperty('secret')
    expect(counts(all, 'kind').Component).toBe((counts(few, 'kind').Component ?? 0) + 1)
    expect(total(all)).toBe(total(few) + 3)
    expect((await get('/', 'root')).region('home-kinds').text).toContain('2 Systems')
    expect((await get('/', 'cora')).region('home-kinds').text).toContain('1 System')
  })

  test('two people with different eyes do not get each other’s cached pages', async () => {
    for (const person of ['root', 'cora', 'anna', 'cora', 'root'] as const) {
      const found = await list('kind=all&namespace=secret', person)
      expect(found, person).toHaveLength({ cora: 0, anna: 2, root: 3 }[person])
    }
  })
})

describe('who is nobody', () => {
  test.each([
    '/',
    '/catalog',
    '/catalog.csv',
    '/catalog.json',
    '/catalog/default/component/cart',
    '/catalog/sources',
    '/metrics',
    '/admin/gallery',
  ])('is asked to sign in at %s', async (url) => {
    const answer = await portal.get(url)
    expect(answer.status).toBe(401)
    expect(answer.body).not.toContain('hopping')
    expect(answer.body).not.toContain('rail-link" href')
  })

  test('learns nothing about what exists from the answer', async () => {
    const [there, absent] = [
      await portal.get('/catalog/default/component/cart'),
      await portal.get('/catalog/default/component/none'),
    ]
    expect([there.status, absent.status]).toEqual([401, 401])
  })
})
