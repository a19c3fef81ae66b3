import { expect, test } from 'vitest'
import { z } from 'zod'
import { definePlugin } from '../../api/plugin.ts'
import { route } from '../../api/route.ts'
import { settingsPages, settingsPath } from '../../api/settings.ts'
import { policySeam } from '../../platform/permissions/policy.ts'
import { elements, linksOf, organisation, type TestPortal, testPortal } from '../../testing/index.ts'

const files = {
  'a.yaml': `${organisation}---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: a }
spec: { type: service, lifecycle: production, owner: payments }
`,
}
const now = () => new Date('2026-11-21T23:30:00Z')
const cookie = (text: string) => ({ headers: { cookie: text } })
const titles = (html: string) =>
  elements(html, ({ name }) => name === 'time').map(({ attributes }) => attributes.title ?? '')

/** A plugin with a form on the page, as others have them. */
const pets = definePlugin({
  name: 'pets',
  apiVersion: 1,
  permissions: { 'pets.read': { on: 'portal', description: 'See pets.' } },
  settings: [
    {
      id: 'name',
      title: 'Pet',
      permission: 'pets.read',
      view: 'facts',
      messages: { saved: 'Your pet is called so.' },
      load: ({ form, actor }) => ({ facts: [{ title: actor.id, value: form ? JSON.stringify(form) : 'no form' }] }),
    },
    { id: 'none', title: 'Nothing', permission: 'pets.read', view: 'facts', load: () => undefined },
    {
      id: 'broken',
      title: 'Broken',
      permission: 'pets.read',
      view: 'facts',
      load: () => {
        throw new Error('no pets here')
      },
    },
    { id: 'hidden', title: 'Hidden', permission: 'pets.admin', view: 'facts', load: () => ({ facts: [] }) },
  ],
  routes: [
    route({
      method: 'POST',
      url: '/pets/name',
      permission: 'pets.read',
      body: z.object({ name: z.string() }),
      handler: ({ body, actor, use }, reply) => {
        if (body.name !== '') return reply.redirect(settingsPath('pets.name', 'saved'), 303)
        return use(settingsPages).answer(reply, { actor, section: 'pets.name', form: { wrong: 'name' }, status: 422 })
      },
    }),
  ],
})
const withAdmin = {
  ...pets,
  permissions: { ...pets.permissions, 'pets.admin': { on: 'portal', description: 'More.' } as const },
}

test('every section has a place and an anchor of its own, in the order of the plugins', async () => {
  await using portal = await testPortal({ files })
  const page = await portal.get('/settings')
  expect(page.status).toBe(200)
  const index = elements(page.body, ({ attributes }) => attributes.class === 'settings-index')[0]
  const links = linksOf(index?.html ?? '')
  expect(links.map(({ text }) => text)).toEqual(['Appearance', 'Time zone', 'Notifications'])
  for (const { href, text } of links) expect(page.region(href.slice(1)).text).toMatch(new RegExp(`^${text} `))
  expect(page.region('settings-group-browser').text).toContain('Time zone')
  expect(page.region('settings-group-person').text).toMatch(/^You Notifications/)
  expect(page.region('settings-group-person').text).not.toContain('Time zone')
  expect(linksOf(page.region('notifications-summary').html)[0]?.href).toBe('/notifications/settings')
})

test('the navigation, the palette and the menu lead there', async () => {
  await using portal = await testPortal({ files })
  const { body } = await portal.get('/')
  expect(linksOf(body).filter(({ href }) => href === '/settings')).toHaveLength(2)
  expect((await portal.get('/search/palette?query=time+zone')).body).toContain('href="/settings"')
})

test('the choices are told as they stand', async () => {
  await using portal = await testPortal({ files })
  const { body, region } = await portal.get('/settings', cookie('theme=dark; rail=narrow; zone=Asia/Tokyo'))
  const pressed = elements(
    region('settings-appearance').html,
    ({ attributes }) => attributes['aria-pressed'] === 'true',
  )
  expect(pressed.map(({ attributes }) => attributes.value)).toEqual(['dark', 'narrow'])
  const chosen = elements(region('settings-zone').html, ({ attributes }) => 'selected' in attributes)
  expect(chosen.map(({ attributes }) => attributes.value)).toEqual(['Asia/Tokyo'])
  expect(body).toContain('data-zone="Asia/Tokyo"')
  expect((await portal.get('/settings')).body).not.toContain('data-zone')
})

test('a section with a form: it redirects to its place with a message, or answers with what is wrong', async () => {
  await using portal = await testPortal({ files, plugins: [withAdmin] })
  const sent = await portal.post('/pets/name', { name: 'Rex' })
  expect([sent.status, sent.headers.location]).toEqual([303, '/settings?said=pets.name.saved#section-pets-name'])
  const after = await portal.get('/settings?said=pets.name.saved')
  expect(after.region('section-pets-name').text).toContain('Your pet is called so.')
  expect(after.region('section-settings-zone').text).not.toContain('Saved')
  const wrong = await portal.post('/pets/name', { name: '' })
  expect(wrong.status).toBe(422)
  expect(wrong.region('section-pets-name').text).toContain('{"wrong":"name"}')
  expect(wrong.has('section-settings-zone')).toBe(true)
  expect((await portal.get('/settings')).region('section-pets-name').text).toContain('no form')
})

test.each(['pets.name.Your+account+is+locked', 'pets.name.toString', 'pets.name', '', 'nobody.x.saved', '%3Cb%3E'])(
  'an address cannot put words into a section: said=%s',
  async (said) => {
    await using portal = await testPortal({ plugins: [withAdmin] })
    const page = await portal.get(`/settings?said=${said}`)
    expect(page.status).toBe(200)
    expect(elements(page.body, ({ attributes }) => attributes.class === 'settings-said')).toEqual([])
  },
)

test('a section that fails leaves the others alone, one without anything leaves itself out', async () => {
  await using portal = await testPortal({ plugins: [withAdmin] })
  const page = await portal.get('/settings')
  expect(page.region('section-pets-broken').text).toContain('The plugin pets could not show this.')
  expect(page.has('section-settings-zone')).toBe(true)
  expect(page.has('section-pets-none')).toBe(false)
})

test('a section is for those who have its permission', async () => {
  await using portal = await testPortal({ plugins: [withAdmin], access: true })
  expect((await portal.get('/settings', { as: 'root' })).has('section-pets-hidden')).toBe(true)
  const cora = await portal.get('/settings', { as: 'cora' })
  expect(cora.status).toBe(200)
  expect(cora.has('section-pets-name')).toBe(true)
  expect(cora.has('section-pets-hidden')).toBe(false)
  expect((await portal.get('/settings')).status).toBe(401)
})

test('who may not open the page is not led there', async () => {
  const denying = definePlugin({
    name: 'access',
    apiVersion: 1,
    setup: (ctx) =>
      ctx.provide(policySeam, {
        check: (_actor, permission) =>
          permission === 'settings.read' ? { allow: false, reason: 'Not today' } : { allow: true },
        scope: () => ({ kind: 'all' }),
      }),
  })
  await using portal = await testPortal({ plugins: [denying] })
  expect((await portal.get('/settings')).status).toBe(403)
  expect(linksOf((await portal.get('/')).body).filter(({ href }) => href === '/settings')).toEqual([])
})

const chosenZone = async (portal: TestPortal, zone: string) => {
  const answer = await portal.post('/zone', { zone, back: settingsPath('settings.zone', 'saved') })
  return { status: answer.status, to: answer.headers.location, cookie: String(answer.headers['set-cookie']), answer }
}

test('a zone is kept by the browser and can be forgotten', async () => {
  await using portal = await testPortal({})
  const berlin = await chosenZone(portal, 'europe/berlin')
  expect([berlin.status, berlin.to]).toEqual([303, '/settings?said=settings.zone.saved#section-settings-zone'])
  expect(berlin.cookie).toMatch(/^zone=Europe\/Berlin; Path=\/; Max-Age=31536000; SameSite=Lax$/)
  expect((await chosenZone(portal, 'system')).cookie).toMatch(/^zone=; Path=\/; Max-Age=0;/)
  const wrong = await chosenZone(portal, 'Mars/Olympus')
  expect(wrong.status).toBe(400)
  expect(wrong.answer.text).toContain('"Mars/Olympus" is no time zone')
  expect((await portal.post('/zone', { zone: 'UTC', back: 'https://evil.example/' })).status).toBe(400)
})

test('every page tells times in the zone of its reader, also one that was made for somebody else before', async () => {
  await using portal = await testPortal({ files, now })
  for (const url of ['/', '/catalog', '/catalog/default/component/a', '/catalog/changes']) {
    const utc = titles((await portal.get(url)).body)
    const tokyo = titles((await portal.get(url, cookie('zone=Asia/Tokyo'))).body)
    const again = titles((await portal.get(url)).body)
    expect(utc.length, url).toBeGreaterThan(0)
    expect(new Set(utc), url).toEqual(new Set(['2026-11-21 23:30 UTC']))
    expect(new Set(tokyo), url).toEqual(new Set(['2026-11-22 08:30 UTC+9']))
    expect(again, url).toEqual(utc)
  }
  const part = await portal.get('/catalog', { htmx: true, ...cookie('zone=Asia/Tokyo') })
  expect(new Set(titles(part.body))).toEqual(new Set(['2026-11-22 08:30 UTC+9']))
})

test('a fragment is told in it as well', async () => {
  const clock = definePlugin({
    name: 'clock',
    apiVersion: 1,
    routes: [
      route({
        method: 'GET',
        url: '/clock',
        public: true,
        handler: (_call, reply) =>
          reply.fragment('facts', { facts: [{ title: 'Now', value: { at: now().getTime() } }] }),
      }),
    ],
  })
  await using portal = await testPortal({ plugins: [clock] })
  expect(titles((await portal.get('/clock', cookie('zone=Asia/Tokyo'))).body)).toEqual(['2026-11-22 08:30 UTC+9'])
  expect(titles((await portal.get('/clock')).body)).toEqual(['2026-11-21 23:30 UTC'])
})

test('a cookie that names no zone is as none', async () => {
  await using portal = await testPortal({ files, now })
  for (const zone of ['Mars/Olympus', '"><script>', '../../x', 'x'.repeat(5000)]) {
    const { status, body } = await portal.get('/catalog', cookie(`zone=${zone}`))
    expect(status).toBe(200)
    expect(new Set(titles(body))).toEqual(new Set(['2026-11-21 23:30 UTC']))
  }
})
