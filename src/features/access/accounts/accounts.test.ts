import { expect, test } from 'vitest'
import { systemActor } from '../../../api/actor.ts'
import {
  accessPortal,
  accountsOf,
  cookieOf,
  firstKey,
  greeting,
  keyIn,
  makeAccount,
  password,
  signIn,
} from '../fixtures/signed-in.ts'

const first = (key: string, more: Record<string, string> = {}) => ({
  ...{ key, name: 'Ada', title: 'Ada Lovelace', email: 'ada@example.com', password, again: password },
  ...more,
})

test('the link that start prints makes the first administrator, who is signed in at once', async () => {
  await using portal = await accessPortal()
  const key = await firstKey(portal)
  const page = await portal.get(`/sign-in/first?key=${key}`)
  expect([page.status, page.region('access-first').text]).toEqual([200, expect.stringContaining('first administrator')])
  const made = await portal.post('/sign-in/first', first(key))
  expect([made.status, made.headers.location]).toEqual([303, '/'])
  const admin = await portal.get('/admin/accounts', { headers: { cookie: cookieOf(made.headers) } })
  expect([admin.status, admin.region('access-account-ada').text]).toEqual([
    200,
    expect.stringMatching(/Ada Lovelace Administrator ada · ada@example.com/),
  ])
  expect(await greeting(portal)).toBe('')
  expect((await portal.audit()).map(({ action }) => action)).toEqual(
    expect.arrayContaining(['access.account.first-link', 'access.account.first', 'access.sign-in']),
  )
})

test('the link works once, for one of two who follow it at the same time', async () => {
  await using portal = await accessPortal()
  const key = await firstKey(portal)
  const both = await Promise.all(['ada', 'eve'].map((name) => portal.post('/sign-in/first', first(key, { name }))))
  expect(both.map(({ status }) => status).sort()).toEqual([303, 404])
  expect(accountsOf(portal).list()).toHaveLength(1)
  const again = await portal.post('/sign-in/first', first(key, { name: 'eve' }))
  expect([again.status, again.text]).toEqual([404, expect.stringContaining('There is an administrator already')])
  expect((await portal.get(`/sign-in/first?key=${key}`)).status).toBe(404)
})

test('the link dies after its hour, with the next one, and as soon as there is an administrator', async () => {
  let now = new Date('2026-11-21T10:00:00Z')
  await using portal = await accessPortal({ now: () => now })
  const open = async (key: string) => (await portal.get(`/sign-in/first?key=${key}`)).text
  const old = await firstKey(portal)
  const young = await firstKey(portal)
  expect(await open(old)).toContain('leads nowhere')
  now = new Date('2026-11-21T10:59:59Z')
  expect(await open(young)).toContain('Become the administrator')
  now = new Date('2026-11-21T11:00:00Z')
  expect(await open(young)).toContain('has run out')
  expect((await portal.post('/sign-in/first', first(young))).status).toBe(404)
  const last = await firstKey(portal)
  await makeAccount(portal, 'grace', true)
  expect(await open(last)).toContain('There is an administrator already')
  expect((await portal.post('/sign-in/first', first(last))).status).toBe(404)
  expect(
    accountsOf(portal)
      .list()
      .map(({ name }) => name),
  ).toEqual(['grace'])
})

test('somebody who is made an administrator while the form is sent is the only one', async () => {
  await using portal = await accessPortal()
  await makeAccount(portal, 'grace')
  const [key, accounts] = [await firstKey(portal), accountsOf(portal)]
  const draft = { name: 'eve', title: 'Eve', email: null, administrator: true }
  // It is looked at, and waits for its password to be hashed.
  const making = accounts.makeFirst(key, draft, { password, again: password }, 'r1').catch(({ code }) => code)
  await accounts.setAdministrator(systemActor, 'grace', true)
  expect(await making).toBe('not_found')
  expect(accounts.list().map(({ name }) => name)).toEqual(['grace'])
})

test.each([
  ['', 'leads nowhere'],
  ['x'.repeat(43), 'leads nowhere'],
])('the key "%s" is refused', async (key, why) => {
  await using portal = await accessPortal()
  const answer = await portal.get(`/sign-in/first?key=${key}`)
  expect([answer.status, answer.text]).toEqual([404, expect.stringContaining(why)])
})

test('what is wrong with a field is said beside it, and the link still works', async () => {
  await using portal = await accessPortal()
  const key = await firstKey(portal)
  const wrong = { name: 'Ada L', email: 'nowhere', password: 'short', again: 'other' }
  const answer = await portal.post('/sign-in/first', first(key, wrong))
  expect(answer.status).toBe(422)
  for (const [field, says] of Object.entries({
    name: 'letters a to z',
    email: 'no e-mail address',
    password: 'at least 10',
    again: 'not what stands above',
  })) {
    expect(answer.region(`access-first-${field}-said`).text).toContain(says)
  }
  expect(answer.region('access-first-title').attributes.value).toBe('Ada Lovelace')
  expect(answer.body).not.toContain('"short"')
  expect(
    (
      await portal.post(
        '/sign-in/first',
        first(key, { password: 'Ada-Lovelace', again: 'Ada-Lovelace', name: 'ada-lovelace' }),
      )
    ).status,
  ).toBe(422)
  expect((await portal.post('/sign-in/first', first(key))).status).toBe(303)
})

test('signing in leads where one wanted to go, and a wrong name is answered like a wrong password', async () => {
  await using portal = await accessPortal()
  await makeAccount(portal, 'ada')
  const right = await portal.post('/auth/local', { name: ' ADA ', password, to: '/catalog?kind=api' })
  expect([right.status, right.headers.location]).toEqual([303, '/catalog?kind=api'])
  expect((await portal.get('/catalog', { headers: { cookie: cookieOf(right.headers) } })).status).toBe(200)
  const problem = async (name: string) => {
    const answer = await portal.post('/auth/local', { name, password: 'not the password' })
    return [answer.status, answer.headers['set-cookie'], /The name or the password is wrong\./.exec(answer.text)?.[0]]
  }
  expect(await problem('ada')).toEqual([422, undefined, 'The name or the password is wrong.'])
  expect(await problem('nobody')).toEqual(await problem('ada'))
  const [newest] = await portal.audit()
  expect(newest).toMatchObject({ action: 'access.sign-in', result: 'failed', detail: { reason: 'wrong password' } })
  expect(JSON.stringify(await portal.audit())).not.toContain('not the password')
  expect((await portal.post('/auth/local', { name: 'ada', password, to: '//evil.example' })).status).toBe(400)
})

test('five wrong passwords lock an account, for longer with each further one, and the right one opens it', async () => {
  let now = new Date('2026-11-21T10:00:00Z')
  await using portal = await accessPortal({ now: () => now })
  await makeAccount(portal, 'ada')
  const attempt = async (typed: string, name = 'ada') => {
    const { status, headers } = await portal.post('/auth/local', { name, password: typed })
    return headers['retry-after'] ? [status, headers['retry-after']] : [status]
  }
  for (const name of ['ada', 'nobody']) {
    for (let at = 0; at < 5; at++) expect(await attempt('wrong password', name)).toEqual([422])
    expect(await attempt('wrong password', name)).toEqual([429, '60'])
  }
  expect(await attempt(password)).toEqual([429, '60'])
  now = new Date(now.getTime() + 60_000)
  expect(await attempt('wrong password')).toEqual([422])
  expect(await attempt(password)).toEqual([429, '120'])
  now = new Date(now.getTime() + 120_000)
  expect(await attempt(password)).toEqual([303])
  for (let at = 0; at < 4; at++) expect(await attempt('wrong password')).toEqual([422])
  expect(await attempt(password)).toEqual([303])
})

test('of many tries at once no more than five are compared', async () => {
  await using portal = await accessPortal()
  await makeAccount(portal, 'ada')
  const all = await Promise.all(
    Array.from({ length: 12 }, () => portal.post('/auth/local', { name: 'ada', password: 'wrong password' })),
  )
  expect(all.filter(({ status }) => status === 422)).toHaveLength(5)
  expect(all.filter(({ status }) => status === 429)).toHaveLength(7)
})

test('an address that guesses names is told to wait as well', async () => {
  await using portal = await accessPortal()
  await makeAccount(portal, 'ada')
  const statuses: number[] = []
  for (let at = 0; at < 31; at++) {
    // Each name is compared five times and then locked, but every try counts for the address.
    statuses.push((await portal.post('/auth/local', { name: `name-${at % 2 ? 'a' : 'b'}`, password: 'wrong' })).status)
  }
  expect(statuses.slice(0, 10)).toEqual(Array(10).fill(422))
  const last = await portal.post('/auth/local', { name: 'ada', password })
  expect([last.status, Number(last.headers['retry-after']) > 600]).toEqual([429, true])
  expect(last.text).toContain('from your address')
})

test('changing the password needs the old one, and ends the other sessions but not this one', async () => {
  await using portal = await accessPortal()
  await makeAccount(portal, 'ada')
  const [here, there] = [await signIn(portal, 'ada'), await signIn(portal, 'ada')]
  const form = { current: password, password: 'another long one', again: 'another long one' }
  expect((await portal.get('/settings', { headers: here })).region('access-change-password').text).toContain(
    'Your password',
  )
  const wrong = await portal.post('/settings/password', { ...form, current: 'not the old one' }, { headers: here })
  expect([wrong.status, wrong.region('access-password-current-said').text]).toEqual([422, 'This is not your password.'])
  expect((await portal.get('/catalog', { headers: there })).status).toBe(200)
  const done = await portal.post('/settings/password', form, { headers: here })
  expect([done.status, done.headers.location]).toEqual([
    303,
    '/settings?said=access.password.changed#section-access-password',
  ])
  expect((await portal.get('/catalog', { headers: here })).status).toBe(200)
  expect((await portal.get('/catalog.json', { headers: there })).status).toBe(401)
  expect((await portal.post('/auth/local', { name: 'ada', password })).status).toBe(422)
  await signIn(portal, 'ada', 'another long one')
  expect((await portal.post('/settings/password', form)).status).toBe(401)
})

test('a reset link lets one choose a password once, ends every session and opens a locked account', async () => {
  await using portal = await accessPortal()
  await makeAccount(portal, 'root', true)
  await makeAccount(portal, 'ada')
  const [root, ada] = [await signIn(portal, 'root'), await signIn(portal, 'ada')]
  for (let at = 0; at < 5; at++) await portal.post('/auth/local', { name: 'ada', password: 'wrong password' })
  const shown = await portal.post('/admin/accounts/ada/link', {}, { headers: root })
  const key = keyIn(shown.region('access-link').text)
  expect((await portal.get('/admin/accounts', { headers: root })).body).not.toContain(key)
  expect((await portal.get('/catalog', { headers: ada })).status).toBe(200)
  expect((await portal.get(`/sign-in/password?key=${key}`)).region('access-choose').text).toContain('your account ada')
  const chosen = { key, password: 'chosen by a link', again: 'chosen by a link' }
  expect((await portal.post('/sign-in/password', { ...chosen, again: 'x' })).status).toBe(422)
  const both = await Promise.all([1, 2].map(() => portal.post('/sign-in/password', chosen)))
  expect(both.map(({ status }) => status).sort()).toEqual([303, 404])
  expect((await portal.get('/catalog.json', { headers: ada })).status).toBe(401)
  await signIn(portal, 'ada', 'chosen by a link')
  expect((await portal.post('/sign-in/password', chosen)).status).toBe(404)
  // A link of one sort is none of the other.
  expect((await portal.get(`/sign-in/first?key=${key}`)).status).toBe(404)
})

test('a link of an account that was disabled meanwhile, or that is a day old, leads nowhere', async () => {
  let now = new Date('2026-11-21T10:00:00Z')
  await using portal = await accessPortal({ now: () => now })
  await makeAccount(portal, 'root', true)
  await makeAccount(portal, 'ada')
  const admin = { id: 'root', kind: 'user', name: 'Root', groups: [] } as const
  const link = async () => (await accountsOf(portal).reset(admin, 'ada')).path
  const [path, chosen] = [await link(), { password: 'chosen by a link', again: 'chosen by a link' }]
  await accountsOf(portal).disable(admin, 'ada')
  expect((await portal.get(path)).text).toContain('is disabled')
  expect((await portal.post('/sign-in/password', { key: keyIn(path), ...chosen })).status).toBe(404)
  await accountsOf(portal).enable(admin, 'ada')
  now = new Date('2026-11-22T10:00:00Z')
  expect((await portal.get(path)).text).toContain('has run out')
  const next = await link()
  expect((await portal.get(path)).text).toContain('leads nowhere')
  expect((await portal.get(next)).status).toBe(200)
})
