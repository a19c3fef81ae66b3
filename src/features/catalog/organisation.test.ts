import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { elements, linksOf, type Person, type TestPortal, testPortal } from '../../testing/index.ts'
import { company, group, user } from './fixtures/company.ts'
import { refs, total } from './fixtures/listing.ts'

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

describe('the page of a group', () => {
  test('says first how to reach it', async () => {
    const head = (await get(groupPage('cart'))).region('catalog-head')
    // The other links are those to the lines where it was read.
    expect(linksOf(head.html).filter(({ href }) => href?.startsWith('https:'))).toEqual([
      { href: 'https://acme.slack.com/archives/cart', text: '#cart' },
      { href: 'https://github.com/orgs/acme/teams/cart', text: 'acme/cart' },
      { href: 'https://oncall.example.com/cart', text: 'On call' },
    ])
  })

  test('names everybody once, whichever side says so, and those who are unknown as such', async () => {
    expect(await members(groupPage('cart'))).toEqual([
      'AO Anna Owner anna@example.com',
      'BE ben',
      'SP spy',
      'ghost not in the catalog',
    ])
    const card = (await get(groupPage('cart'))).region('catalog-members')
    expect(card.text).toContain('1 not in the catalog')
  })

  test('shows those of its sub-groups by a switch in the address, and where they are', async () => {
    const direct = await members(`${groupPage('shopping')}/members`)
    expect(direct).toEqual(['CO cora'])
    const page = await get(`${groupPage('shopping')}/members`)
    expect(linksOf(page.region('catalog-members').html).slice(0, 2)).toEqual([
      { href: `${groupPage('shopping')}/members`, text: 'Direct 1' },
      { href: `${groupPage('shopping')}/members?members=all`, text: 'With sub-groups 5' },
    ])
    expect(await members(`${groupPage('shopping')}/members?members=all`)).toEqual([
      'AO Anna Owner anna@example.com in cart',
      'BE ben in cart',
      'CO cora',
      'SP spy in cart',
      'ghost not in the catalog in cart',
    ])
  })

  test('shows those of sub-groups at once where it has none itself', async () => {
    expect((await members(groupPage('company'), 'cora')).length).toBe(4)
    expect((await get(`${groupPage('company')}/members`)).region('catalog-members').text).toContain(
      'Nobody is a member of the group itself',
    )
  })

  test('turns the pages of many members', async () => {
    const url = `${groupPage('crowd')}/members`
    const seen: string[] = []
    let next: string | undefined = url
    for (let pages = 0; next && pages < 5; pages++) {
      const page = await get(next)
      seen.push(...(await members(next)))
      expect(page.region('catalog-members').text).toMatch(
        [/1–60 of 130/, /61–120 of 130/, /121–130 of 130/][pages] ?? /no such page/,
      )
      next = linksOf(page.region('catalog-members').html).find(({ text }) => text === 'Next')?.href
    }
    expect(new Set(seen).size).toBe(130)
    const second = linksOf((await get(url)).region('catalog-members').html).find(({ text }) => text === 'Next')
    const back = linksOf((await get(second?.href ?? '')).region('catalog-members').html)
    expect(await members(back.find(({ text }) => text === 'Previous')?.href ?? '')).toEqual(seen.slice(0, 60))
    expect((await get(`${url}?after=nonsense`)).text).toContain('cannot be read')
  })

  test('shows what stands above and below it, and what is not there', async () => {
    expect((await get(groupPage('cart'))).region('catalog-place').text).toContain('Part of company / shopping')
    const place = (await get(groupPage('company'), 'cora')).region('catalog-place')
    expect(place.text).toMatch(/payments 1 member shopping 3 members nobody-knows not in the catalog/)
    expect((await get(groupPage('adrift'))).region('catalog-place').text).toContain('nowhere (not in the catalog)')
    expect((await get(groupPage('ring-a'))).region('catalog-place').text).toContain('It is below itself')
    expect((await get(groupPage('mirror'))).region('catalog-place').text).toContain('It is below itself')
    expect((await get(groupPage('cart'))).region('catalog-place').text).not.toContain('below itself')
  })

  test('counts what it owns, itself and through its sub-groups, and marks what has problems', async () => {
    const owns = (await get(groupPage('shopping'), 'cora')).region('catalog-owns')
    const rows = elements(owns.html, ({ name }) => name === 'tr').map(({ text }) => text)
    expect(rows).toEqual([
      'Kind Direct With sub-groups Problems',
      'Component library 0 1 : Component, library 1 : Component, library',
      'Component service 0 1 : Component, service 0',
      'Component website 1 : Component, website 1 : Component, website 0',
    ])
    for (const { href, text } of linksOf(owns.html).filter((link) => link.href.startsWith('/catalog?'))) {
      expect(total(await get(href, 'cora')), href).toBe(Number(/\d+/.exec(text)?.[0]))
    }
    expect(owns.text).toContain('shop')
    expect((await get(groupPage('cart'), 'cora')).region('catalog-owns').text).toMatch(
      /list Component · library 1 warning.*basket Component · service/,
    )
  })

  test('says of a group that owns nothing how it would', async () => {
    expect((await get(groupPage('ring-a'))).region('catalog-owns').text).toContain('owner: ring-a')
  })

  test('does not say a second time what the cards say, but keeps it under Relations', async () => {
    expect((await get(groupPage('cart'))).has('catalog-related')).toBe(false)
    expect((await get(`${groupPage('cart')}/relations`)).text).toContain('Anna Owner')
  })
})

test('who is a direct member and in a sub-group stands once, and who is unknown behind everybody else', async () => {
  const files = {
    'all.yaml': [
      group('one', { members: ['zoe', 'user:aaa', 'component:what'] }),
      group('two', { parent: 'one', members: ['zoe', 'group:one', 'user:aab'] }),
      user('zoe', ['one', 'two'], { profile: { email: 'not an address' } }),
    ].join(''),
  }
  await using other = await testPortal({ files })
  const texts = async (query: string) => {
    const page = await other.get(`${groupPage('one')}/members?${query}`)
    return elements(page.region('catalog-members').html, ({ name }) => name === 'li').map(({ text }) => text)
  }
  const unknown = (name: string) => `${name} not in the catalog`
  expect(await texts('members=all')).toEqual([
    'ON one in two',
    'ZO zoe',
    unknown('what'),
    unknown('aaa'),
    `${unknown('aab')} in two`,
  ])
  expect(await texts('')).toEqual(['ZO zoe', unknown('what'), unknown('aaa')])
})

describe('the page of a user', () => {
  test('shows the groups, and those above them by which way', async () => {
    const rows = elements(
      (await get('/catalog/default/user/ben', 'cora')).region('catalog-memberships').html,
      (one) => {
        return one.name === 'li'
      },
    )
    expect(rows.map(({ text }) => text)).toEqual([
      'cart member team',
      'payments member team',
      'shopping above cart team',
      'company above cart and payments team',
    ])
    const cora = (await get('/catalog/default/user/cora')).region('catalog-memberships').text
    expect(cora).toContain('nowhere-else not in the catalog')
    expect((await get('/catalog/default/user/loner')).region('catalog-memberships').text).toContain('In no group yet')
  })

  test('says what they own and by which way', async () => {
    const owns = (await get('/catalog/default/user/anna', 'cora')).region('catalog-owns')
    const rows = elements(owns.html, ({ name }) => name === 'tr').map(({ text }) => text)
    expect(rows).toEqual([
      'Through Entities Problems',
      'Personally 1 : Personally 0',
      'cart as a member 2 : cart, as a member 1 : cart, as a member',
      'shopping above cart 1 : shopping, above cart 0',
      'company above cart 1 : company, above cart 0',
    ])
    expect(owns.text).toMatch(/list .*basket .*notes/)
  })

  test('ends where groups stand in a circle', async () => {
    expect((await get('/catalog/default/user/anna')).region('catalog-memberships').text).toContain(
      'ring-a above ring-b',
    )
  })
})

describe('the list', () => {
  test('takes an owner with the groups below it, also in exports and counts', async () => {
    expect(refs(await get('/catalog?owner=shopping', 'cora'))).toEqual(['component:default/shop'])
    const page = await get('/catalog?owner=shopping&sub=1', 'cora')
    expect(refs(page)).toEqual(['component:default/basket', 'component:default/list', 'component:default/shop'])
    expect(page.region('catalog-list').text).toContain('Remove filter Owner: with sub-groups')
    const csv = await get('/catalog.csv?owner=shopping&sub=1', 'cora')
    expect(csv.body.trim().split('\n')).toHaveLength(4)
    expect(refs(await get('/catalog?owner=ring-a&sub=1'))).toEqual([])
    expect(refs(await get('/catalog?owner=shopping&owner=user:anna&sub=true', 'cora'))).toHaveLength(4)
  })

  test('offers to take the groups below where that adds something', async () => {
    const offered = async (query: string) =>
      elements((await get(`/catalog?${query}`, 'cora')).region('catalog-filters').html, ({ attributes }) => {
        return attributes.name === 'sub'
      }).map(({ attributes }) => attributes.checked !== undefined)
    expect(await offered('owner=shopping')).toEqual([false])
    expect(await offered('owner=shopping&sub=1')).toEqual([true])
    expect(await offered('owner=payments')).toEqual([])
    expect(await offered('sub=1')).toEqual([])
  })
})
