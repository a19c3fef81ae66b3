import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestPortal } from '../../../testing/index.ts'
import { accessPortal, accountsOf, keyIn, makeAccount, password, signIn } from '../fixtures/signed-in.ts'

type Headers = Record<string, string>
const admin = { id: 'root', kind: 'user', name: 'Root', groups: [] } as const

let portal: TestPortal
let root: Headers
let cora: Headers
beforeAll(async () => {
  portal = await accessPortal()
  await makeAccount(portal, 'root', true)
  await makeAccount(portal, 'cora')
  root = await signIn(portal, 'root')
  cora = await signIn(portal, 'cora')
})
afterAll(() => portal.close())

const draft = { name: 'Grace', title: 'Grace  Hopper', email: 'grace@example.com' }
const writes: [string, Record<string, string>][] = [
  ['/admin/accounts', draft],
  ['/admin/accounts/cora/link', {}],
  ['/admin/accounts/cora/state', { state: 'disabled' }],
  ['/admin/accounts/cora/role', { administrator: 'yes' }],
]

test.each(writes)('%s is for administrators, and changes nothing for others', async (url, form) => {
  const before = accountsOf(portal).list()
  const refused = await portal.post(url, form, { headers: cora })
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('access.accounts')])
  expect((await portal.post(url, form)).status).toBe(401)
  expect(accountsOf(portal).list()).toEqual(before)
})

test.each([
  ['POST', '/admin/accounts.json', { name: 'x' }],
  ['POST', '/admin/accounts/cora/link.json', {}],
  ['POST', '/admin/accounts/cora/state.json', { state: 'disabled' }],
  ['GET', '/admin/accounts.json', undefined],
  ['GET', '/admin/accounts', undefined],
] as const)('%s %s: 403 for others', async (method, url, payload) => {
  const send = (headers: Headers) => portal.portal.server.inject({ method, url, headers, ...(payload && { payload }) })
  expect((await send({ ...cora, accept: 'application/json' })).statusCode).toBe(403)
  expect((await send({ accept: 'application/json' })).statusCode).toBe(401)
})

test('an account is made with a link that is shown once, and its name stays its own', async () => {
  const made = await portal.post('/admin/accounts', draft, { headers: root })
  expect(made.status).toBe(200)
  expect(made.region('access-account-grace').text).toContain('Grace Hopper')
  expect(made.region('access-account-grace').text).toContain('Waits for its link')
  const key = keyIn(made.region('access-link').text)
  expect((await portal.get('/admin/accounts', { headers: root })).has('access-link')).toBe(false)
  const again = await portal.post('/admin/accounts', draft, { headers: root })
  expect([again.status, again.region('access-account-form-name-said').text]).toEqual([
    409,
    'There is an account called grace already.',
  ])
  expect((await portal.post('/auth/local', { name: 'grace', password })).status).toBe(422)
  const chosen = await portal.post('/sign-in/password', { key, password, again: password })
  expect(chosen.status).toBe(303)
  await signIn(portal, 'grace')
  const line = (await portal.audit()).find(({ action }) => action === 'access.account.create')
  expect(line).toMatchObject({ target: 'account:grace', after: { title: 'Grace Hopper', administrator: false } })
})

test('who is disabled is signed out with the next request, and gets in again once enabled', async () => {
  await makeAccount(portal, 'ben')
  const ben = await signIn(portal, 'ben')
  const state = (state: string) => portal.post('/admin/accounts/ben/state', { state }, { headers: root })
  expect((await portal.get('/catalog.json', { headers: ben })).status).toBe(200)
  expect((await state('disabled')).status).toBe(303)
  expect((await portal.get('/catalog.json', { headers: ben })).status).toBe(401)
  const refused = await portal.post('/auth/local', { name: 'ben', password })
  expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('This account is disabled')])
  expect((await portal.post('/auth/local', { name: 'ben', password: 'wrong password' })).text).toContain('is wrong')
  expect((await portal.post('/admin/accounts/ben/link', {}, { headers: root })).status).toBe(409)
  await state('enabled')
  // The sessions of before stay ended.
  expect((await portal.get('/catalog.json', { headers: ben })).status).toBe(401)
  await signIn(portal, 'ben')
})

test('an administrator is made and unmade with the next request, but never the last one', async () => {
  await makeAccount(portal, 'anna')
  const anna = await signIn(portal, 'anna')
  const role = (name: string, administrator: string, headers = root) =>
    portal.post(`/admin/accounts/${name}/role`, { administrator }, { headers })
  expect((await portal.get('/admin/accounts', { headers: anna })).status).toBe(403)
  await role('anna', 'yes')
  expect((await portal.get('/admin/accounts', { headers: anna })).status).toBe(200)
  expect((await role('root', 'no', anna)).status).toBe(303)
  expect((await portal.get('/admin/accounts', { headers: root })).status).toBe(403)
  for (const [url, form] of [
    ['/admin/accounts/anna/role', { administrator: 'no' }],
    ['/admin/accounts/anna/state', { state: 'disabled' }],
  ] as const) {
    const last = await portal.post(url, form, { headers: anna })
    expect([last.status, last.text]).toEqual([409, expect.stringContaining('anna is the last administrator')])
  }
  await role('root', 'yes', anna)
  await role('anna', 'no')
})

test('of two administrators who disable each other at once, one stays', async () => {
  await using other = await accessPortal()
  for (const name of ['one', 'two']) await makeAccount(other, name, true)
  const done = await Promise.allSettled(['one', 'two'].map((name) => accountsOf(other).disable(admin, name)))
  expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})

test('an administrator who has not chosen a password does not count as one', async () => {
  await using other = await accessPortal()
  await makeAccount(other, 'one', true)
  await accountsOf(other).create(admin, { name: 'two', title: 'Two', email: null, administrator: true }, {})
  await expect(accountsOf(other).disable(admin, 'one')).rejects.toMatchObject({ code: 'conflict' })
})

test('an account that is not there is said to be missing', async () => {
  for (const url of ['/admin/accounts/nobody/link', '/admin/accounts/nobody/role']) {
    expect((await portal.post(url, { administrator: 'yes' }, { headers: root })).status).toBe(404)
  }
})

test('without local accounts there is no form, no page and no address for them', async () => {
  await using other = await accessPortal({ sign: { local: false, guest: true } })
  for (const url of ['/admin/accounts', '/sign-in/first']) {
    expect((await other.get(url)).status).toBe(404)
  }
  expect((await other.post('/auth/local', { name: 'a', password })).status).toBe(404)
})
