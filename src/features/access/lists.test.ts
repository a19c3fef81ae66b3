import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemActor } from '../../api/actor.ts'
import type { Answer, TestPortal } from '../../testing/index.ts'
import { accessPortal, accountsOf, makeAccount, signIn } from './fixtures/signed-in.ts'
import { tokensRef } from './tokens/service.ts'

const day = 86_400_000
const start = new Date('2026-11-21T10:00:00Z')
const admin = { id: 'user:default/root', kind: 'user', name: 'Root', groups: [] } as const
const number = (index: number) => String(index).padStart(3, '0')

let now = start
let portal: TestPortal
let headers: Record<string, string>
beforeAll(async () => {
  portal = await accessPortal({ now: () => now })
  await makeAccount(portal, 'zz-root', true)
  headers = await signIn(portal, 'zz-root')
  for (let index = 1; index <= 119; index++) {
    const draft = { title: `Person ${number(index)}`, email: `p${index}@example.com`, administrator: false }
    await accountsOf(portal).create(systemActor, { name: `p${number(index)}`, ...draft }, {})
  }
  const [oe, percent] = [
    { name: 'odd', title: 'Östen Ås', email: null, administrator: false },
    { name: 'per-cent', title: '100 %_\\ sure', email: null, administrator: false },
  ]
  await accountsOf(portal).create(systemActor, oe, {})
  await accountsOf(portal).create(systemActor, percent, {})
  for (let index = 1; index <= 101; index++)
    await tokens().createService(admin, { title: `Job ${number(index)}`, permissions: ['*.read'], expires: '90d' })
})
afterAll(() => portal.close())

const tokens = () => portal.portal.services.use(tokensRef, 'a test')
const page = (url: string) => portal.get(url, { headers })
const names = ({ body }: Answer) => [...body.matchAll(/<tr id="access-account-([^"]+)"/g)].map(([, name]) => name)
const titles = ({ body }: Answer) => [...body.matchAll(/<b dir="auto">([^<]*)<\/b>/g)].map(([, title]) => title)
const turn = ({ body }: Answer, rel: 'prev' | 'next') =>
  new RegExp(`rel="${rel}" href="([^"]+)"`).exec(body)?.[1]?.replaceAll('&amp;', '&')

/** Turns the pages from an address to the end. */
async function pages(url: string, rel: 'prev' | 'next'): Promise<Answer[]> {
  const answer = await page(url)
  const further = turn(answer, rel)
  return further === undefined ? [answer] : [answer, ...(await pages(further, rel))]
}

describe('accounts', () => {
  test('stand by name, fifty a page, each on one page, forwards and backwards', async () => {
    const all = accountsOf(portal)
      .list()
      .map(({ name }) => name)
    expect(all).toHaveLength(122)
    const forwards = await pages('/admin/accounts', 'next')
    expect(forwards.map((one) => names(one).length)).toEqual([50, 50, 22])
    expect(forwards.flatMap(names)).toEqual(all)
    expect(forwards[0]?.region('access-accounts-count').text).toBe('122 accounts')
    expect(turn(forwards[0] as Answer, 'prev')).toBeUndefined()
    const backwards = await pages(turn(forwards[2] as Answer, 'prev') ?? '', 'prev')
    expect(backwards.toReversed().flatMap(names)).toEqual(all.slice(0, 100))
  })

  test.each([
    ['P00', 9],
    ['person 11', 10],
    ['P118@EXAMPLE', 1],
    ['östen', 1],
    ['ÖSTEN', 1],
    ['%_\\', 1],
    ['%', 1],
    ['_', 1],
    ["' or 1=1 --", 0],
    ['p'.repeat(60_000), 0],
  ])('with %.40s in name, full name or address: %i', async (q, count) => {
    const found = await page(`/admin/accounts?q=${encodeURIComponent(q)}`)
    expect([found.status, names(found).length]).toEqual([200, count])
    expect(found.has('access-accounts-filter')).toBe(true)
  })

  test('that match stay filtered from page to page, and nothing found says so and leads back', async () => {
    const found = await pages('/admin/accounts?q=person', 'next')
    expect(found.map((one) => names(one).length)).toEqual([50, 50, 19])
    const none = await page('/admin/accounts?q=nobody')
    expect(none.region('access-accounts').text).toContain('No such account')
    expect(none.body).toContain('href="/admin/accounts">Show all')
  })

  test('are the first page where a key leads beyond all of them', async () => {
    expect(names(await page('/admin/accounts?after=zzz'))).toHaveLength(50)
    expect(names(await page('/admin/accounts?before=a'))[0]).toBe('odd')
  })

  test('whoever changes one comes back to the same page of the same list', async () => {
    const url = '/admin/accounts?q=person&after=p050'
    const [action = ''] = /\/admin\/accounts\/p060\/state[^"]*/.exec((await page(url)).body) ?? []
    const changed = await portal.post(action.replaceAll('&amp;', '&'), { state: 'disabled' }, { headers })
    expect([changed.status, changed.headers.location]).toEqual([303, url])
  })

  test('are complete for programs', async () => {
    const { body } = await portal.get('/admin/accounts.json', { headers: { ...headers, accept: 'application/json' } })
    expect((JSON.parse(body) as { accounts: unknown[] }).accounts).toHaveLength(122)
  })
})

describe('tokens', () => {
  test('stand from the newest on, fifty a page, and are found by title, maker and first letters', async () => {
    const all = await pages('/admin/tokens', 'next')
    expect(all.map((one) => titles(one).length)).toEqual([50, 50, 1])
    expect(all.flatMap(titles)).toEqual(Array.from({ length: 101 }, (_, index) => `Job ${number(101 - index)}`))
    const back = await pages(turn(all[2] as Answer, 'prev') ?? '', 'prev')
    expect(back.toReversed().flatMap(titles)).toEqual(all.flatMap(titles).slice(0, 100))
    expect(titles(await page('/admin/tokens?q=JOB 01')).length).toBe(10)
    expect((await page('/admin/tokens?q=default/root')).region('access-tokens-count').text).toBe('101 tokens found')
    expect((await page('/admin/tokens?q=nothing')).region('access-tokens').text).toContain('No such token')
    const { body } = await portal.get('/admin/tokens.json', { headers: { ...headers, accept: 'application/json' } })
    expect((JSON.parse(body) as { tokens: unknown[] }).tokens).toHaveLength(101)
  })

  test('that are dead for a month are forgotten, and the audit keeps them', async () => {
    const idOf = (title: string) =>
      tokens()
        .list()
        .find((one) => one.title === title)?.id ?? 'none'
    await tokens().createService(admin, { title: 'short', permissions: ['*.read'], expires: '7d' })
    await tokens().createService(admin, { title: 'for ever', permissions: ['*.read'], expires: 'never' })
    const [gone, kept] = [idOf('Job 001'), idOf('Job 002')]
    await tokens().revoke(admin, gone)
    now = new Date(start.getTime() + 8 * day)
    await tokens().revoke(admin, kept)
    const prune = async () => {
      await portal.portal.db.write((tx) => portal.portal.jobs.enqueue(tx, 'access.sessions'))
      await portal.settled()
      return tokens().list().length
    }
    now = new Date(start.getTime() + 30 * day)
    expect(await prune()).toBe(103)
    now = new Date(start.getTime() + 30 * day + 1)
    expect(await prune()).toBe(102)
    expect([idOf('Job 001'), idOf('Job 002'), idOf('short')]).toEqual(['none', kept, expect.not.stringMatching('none')])
    now = new Date(start.getTime() + 121 * day)
    expect(await prune()).toBe(1)
    expect(idOf('for ever')).not.toBe('none')
    const lines = portal.portal.db.read.all(`select action from audit_lines where target = 'token:${gone}' order by id`)
    expect(lines).toEqual([{ action: 'access.token.create' }, { action: 'access.token.revoke' }])
  })
})
