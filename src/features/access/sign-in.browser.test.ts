import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../api/env.ts'
import { definePlugin } from '../../api/plugin.ts'
import { route } from '../../api/route.ts'
import { type PortalInBrowser, portalInBrowser, soon } from '../../testing/browser.ts'
import { type IdentityProvider, identityProvider } from './fixtures/identity-provider.ts'
import { access } from './index.ts'
import { oidc } from './providers/oidc.ts'

// A real identity provider on a real socket, a real browser, and the portal between them.

const accounts = {
  'u-anna': { name: 'A. Sandoval', email: 'anna.sandoval@brackenlow.example.com', email_verified: true },
  'u-mallory': { name: 'Mallory', email: 'mallory@evil.example', email_verified: true },
  'u-impostor': { name: 'Anna Sandoval', email: 'anna.sandoval@brackenlow.example.com', email_verified: false },
}

/** Says who one is, as everything in the portal sees it. */
const whoami = definePlugin({
  name: 'whoami',
  apiVersion: 1,
  routes: [route({ method: 'GET', url: '/whoami.json', public: true, handler: ({ actor }) => ({ ...actor }) })],
})

let idp: IdentityProvider
let site: PortalInBrowser

beforeAll(async () => {
  idp = await identityProvider(accounts)
  const { issuer, client } = idp
  const clientSecret = new Secret('TEST', client.secret)
  const provider = oidc({ issuer, clientId: client.id, clientSecret, title: 'Acme' })
  site = await portalInBrowser({
    plugins: [access({ providers: [provider], local: false }), whoami],
    outbound: { allowPrivate: ['127.0.0.1'], allowHttp: ['127.0.0.1'] },
  })
  await idp.register(`${site.address}/auth/oidc/callback`)
})
afterEach(async () => expect(await site.leave()).toEqual([]))
afterAll(async () => {
  await site?.close()
  await idp?.close()
})

async function signIn(page: Page, login: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Who are you?' }).fill(login)
  await page.getByRole('button', { name: 'Continue' }).click()
}

async function whoIs(page: Page): Promise<{ id: string; groups: string[]; kind: string }> {
  return (await page.context().request.get(`${site.address}/whoami.json`)).json()
}

const wanted = '/catalog?kind=api'

test.each([true, false])(
  'one who signs in lands where they wanted to go, as the right User (script: %s)',
  async (script) => {
    const page = await site.visit(wanted, { script })
    expect(new URL(page.url()).origin).toBe(idp.issuer)
    await signIn(page, 'u-anna')
    await page.waitForURL(site.address + wanted)
    expect(await page.getByRole('heading', { level: 1 }).first().textContent()).toContain('API')
    expect(await whoIs(page)).toMatchObject({
      id: 'user:default/anna',
      kind: 'user',
      groups: ['group:default/cart', 'group:default/brackenlow', 'group:default/shopping'],
    })
    const kept = await page.context().cookies(site.address)
    const session = kept.find(({ name }) => name === 'callboard')
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' })
    await expect.poll(() => page.evaluate('document.cookie'), soon).not.toContain('callboard')
  },
)

test('one who signs out is out, and the address that brought them in works no more', async () => {
  const page = await site.visit('/catalog')
  const callbacks: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/auth/oidc/callback')) callbacks.push(request.url())
  })
  await signIn(page, 'u-anna')
  await page.waitForURL(`${site.address}/catalog`)
  await page.context().request.post(`${site.address}/sign-out`, { headers: { origin: site.address } })
  expect(await whoIs(page)).toMatchObject({ kind: 'guest' })
  await page.goto('/sign-in?out=1')
  await page.getByText('You are signed out').waitFor()
  expect(callbacks).toHaveLength(1)
  await page.goto(callbacks[0] ?? '')
  await page.getByRole('heading', { name: 'You are not signed in' }).waitFor()
  expect(await whoIs(page)).toMatchObject({ kind: 'guest' })
})

test('a session that is ended in another browser ends in the middle of what it does', async () => {
  const lost = await site.visit('/catalog')
  await signIn(lost, 'u-anna')
  await lost.waitForURL(`${site.address}/catalog`)
  const own = await site.visit('/settings')
  await signIn(own, 'u-anna')
  await own.waitForURL(`${site.address}/settings`)
  const open = async () => Number(/callboard_live_pages (\d+)/.exec(await site.portal.portal.metrics.metrics())?.[1])
  await expect.poll(open, soon).toBe(1)
  await own.getByRole('button', { name: /^End the (other one|\d+ others)$/ }).click()
  await expect.poll(() => own.getByRole('button', { name: /^End/ }).count(), soon).toBe(0)
  // Nobody touches it: it leaves what it showed by itself, and is not signed in again by the way.
  await lost.waitForURL(`${site.address}/sign-in?out=1&to=%2Fcatalog`)
  await lost.getByText('You are signed out').waitFor()
  expect(await whoIs(lost)).toMatchObject({ kind: 'guest' })
  await lost.goto('/catalog')
  // The provider still knows them, so they are let in again; but that is a new session.
  await lost.waitForURL(`${site.address}/catalog`)
  await own.reload()
  expect(await own.getByRole('button', { name: /^End the other one$/ }).count()).toBe(1)
})

test.each([
  ['u-mallory', 'mallory@evil.example'],
  ['u-impostor', 'Anna Sandoval'],
])('%s, whom the catalog does not know, reads why', async (login, shown) => {
  const page = await site.visit(wanted)
  await signIn(page, login)
  await page.getByRole('heading', { name: 'You cannot sign in yet' }).waitFor()
  const text = (await page.locator('#access-refused').textContent()) ?? ''
  expect(text).toContain(shown)
  expect(text).toContain('no User of the catalog fits')
  expect(await page.getByRole('link', { name: 'Try again' }).getAttribute('href')).toBe(
    `/auth/oidc/start?to=${encodeURIComponent(wanted)}`,
  )
  expect(await whoIs(page)).toMatchObject({ kind: 'guest' })
  const [line] = (await site.portal.audit()).filter(({ action }) => action === 'access.sign-in')
  expect(line).toMatchObject({ result: 'denied', detail: { reason: 'no User of the catalog' } })
  // The provider knows them, and asks all the same.
  await page.getByRole('link', { name: 'Use another account' }).click()
  await signIn(page, 'u-anna')
  await page.waitForURL(site.address + wanted)
  expect(await whoIs(page)).toMatchObject({ id: 'user:default/anna' })
})

test('one who thinks better of it comes back to a page with another try', async () => {
  const page = await site.visit(wanted)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('heading', { name: 'You are not signed in' }).waitFor()
  expect(await page.locator('#access-refused').textContent()).toContain('stopped at Acme')
  await page.getByRole('link', { name: 'Try again' }).click()
  await signIn(page, 'u-anna')
  await page.waitForURL(site.address + wanted)
})
