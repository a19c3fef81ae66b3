import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { elements, linksOf, type Person, type TestPortal, testPortal } from '../../../testing/index.ts'
import { company, group, user } from '../fixtures/company.ts'
import { refs } from '../fixtures/listing.ts'
import { entity } from '../fixtures/shop.ts'

let portal: TestPortal
beforeAll(async () => {
  portal = await testPortal({ files: company, access: true })
})
afterAll(() => portal.close())

const get = (url: string, as: Person = 'root') => portal.get(url, { as })
const groupPage = (name: string) => `/catalog/default/group/${name}`
const members = async (query: string, as: Person = 'root') => {
  const page = await get(query, as)
  const rows = elements(page.region('catalog-members').html, ({ attributes }) =>
    /^catalog-member-/.test(attributes.id ?? ''),
  )
  return rows.map(({ text }) => text)
}

describe('the tree', () => {
  const tree = async (url = '/catalog/organisation', as: Person = 'root') => {
    const page = await get(url, as)
    return elements(page.region('catalog-tree').html, ({ attributes }) => attributes.class === 'twig').map(
      ({ text }) => text,
    )
  }

  test('shows groups with their members and what they own, and every group somewhere', async () => {
    expect(await tree('/catalog/organisation', 'cora')).toEqual([
      'adrift team 0 members owns 0',
      'company team 3 members owns 5',
      'payments team 1 member owns 1',
      'shopping team 3 members owns 3',
      'cart team 2 members owns 2',
      'crowd team 130 members owns 0',
      'lit team 1 member owns 1',
      'mirror team 0 members owns 0',
      'mirror team below itself 0 members owns 0',
      'ring-a team 1 member owns 0',
      'ring-b team 1 member owns 0',
      'ring-a team below itself 1 member owns 0',
    ])
  })

  test('tells groups in a circle, groups whose parent is unknown, and people without a group', async () => {
    const page = await get('/catalog/organisation')
    const broken = page.region('catalog-broken').text
    expect(broken).toContain('In a circle: ring-a above ring-b above ring-a')
    expect(broken).toContain('In a circle: mirror above mirror')
    expect(broken).toContain('adrift is part of group:default/nowhere , not in the catalog')
    const loose = page.region('catalog-loose').text
    expect(loose).toMatch(/loner .*stray in nowhere-else, not in the catalog/)
    expect(loose).not.toContain('cora')
    expect((await get('/catalog/organisation?people=loose')).has('catalog-tree')).toBe(false)
  })

  test('begins at a group, and says when that is not there', async () => {
    expect(await tree('/catalog/organisation?group=shopping')).toEqual(['cart team 3 members owns 3'])
    expect((await get('/catalog/organisation?group=group:default/cart')).text).toContain('It has no sub-groups')
    for (const name of ['nothing', 'user:anna']) {
      expect((await get(`/catalog/organisation?group=${name}`)).status).toBe(404)
    }
    expect((await get('/catalog/organisation?from=x')).status).toBe(400)
    expect((await get('/catalog/organisation?group=a:')).status).toBe(400)
  })

  test('finds groups and people by their words, with the way to them', async () => {
    const page = await get('/catalog/organisation?q=ca', 'cora')
    expect(page.region('catalog-found-groups').text).toBe('Groups 1 cart company / shopping')
    const people = await get('/catalog/organisation?q=OWNER+anna', 'cora')
    expect(people.region('catalog-found-people').text).toBe('People 1 Anna Owner cart, ring-b')
    expect((await get('/catalog/organisation?q=%25')).text).toContain('No group and nobody has these words')
  })

  test('says what to write where there is no group', async () => {
    await using empty = await testPortal({ files: { 'a.yaml': entity({ name: 'alone' }) } })
    expect((await empty.get('/catalog/organisation')).text).toContain('There is no group yet')
  })

  test('of a large organisation shows a part, and the rest at addresses of its own', async () => {
    const many = Array.from({ length: 30 }, (_, at) =>
      [
        group(`d-${at}`, { parent: 'root' }),
        ...Array.from({ length: 20 }, (_, below) => group(`t-${at}-${below}`, { parent: `d-${at}` })),
      ].join(''),
    )
    const wide = Array.from({ length: 450 }, (_, at) => group(`w-${at}`, { parent: 'wide' }))
    const long = Array.from({ length: 400 }, (_, at) => group(`l-${at}`, at > 0 ? { parent: `l-${at - 1}` } : {}))
    const all = [group('root'), group('wide', { parent: 'root' }), ...many, ...wide, ...long].join('')
    await using large = await testPortal({ files: { 'all.yaml': all } })
    const twigs = (body: string) => elements(body, ({ attributes }) => attributes.class === 'twig').length
    const page = await large.get('/catalog/organisation')
    expect(twigs(page.body)).toBeLessThanOrEqual(250)
    expect(linksOf(page.body)).toContainEqual({
      href: '/catalog/organisation?group=group%3Adefault%2Fd-7',
      text: '20 sub-groups',
    })
    const later = elements(page.body, ({ attributes }) => attributes['hx-get']?.includes('d-7') === true)[0]
    const branch = await large.get(later?.attributes['hx-get'] ?? '', { htmx: true })
    expect(branch.body.trim()).toMatch(/^<ul class="branch">[\s\S]*<\/ul>$/)
    expect(twigs(branch.body)).toBe(20)
    const some = await large.get('/catalog/organisation/branch?group=wide')
    expect(twigs(some.body)).toBe(200)
    expect(linksOf(some.body)).toContainEqual({
      href: '/catalog/organisation?group=group%3Adefault%2Fwide&from=200',
      text: 'and 250 more sub-groups',
    })
    const last = await large.get('/catalog/organisation?group=wide&from=400')
    expect(twigs(last.body)).toBe(50)
    expect(last.text).toContain('401–450 of 450')
    expect((await large.get('/catalog/default/group/l-399')).status).toBe(200)
    expect((await large.get('/catalog?owner=l-0&sub=1')).status).toBe(200)
  })
})

describe('who may not see a group or a person', () => {
  const pages = [
    groupPage('company'),
    `${groupPage('company')}/members?members=all`,
    `${groupPage('cart')}/members`,
    groupPage('lit'),
    '/catalog/default/user/ben',
    '/catalog/default/user/insider',
    '/catalog/organisation',
  ]

  test.each(pages)('does not meet them on %s', async (url) => {
    const stranger = await get(url, 'cora')
    expect(stranger.status).toBe(200)
    expect(stranger.body).not.toMatch(/secret|shadow|\bspy\b/)
    expect((await get(url)).body).toMatch(/secret\/group\/shadow|secret\/user\/spy/)
  })

  test.each(['shadow', 'spy'])('does not find %s', async (name) => {
    const asked = `/catalog/organisation?q=${name}`
    expect((await get(asked, 'cora')).region('catalog-count').text).toBe('No group and nobody found')
    expect((await get(asked)).region('catalog-count').text).not.toBe('No group and nobody found')
  })

  test('does not count them, nor what lies behind them', async () => {
    expect(await members(`${groupPage('cart')}/members`, 'cora')).toHaveLength(3)
    expect(await members(`${groupPage('cart')}/members`)).toHaveLength(4)
    const below = async (as: Person) => refs(await get('/catalog?kind=all&owner=company&sub=1', as)).length
    expect(await below('root')).toBe((await below('cora')) + 2)
    const hidden = async (as: Person) => refs(await get('/catalog?kind=all&owner=group:secret/shadow&sub=1', as))
    expect(await hidden('root')).toEqual(['component:default/plain'])
    expect(await hidden('cora')).toEqual([])
    const counted = async (as: Person) => (await get('/catalog/organisation', as)).region('catalog-count').text
    expect(await counted('root')).toBe('11 groups, 137 people')
    expect(await counted('cora')).toBe('10 groups, 136 people')
    expect((await get('/catalog/organisation?group=group:secret/shadow', 'cora')).status).toBe(404)
    expect((await get('/catalog/organisation/branch?group=group:secret/shadow', 'cora')).status).toBe(404)
    expect((await get('/catalog/organisation/branch?group=group:secret/shadow')).status).toBe(200)
  })
})

test('what changes in the files changes on the pages', async () => {
  await using other = await testPortal({ files: { 'a.yaml': group('one') + group('two', { parent: 'one' }) } })
  const text = async () => (await other.get('/catalog/organisation')).region('catalog-tree').text
  expect(await text()).toContain('Sub-groups of one two')
  other.write('a.yaml', group('one') + group('two') + user('zoe', ['two']))
  await other.crawl()
  expect(await text()).not.toContain('Sub-groups')
  expect(await text()).toContain('two team 1 member')
})
