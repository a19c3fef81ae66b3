import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Answer, TestPortal } from '../../../testing/index.ts'
import { accessPortal, accountsOf, makeAccount, signIn } from '../fixtures/signed-in.ts'
import { newToken } from './format.ts'
import { tokensRef } from './service.ts'
import { tokenUsesRef } from './uses.ts'

type Headers = Record<string, string>
const admin = { id: 'root', kind: 'user', name: 'Root', groups: [] } as const
const start = new Date('2026-11-21T10:00:00Z')
const day = 86_400_000

let now = start
let portal: TestPortal
let root: Headers
let ada: Headers
beforeAll(async () => {
  portal = await accessPortal({ now: () => now })
  for (const name of ['ada', 'eve']) await makeAccount(portal, name)
  await makeAccount(portal, 'root', true)
  root = await signIn(portal, 'root')
  ada = await signIn(portal, 'ada')
})
afterAll(() => portal.close())

const draft = { title: 'Backup', permissions: '*.read', expires: '90d' }
const tokens = () => portal.portal.services.use(tokensRef, 'a test')
const tokenIn = (answer: Answer): string => answer.region('access-token-text').text
const idOf = (title: string) =>
  tokens()
    .list()
    .find((one) => one.title === title)?.id ?? 'none'
const bearing = (token: string): { headers: Headers } => ({ headers: { authorization: `Bearer ${token}` } })
const asProgram = (token: string, url = '/catalog.json') =>
  portal.get(url, { headers: { authorization: `Bearer ${token}`, accept: '*/*' } })

async function make(headers: Headers, form: Record<string, string> = {}, url = '/settings/tokens'): Promise<string> {
  const answer = await portal.post(url, { ...draft, ...form }, { headers })
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`)
  return tokenIn(answer)
}
const makeService = (form: Record<string, string>) => make(root, form, '/admin/tokens')

test('a personal token is shown once and acts for its owner, no further than it is limited to', async () => {
  const token = await make(ada, { title: 'Reader' })
  expect(token).toMatch(/^cbp_/)
  expect((await portal.get('/settings', { headers: ada })).body).not.toContain(token)
  expect((await asProgram(token)).status).toBe(200)
  expect((await asProgram(token, '/metrics')).status).toBe((await portal.get('/metrics', { headers: ada })).status)
})

test('a token that reads everything writes nothing, not even a mark of its owner', async () => {
  const [reader, named] = [await make(ada, { title: 'R' }), await make(ada, { title: 'N', permissions: 'home.read' })]
  const star = { kind: 'entity', key: 'component:default/cart', title: 'cart', starred: 'yes', back: '/' }
  for (const [url, form] of [
    ['/home/stars', star],
    ['/home/visits/removal', {}],
    ['/notifications/settings', {}],
    ['/catalog/sources/readings.json', {}],
  ] as const) {
    const refused = await portal.post(url, form, { headers: { ...bearing(reader).headers, accept: '*/*' } })
    expect([url, refused.status, refused.json()]).toEqual([
      url,
      403,
      { error: expect.objectContaining({ message: 'This token only reads' }) },
    ])
  }
  await portal.post('/home/stars', star, { headers: { ...bearing(reader).headers, accept: '*/*' } })
  await portal.portal.db.write(() => undefined)
  const lines = (await portal.audit()).filter(({ action }) => action === 'portal.write')
  expect(lines.map(({ result, target, actor, detail }) => [result, target, actor?.kind, detail])).toEqual(
    [
      '/home/stars',
      '/catalog/sources/readings.json',
      '/notifications/settings',
      '/home/visits/removal',
      '/home/stars',
    ].map((url) => ['denied', `POST ${url}`, 'user', expect.objectContaining({ reason: 'This token only reads' })]),
  )
  expect((await portal.post('/home/visits/removal', {}, bearing(named))).status).toBe(303)
  const beyond = await portal.post(
    '/notifications/settings',
    {},
    { headers: { ...bearing(named).headers, accept: '*/*' } },
  )
  expect(beyond.text).toContain('This token is limited to home.read')
  // Reads of a token as well: whoever made it is not there to see them refused.
  expect((await asProgram(named, '/metrics')).status).toBe(403)
  await portal.portal.db.write(() => undefined)
  const [last] = await portal.audit()
  expect(last).toMatchObject({ action: 'portal.read', target: 'GET /metrics', result: 'denied' })
})

test('a personal token never may more than its owner, whatever it is given', async () => {
  const given = await portal.post('/settings/tokens', { ...draft, permissions: 'admin.plugins' }, { headers: ada })
  expect(given.status).toBe(422)
  const token = await make(root, { title: 'Of root', permissions: 'catalog.register' })
  await accountsOf(portal).setAdministrator(admin, 'eve', true)
  expect((await asProgram(token, '/catalog-import')).status).toBe(200)
  await accountsOf(portal).setAdministrator(admin, 'root', false)
  expect((await asProgram(token, '/catalog-import')).status).toBe(403)
  await accountsOf(portal).setAdministrator(admin, 'root', true)
})

test('a service token reads metrics, feeds and JSON in its own name', async () => {
  const token = await makeService({ title: 'Prometheus', permissions: 'metrics.read' })
  expect(token).toMatch(/^cbs_/)
  const metrics = await asProgram(token, '/metrics')
  expect([metrics.status, metrics.body]).toEqual([200, expect.stringContaining('callboard_http_request_seconds')])
  expect((await asProgram(token)).status).toBe(403)
  const reader = await makeService({ title: 'Reader of all' })
  for (const url of ['/catalog.json', '/catalog/changes.atom', '/api/notifications']) {
    expect([url, (await asProgram(reader, url)).status]).toEqual([url, 200])
  }
})

test.each([
  ['mistyped', () => `${newToken('personal').slice(0, -1)}!`, 'There is no such token'],
  ['not there', () => newToken('service'), 'There is no such token'],
])('a token that is %s: 401 with the reason', async (_, token, reason) => {
  for (const url of ['/catalog.json', '/metrics', '/catalog/changes.atom']) {
    const answer = await asProgram(token(), url)
    expect([answer.status, answer.json()]).toEqual([401, { error: expect.objectContaining({ message: reason }) }])
    expect(answer.headers['www-authenticate']).toBe('Bearer')
  }
})

test('a token of another system is none of this portal, and lets nobody in', async () => {
  const answer = await asProgram('eyJhbGciOiJub25lIn0.e30.')
  expect([answer.status, answer.json()]).toEqual([
    401,
    { error: expect.objectContaining({ message: 'You are not signed in' }) },
  ])
})

test('a revoked token is refused with the next request, and the audit says so once a minute', async () => {
  const token = await make(ada, { title: 'Lost' })
  expect((await asProgram(token)).status).toBe(200)
  const revoked = await portal.post(`/settings/tokens/${idOf('Lost')}/revocation`, {}, { headers: ada })
  expect([revoked.status, revoked.headers.location]).toEqual([
    303,
    '/settings?said=access.own-tokens.revoked#section-access-own-tokens',
  ])
  for (let at = 0; at < 3; at++) expect((await asProgram(token)).status).toBe(401)
  expect((await asProgram(token)).json()).toEqual({
    error: expect.objectContaining({ message: 'This token was revoked on 2026-11-21' }),
  })
  const lines = async () => {
    // Whatever writes next comes after the lines of the audit.
    await portal.portal.db.write(() => undefined)
    return (await portal.audit()).filter(({ target }) => target === `token:${idOf('Lost')}`)
  }
  expect((await lines()).map(({ action, result }) => `${action} ${result}`)).toEqual([
    'access.token.use denied',
    'access.token.revoke ok',
    'access.token.create ok',
  ])
  now = new Date(now.getTime() + 60_000)
  await asProgram(token)
  expect(await lines()).toHaveLength(4)
})

test('a token ends at its moment', async () => {
  const token = await make(ada, { title: 'Short', expires: '7d' })
  const made = now
  now = new Date(made.getTime() + 7 * day - 1)
  expect((await asProgram(token)).status).toBe(200)
  now = new Date(made.getTime() + 7 * day)
  const answer = await asProgram(token)
  expect([answer.status, answer.json()]).toEqual([
    401,
    { error: expect.objectContaining({ message: expect.stringMatching(/^This token ended on 2026-11-28$/) }) },
  ])
  now = made
})

test('tokens of an account that is disabled are dead, and work again once it is enabled', async () => {
  const eve = await signIn(portal, 'eve')
  const token = await make(eve, { title: 'Of eve' })
  expect((await asProgram(token)).status).toBe(200)
  await accountsOf(portal).disable(admin, 'eve')
  const dead = await asProgram(token)
  expect([dead.status, dead.text]).toEqual([401, expect.stringContaining('does not get in any more')])
  await accountsOf(portal).enable(admin, 'eve')
  expect((await asProgram(token)).status).toBe(200)
})

test('a token makes, sees and revokes no tokens, changes no accounts, sessions or passwords', async () => {
  const everything = tokens()
    .offered({ ...admin, administrator: true })
    .join(' ')
  expect(everything).not.toContain('access.')
  for (const permissions of ['access.tokens', 'access.*', 'access.accounts']) {
    const answer = await portal.post('/admin/tokens', { ...draft, permissions }, { headers: root })
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining(`No token can have ${permissions}`)])
  }
  const token = await make(root, { title: 'Of an administrator' })
  for (const [method, url] of [
    ['POST', '/settings/tokens'],
    ['POST', '/admin/tokens'],
    ['POST', '/admin/tokens.json'],
    ['POST', `/admin/tokens/${idOf('Reader')}/revocation`],
    ['POST', '/admin/accounts'],
    ['POST', '/admin/accounts/ada/state'],
    ['POST', '/settings/password'],
    ['POST', '/settings/sessions/revoke-others'],
    ['GET', '/admin/tokens'],
    ['GET', '/admin/accounts'],
    ['GET', '/admin/accounts.json'],
  ] as const) {
    const sent = {
      method,
      url,
      headers: { authorization: `Bearer ${token}` },
      ...(method === 'POST' && { payload: {} }),
    }
    expect([url, (await portal.portal.server.inject(sent)).statusCode]).toEqual([url, 403])
  }
})

test('who comes with a token finds nothing about accounts, sessions and tokens in the settings', async () => {
  const page = await portal.get('/settings', bearing(await make(root, { title: 'Looks' })))
  expect(page.status).toBe(200)
  for (const id of ['sessions', 'password', 'own-tokens']) expect(page.has(`section-access-${id}`)).toBe(false)
})

test('the last use is shown at once, and written in a batch', async () => {
  const token = await make(ada, { title: 'Used' })
  const row = () =>
    tokens()
      .list()
      .find(({ title }) => title === 'Used')
  expect(row()).toMatchObject({ lastUsedAt: null, lastAddress: null })
  await asProgram(token)
  expect(row()).toMatchObject({ lastUsedAt: now, lastAddress: '127.0.0.1' })
  const stored = () => portal.portal.db.read.all("select last_used_at as at from access_tokens where title = 'Used'")
  expect(stored()).toEqual([{ at: null }])
  await portal.portal.services.use(tokenUsesRef, 'a test').flush()
  expect(stored()).toEqual([{ at: now.getTime() }])
  const page = await portal.get('/settings', { headers: ada })
  expect(page.region(`access-token-${idOf('Used').toLowerCase()}`).text).toContain('127.0.0.1')
})

test('each sees and revokes their own tokens, administrators those of everybody', async () => {
  await make(ada, { title: 'Only of ada' })
  const id = idOf('Only of ada')
  const eve = await signIn(portal, 'eve')
  expect((await portal.get('/settings', { headers: eve })).text).not.toContain('Only of ada')
  expect((await portal.post(`/settings/tokens/${id}/revocation`, {}, { headers: eve })).status).toBe(404)
  expect((await portal.post(`/admin/tokens/${id}/revocation`, {}, { headers: ada })).status).toBe(403)
  expect((await portal.post(`/admin/tokens/${id}/revocation`, {})).status).toBe(401)
  expect((await portal.get('/admin/tokens', { headers: ada })).status).toBe(403)
  expect((await portal.post('/admin/tokens', draft, { headers: ada })).status).toBe(403)
  expect((await portal.post('/settings/tokens', draft)).status).toBe(401)
  expect((await portal.get('/admin/tokens', { headers: root })).text).toContain('Only of ada')
  expect((await portal.post(`/admin/tokens/${id}/revocation`, {}, { headers: root })).status).toBe(303)
  expect((await portal.post('/admin/tokens/none/revocation', {}, { headers: root })).status).toBe(404)
})

test.each([
  [{ title: ' ' }, 'title', 'Say what the token is for'],
  [{ permissions: '' }, 'scope', 'Choose what the token may do'],
  [{ permissions: 'catalog.nothing' }, 'scope', 'There is no permission called catalog.nothing'],
  [{ expires: '2y' }, 'expires', 'is no length of time'],
  [{ expires: '400d' }, 'expires', 'after a year at the latest'],
  [{ expires: 'never' }, 'expires', 'after a year at the latest'],
  [{ expires: '1s' }, 'expires', 'at least a minute'],
])('%j is refused beside its field', async (form, field, says) => {
  const answer = await portal.post('/settings/tokens', { ...draft, ...form }, { headers: ada })
  expect(answer.status).toBe(422)
  const id = field === 'scope' ? 'access-token-form-scope' : `access-token-form-${field}-said`
  expect(answer.region(id).text).toContain(says)
  expect(answer.has('access-token')).toBe(false)
})

test('a service token may last for ever, with a warning; one more than fifty of a person is refused', async () => {
  const answer = await portal.post('/admin/tokens', { ...draft, title: 'Eternal', expires: 'never' }, { headers: root })
  expect(answer.region('access-token').text).toContain('It never ends')
  expect(answer.region(`access-token-${idOf('Eternal').toLowerCase()}`).text).toContain('Never ends')
  const eve = await signIn(portal, 'eve')
  const had = tokens()
    .list()
    .filter(({ createdBy, revokedAt }) => createdBy === 'local:eve' && !revokedAt).length
  for (let at = had; at < 50; at++) await make(eve, { title: `Number ${at}` })
  const full = await portal.post('/settings/tokens', draft, { headers: eve })
  expect([full.status, full.text]).toEqual([409, expect.stringContaining('You have 50 tokens')])
})

test('a token outlives the session in which it was made, and a cookie is none', async () => {
  const headers = await signIn(portal, 'ada')
  const token = await make(headers, { title: 'Made in passing' })
  expect((await portal.post('/sign-out', {}, { headers })).status).toBe(303)
  expect((await portal.get('/catalog', { headers })).status).toBe(303)
  expect((await asProgram(token)).status).toBe(200)
  const others = await signIn(portal, 'ada')
  const cookie = String(others.cookie).split('=')[1] ?? ''
  expect((await asProgram(cookie)).status).toBe(401)
  expect((await asProgram(`cbp_${cookie}`)).status).toBe(401)
})
