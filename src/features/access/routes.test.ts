import { afterEach, describe, expect, test } from 'vitest'
import { organisation, type TestPortal, testPortal } from '../../testing/index.ts'
import { type AccessInput, access } from '../index.ts'
import { anna, doorPlugin, namedWay, signIn } from './fixtures/stage.ts'
import type { Profile } from './profile.ts'
import { accounts } from './schema.ts'

let portal: TestPortal
afterEach(() => portal.close())

const github = namedWay('github', 'GitHub')
const start = async (options: AccessInput | null = { providers: [github] }, more = {}) => {
  const plugins = [...(options ? [access(options)] : []), doorPlugin]
  portal = await testPortal({ plugins, files: { 'org.yaml': organisation }, title: 'Acme', ...more })
}
const signInLines = async () => (await portal.audit()).filter(({ action }) => action === 'access.sign-in')
const ben: Profile = { provider: 'github', subject: '2', login: 'ben' }
const makeAdministrator = () =>
  portal.portal.db.write(async (tx) => {
    const at = new Date()
    const row = { name: 'boss', title: 'Boss', administrator: true, password: 'scrypt$', failures: 0 }
    await tx.insert(accounts).values({ ...row, createdAt: at, changedAt: at })
  })

describe('whoever is not signed in', () => {
  test.each(['/', '/catalog?kind=all&q=a%26b', '/catalog/default/user/anna', '/settings'])(
    'is sent from %s to the sign-in page, and knows the way back',
    async (url) => {
      await start()
      const answer = await portal.get(url)
      expect(answer.status).toBe(303)
      expect(answer.headers.location).toBe(`/sign-in?to=${encodeURIComponent(url)}`)
      const page = await portal.get(String(answer.headers.location))
      expect(page.status).toBe(200)
      expect(page.region('access-sign-in').text).toContain('Sign in to Acme')
      expect(page.body).toContain(`href="/auth/github/start?to=${encodeURIComponent(url).replaceAll('&', '&amp;')}"`)
    },
  )

  test('is told so as JSON by the API, with the way to do better', async () => {
    await start()
    const answer = await portal.get('/api/door/me', { headers: { accept: 'application/json' } })
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toBe('Bearer')
    expect(answer.json()).toMatchObject({ error: { code: 'unauthenticated' } })
    expect((await portal.get('/api/door/me')).status).toBe(401)
    expect((await portal.get('/metrics', { headers: { accept: '*/*', authorization: 'Bearer x' } })).status).toBe(401)
  })

  test('leaves an open page for the sign-in page when htmx asks for a part of it', async () => {
    await start()
    const headers = { 'hx-current-url': 'http://localhost:7007/catalog?q=cart' }
    const answer = await portal.get('/search/palette?query=x', { htmx: true, headers })
    expect(answer.status).toBe(401)
    expect(answer.headers['hx-redirect']).toBe('/sign-in?to=%2Fcatalog%3Fq%3Dcart')
    expect(answer.body).toBe('')
    const again = await portal.get('/catalog?q=x', { htmx: true, headers: { 'callboard-live': 'again' } })
    expect(again.headers['hx-redirect']).toBe('/sign-in?out=1&to=%2Fcatalog%3Fq%3Dx')
    expect((await portal.get('/live?topics=x', { headers: { accept: 'text/event-stream' } })).status).not.toBe(303)
    const evil = await portal.get('/catalog', { htmx: true, headers: { 'hx-current-url': 'javascript:alert(1)' } })
    expect(evil.headers['hx-redirect']).not.toContain('javascript:')
  })

  test('changes nothing, and finds no navigation on any page', async () => {
    await start()
    const write = await portal.post('/catalog/refresh', {})
    expect([401, 404]).toContain(write.status)
    expect((await portal.post('/door/write', {})).status).toBe(401)
    for (const page of [await portal.get('/sign-in'), await portal.get('/nowhere')]) {
      expect(page.body).not.toContain('class="rail')
      expect(page.body).not.toContain('href="/catalog"')
      expect(page.body).not.toContain('action="/search"')
    }
  })
})

describe('the sign-in page', () => {
  test('offers every way, and the form for accounts', async () => {
    await start({ providers: [github, namedWay('okta', 'Okta')] })
    const { text, body } = await portal.get('/sign-in')
    expect(text).toMatch(/Continue with GitHub.*Continue with Okta.*User name.*Password/s)
    expect(body).toContain('<form class="sign-in-form" method="post" action="/auth/local">')
  })

  test('sends straight through where there is one way alone, but not who has just signed out', async () => {
    await start({ providers: [github], local: false })
    const answer = await portal.get('/sign-in?to=%2Fcatalog')
    expect(answer.headers.location).toBe('/auth/github/start?to=%2Fcatalog')
    const out = await portal.get('/sign-in?out=1')
    expect(out.status).toBe(200)
    expect(out.text).toContain('You are signed out')
    expect(out.text).not.toContain('Password')
  })

  test('sends on who is signed in already', async () => {
    await start()
    const person = await signIn(portal, anna)
    expect((await person.get('/sign-in?to=%2Fcatalog')).headers.location).toBe('/catalog')
  })

  test.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'javascript:alert(1)',
    'http:evil.example',
    ' //evil.example',
    '/\t/evil.example',
    '/%09//evil.example/..//evil.example',
    '////evil.example',
    '/..//evil.example',
    'data:text/html,x',
    'evil.example',
  ])('never leads to %j', async (to) => {
    await start({ providers: [github], local: false })
    const answer = await portal.get(`/sign-in?to=${encodeURIComponent(to)}`)
    const location = answer.headers.location === undefined ? '' : decodeURIComponent(String(answer.headers.location))
    const wanted = location.replace('/auth/github/start?to=', '')
    expect(answer.status === 400 || new URL(wanted, 'http://portal.invalid').host === 'portal.invalid').toBe(true)
    const person = await signIn(portal, anna)
    const onward = await person.get(`/sign-in?to=${encodeURIComponent(to)}`)
    const target = String(onward.headers.location ?? '/')
    expect(onward.status === 400 || new URL(target, 'http://portal.invalid').host === 'portal.invalid').toBe(true)
  })
})

describe('signing in', () => {
  test('makes somebody the right User with the right groups, and says so in the audit', async () => {
    await start()
    const person = await signIn(portal, anna, { 'user-agent': 'curl/8' })
    expect((await person.get('/api/door/me')).json()).toEqual({
      ...{ id: 'user:default/anna', kind: 'user', name: 'Anna Owner', ref: 'user:default/anna' },
      groups: ['group:default/payments'],
    })
    const [line] = await signInLines()
    expect(line).toMatchObject({
      result: 'ok',
      actor: { id: 'user:default/anna', kind: 'user' },
      address: '127.0.0.1',
      detail: { provider: 'github', login: 'anna-gh', rule: 'email' },
    })
    expect(JSON.stringify(await portal.audit())).not.toContain(person.cookie.split('=')[1])
  })

  test('is refused to who is no User, with who that is, what was tried and what to ask for; no session is made', async () => {
    await start()
    const zoe: Profile = {
      ...{ provider: 'github', subject: '99', login: 'zoe-gh', email: 'zoe@acme.dev', emailVerified: true },
      annotations: { 'github.com/user-login': 'zoe-gh' },
    }
    const { answer } = await signIn(portal, zoe)
    expect(answer.status).toBe(403)
    expect(answer.headers['set-cookie']).toBeUndefined()
    const { text } = answer.region('main')
    expect(text).toContain('GitHub says that you are zoe-gh, zoe@acme.dev, but no User of the catalog fits')
    expect(text).toContain('the annotation github.com/user-login: zoe-gh (nobody)')
    expect(text).toContain('the address zoe@acme.dev (nobody)')
    expect(text).toContain('metadata.annotations: github.com/user-login: zoe-gh')
    expect(await signInLines()).toMatchObject([
      { result: 'denied', actor: { id: 'anonymous', name: 'zoe-gh' }, detail: { reason: 'no User of the catalog' } },
    ])
  })

  test('is refused where several Users fit, and says which', async () => {
    const twins = ['x', 'y'].map(
      (name) =>
        `kind: User\napiVersion: backstage.io/v1alpha1\nmetadata: { name: ${name} }\nspec: { memberOf: [], profile: { email: t@acme.dev } }`,
    )
    await start(null, { files: { 'twins.yaml': twins.join('\n---\n') }, plugins: [access(), doorPlugin] })
    const { answer } = await signIn(portal, {
      provider: 'okta',
      subject: '1',
      email: 't@acme.dev',
      emailVerified: true,
    })
    expect(answer.status).toBe(403)
    expect(answer.text).toContain('2 Users of the catalog fit the address t@acme.dev: user:default/x, user:default/y')
    expect(await signInLines()).toMatchObject([{ result: 'denied', detail: { reason: 'several Users fit' } }])
  })

  test('shows nothing of what a hostile profile says as markup', async () => {
    await start()
    const login = '<img src=x onerror=alert(1)>'
    const { answer } = await signIn(portal, { provider: 'github', subject: '1', login, name: '"><script>x</script>' })
    expect(answer.status).toBe(403)
    expect(answer.body).not.toMatch(/<img|<script>x/)
  })

  test('admits strangers where that is wanted; they are in no group', async () => {
    await start({ providers: [github], admit: true })
    const zoe = await signIn(portal, { provider: 'github', subject: '99', login: 'zoe', name: 'Zoe' })
    expect((await zoe.get('/api/door/me')).json()).toEqual({ id: 'github:99', kind: 'user', name: 'Zoe', groups: [] })
    expect((await zoe.get('/catalog')).status).toBe(200)
    expect((await zoe.get('/settings')).text).toContain('This one')
  })

  test('of a worldwide provider is not by name', async () => {
    await start({ providers: [namedWay('github', 'GitHub', { worldwide: true })] })
    expect((await signIn(portal, ben)).answer.status).toBe(403)
  })

  test('leaves no trace of who proves nothing but a line, and not more than some of them', async () => {
    await start()
    for (let times = 0; times < 40; times++)
      await signIn(portal, { provider: 'github', subject: '1', login: `u${times}` })
    expect(await signInLines()).toHaveLength(30)
  })
})

describe('somebody who is signed in', () => {
  test('is found in the menu, with their page, settings and the way out', async () => {
    await start()
    const person = await signIn(portal, anna)
    const { body } = await person.get('/catalog')
    expect(body).toContain('href="/catalog/default/user/anna"')
    expect(body).toMatch(/<form method="post" action="\/sign-out">/)
    expect(body).toContain('href="/settings"')
    expect(body).not.toContain('no access control')
  })

  test('signs out: the session ends, the cookie goes, the audit says so', async () => {
    await start()
    const person = await signIn(portal, anna)
    const answer = await person.post('/sign-out')
    expect(answer.status).toBe(303)
    expect(answer.headers.location).toBe('/sign-in?out=1')
    expect(String(answer.headers['set-cookie'])).toMatch(/^callboard=; .*Max-Age=0$/)
    expect((await person.get('/api/door/me')).status).toBe(401)
    expect((await portal.audit())[0]).toMatchObject({ action: 'access.sign-out', actor: { id: 'user:default/anna' } })
    expect((await portal.post('/sign-out', {})).status).toBe(303)
    expect((await portal.audit()).filter(({ action }) => action === 'access.sign-out')).toHaveLength(1)
  })

  test('is not signed out by another site', async () => {
    await start()
    const person = await signIn(portal, anna)
    expect((await person.post('/sign-out', {}, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await person.get('/api/door/me')).status).toBe(200)
  })

  test('has other groups as soon as the catalog says so, and is out as soon as it does not know them any more', async () => {
    await start()
    const person = await signIn(portal, ben)
    expect((await person.get('/api/door/me')).json()).toMatchObject({ groups: ['group:default/payments'] })
    portal.write(
      'org.yaml',
      organisation
        .replace('memberOf: [payments] }', 'memberOf: [visitors] }')
        .replace('members: [anna, ben]', 'members: []')
        .replaceAll('memberOf: [payments]', 'memberOf: [visitors]'),
    )
    await portal.crawl()
    expect((await person.get('/api/door/me')).json()).toMatchObject({ groups: ['group:default/visitors'] })
    portal.write('org.yaml', organisation.replace('metadata: { name: ben }', 'metadata: { name: bert }'))
    await portal.crawl()
    expect((await person.get('/api/door/me')).status).toBe(401)
  })

  test('may with the commit what a group of theirs may from then on, and not any more what it may not', async () => {
    const members = (names: string) => organisation.replace('members: [cora]', `members: [${names}]`)
    await start({ providers: [github], administrators: ['group:default/visitors'] })
    const person = await signIn(portal, ben)
    const write = async () => (await person.post('/door/write')).status
    expect(await write()).toBe(403)
    portal.write('org.yaml', members('cora, ben'))
    await portal.crawl()
    expect(await write()).toBe(200)
    portal.write('org.yaml', members('cora'))
    await portal.crawl()
    expect(await write()).toBe(403)
  })

  test('administers by name or by a group above theirs; others are told why not', async () => {
    const parent = organisation.replace(
      'type: team, children: [], members: [anna, ben]',
      'type: team, parent: company, children: [], members: [anna, ben]',
    )
    const company = `${parent}---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: { name: company }\nspec: { type: root, children: [] }\n`
    await start({ providers: [github], administrators: ['group:default/Company'] }, { files: { 'org.yaml': company } })
    const [one, other] = [
      await signIn(portal, anna),
      await signIn(portal, { provider: 'github', subject: '3', login: 'cora' }),
    ]
    expect((await one.get('/api/door/me')).json()).toMatchObject({ administrator: true })
    expect((await one.post('/door/write')).status).toBe(200)
    const refused = await other.post('/door/write')
    expect(refused.status).toBe(403)
    expect(refused.text).toContain('Cora Stranger may not do what is for administrators')
  })
})

describe('the guest', () => {
  test('may do everything where sign-in is not configured, with a notice on every page', async () => {
    await start(null)
    const page = await portal.get('/catalog')
    expect(page.status).toBe(200)
    expect(page.text).toContain('There is no access control yet')
    expect((await portal.post('/door/write', {})).status).toBe(200)
    expect((await portal.get('/sign-in')).text).toContain('Sign in to Acme')
  })

  test('is gone as soon as there is an administrator, without a new start', async () => {
    await start({ guest: true })
    expect((await portal.get('/catalog')).status).toBe(200)
    await makeAdministrator()
    const { whoRef } = await import('./contract.ts')
    portal.portal.services.use(whoRef, 'the test').forget()
    expect((await portal.get('/catalog')).headers.location).toBe('/sign-in?to=%2Fcatalog')
    expect((await portal.post('/door/write', {})).status).toBe(401)
    expect((await portal.get('/sign-in')).text).not.toContain('no access control')
  })

  test('is never there where sign-in was asked for, or administrators are named', async () => {
    await start({})
    expect((await portal.get('/catalog')).status).toBe(303)
    await portal.close()
    await start({ guest: true, administrators: ['user:default/root'] })
    expect((await portal.get('/catalog')).status).toBe(303)
  })
})

describe('an account of the portal', () => {
  const boss: Profile = { provider: 'local', subject: 'boss', login: 'boss', name: 'Boss' }

  test('gets in without a User of the catalog, and administers where it is to', async () => {
    await start()
    await makeAdministrator()
    const person = await signIn(portal, boss)
    expect((await person.get('/api/door/me')).json()).toMatchObject({ id: 'local:boss', administrator: true })
  })

  test('that is disabled is out at the next request, and does not get in again', async () => {
    await start()
    await makeAdministrator()
    const person = await signIn(portal, boss)
    await portal.portal.db.write((tx) => tx.update(accounts).set({ disabledAt: new Date() }))
    const { whoRef } = await import('./contract.ts')
    portal.portal.services.use(whoRef, 'the test').forget()
    expect((await person.get('/api/door/me')).status).toBe(401)
    const { answer } = await signIn(portal, boss)
    expect(answer.text).toContain('The account boss was disabled')
    expect((await signInLines())[0]).toMatchObject({ result: 'denied', detail: { reason: 'disabled account' } })
  })

  test('that nobody has made is nobody', async () => {
    await start()
    expect((await signIn(portal, boss)).answer.status).toBe(403)
  })
})
