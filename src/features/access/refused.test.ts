import { afterEach, expect, test } from 'vitest'
import { organisation, type TestPortal, testPortal } from '../../testing/index.ts'
import { scenes } from './fixtures/scene.ts'
import { anna, doorPlugin, namedWay, signIn } from './fixtures/stage.ts'
import { type AccessInput, access } from './index.ts'
import type { Profile } from './profile.ts'

// What somebody reads whom a way to sign in knows and the portal does not let in.

const scene = scenes()
const zoe: Profile = { provider: 'github', subject: '99', login: 'zoe-gh' }

let portal: TestPortal | undefined
afterEach(async () => {
  await portal?.close()
  portal = undefined
})

async function start(options: AccessInput = {}): Promise<TestPortal> {
  const plugins = [access({ providers: [namedWay('github', 'GitHub')], ...options }), doorPlugin]
  portal = await testPortal({ plugins, files: { 'org.yaml': organisation } })
  return portal
}

test('somebody whom the catalog does not know yet is told so, and may be somebody else', async () => {
  const { browser, fake } = await scene()
  fake.person = { sub: 'u-9', preferred_username: 'zoe', name: 'Zoe' }
  const { region } = await browser.signIn('/auth/oidc/start?to=/catalog')
  const { text, html } = region('access-refused')
  expect(text).toMatch(/^You cannot sign in yet single sign-on says that you are Zoe, zoe, but no User .+ Looked for: /)
  expect(text).not.toContain('Sign out')
  const [, other = ''] = /href="([^"]+)">Use another account/.exec(html) ?? []
  expect(other.replaceAll('&amp;', '&')).toBe('/auth/oidc/start?to=%2Fcatalog&other=1')
  const there = await browser.open(other.replaceAll('&amp;', '&'))
  expect(new URL(String(there.headers.location)).searchParams.get('prompt')).toBe('login')
  const again = await browser.open('/auth/oidc/start?to=/catalog')
  expect(new URL(String(again.headers.location)).searchParams.has('prompt')).toBe(false)
  const hub = await browser.open('/auth/github/start?other=1')
  expect(new URL(String(hub.headers.location)).searchParams.get('prompt')).toBe('select_account')
})

test('who is signed in from before stays so, and may sign out there', async () => {
  const { browser, fake } = await scene()
  await browser.signIn('/auth/oidc/start')
  fake.person = { sub: 'u-9', preferred_username: 'zoe', name: 'Zoe' }
  const refused = await browser.signIn('/auth/oidc/start')
  expect(refused.region('access-refused').html).toMatch(/<form method="post" action="\/sign-out">.+Sign out/)
})

test('on other pages the title is no word about permissions', async () => {
  const { post } = await start()
  const body = { profile: JSON.stringify(zoe) }
  const refused = await post('/door', body)
  const { text, html } = refused.region('main')
  expect([refused.status, text]).toEqual([403, expect.stringMatching(/^You cannot sign in yet GitHub says/)])
  expect(html).toContain('href="/sign-in?other=1&amp;to=%2F">Use another account')
  expect(html).not.toContain('Sign out')
  const { cookie } = await signIn(portal as TestPortal, anna)
  const signedIn = await post('/door', body, { headers: { cookie, 'x-other': '1' } })
  expect(signedIn.text).not.toContain('You may not do this')
  const disabled = await post('/door', { profile: JSON.stringify({ provider: 'local', subject: 'boss' }) })
  expect(disabled.region('main').text).toMatch(/^You cannot sign in any more The account boss was disabled/)
})

test('whom the proxy names and nobody knows reads the same, and gets to the sign-in page', async () => {
  const proxy = { header: 'x-forwarded-user', from: ['127.0.0.1'] }
  const { get } = await start({ proxy })
  const headers = { 'x-forwarded-user': 'zoe' }
  const refused = await get('/catalog', { headers })
  const { text, html } = refused.region('main')
  expect([refused.status, text]).toEqual([403, expect.stringMatching(/^You cannot sign in yet The proxy in front/)])
  const [, other = ''] = /href="([^"]+)">Use another account/.exec(html) ?? []
  const page = await get(other.replaceAll('&amp;', '&'), { headers })
  expect([page.status, page.has('access-sign-in')]).toEqual([200, true])
  await portal?.close()
  const alone = await start({ proxy, local: false, providers: [] })
  expect((await alone.get('/catalog', { headers })).text).not.toContain('Use another account')
})

test('a header from a stranger has a title of its own', async () => {
  const { get } = await start({ proxy: { header: 'x-forwarded-user', from: ['10.0.0.0/8'] } })
  const { status, region } = await get('/catalog', { headers: { 'x-forwarded-user': 'anna' } })
  expect([status, region('main').text]).toEqual([403, expect.stringMatching(/^You cannot sign in this way The header/)])
})

test('the page to be somebody else chooses nothing by itself, and asks the provider to ask', async () => {
  const { get } = await start({ local: false })
  expect((await get('/sign-in?to=/catalog')).headers.location).toBe('/auth/github/start?to=%2Fcatalog')
  const page = await get('/sign-in?other=1&to=/catalog')
  expect([page.status, page.body.includes('/auth/github/start?to=%2Fcatalog&amp;other=1')]).toEqual([200, true])
  const { get: signedIn } = await signIn(portal as TestPortal, anna)
  expect((await signedIn('/sign-in?other=1')).status).toBe(200)
  expect((await signedIn('/sign-in')).headers.location).toBe('/')
})
