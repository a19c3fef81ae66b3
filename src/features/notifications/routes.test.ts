import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { type Stage, stage } from './fixtures/stage.ts'

const marks = (at: Stage, form: Record<string, string>, as: 'anna' | 'cora' = 'anna') =>
  at.portal.post('/notifications/marks', form, { as })

const bell = async (at: Stage, as?: 'anna' | 'cora') =>
  (await at.portal.get('/', as && { as })).region('layouts-bell').text

test('the bell stands on every page with the number of unread ones', async () => {
  const at = await stage()
  expect(await bell(at, 'anna')).toBe('Notifications')
  const id = await at.send()
  await at.send({ title: 'Another' })
  expect(await bell(at, 'anna')).toBe('Notifications: 2 unread')
  expect(await bell(at, 'cora')).toBe('Notifications')
  await marks(at, { mark: `read ${id}` })
  expect(await bell(at, 'anna')).toBe('Notifications: 1 unread')
  expect((await at.portal.get('/')).has('layouts-bell')).toBe(false)
})

test('a page that follows something hears of notifications, and brings the number', async () => {
  const at = await stage()
  const before = (await at.portal.get('/catalog', { as: 'anna' })).body
  expect(before).toMatch(/data-live="[^"]+"/)
  await at.send()
  const again = await at.portal.get('/catalog', { as: 'anna', htmx: true, headers: { 'callboard-live': 'again' } })
  expect(again.body).toMatch(/<hx-partial hx-target="#layouts-bell"[^>]*>.*1/)
})

test('one is read, unread, saved and done by its buttons', async () => {
  const at = await stage()
  const id = await at.send()
  for (const [mark, view] of [
    ['read', 'read'],
    ['unread', 'unread'],
    ['saved', 'saved'],
    ['done', 'done'],
    ['undone', 'read'],
  ]) {
    expect((await marks(at, { mark: `${mark} ${id}` })).status).toBe(303)
    expect(await at.titles('anna', view)).toEqual(['Costs doubled'])
  }
  await marks(at, { mark: `unsaved ${id}` })
  expect(await at.titles('anna', 'saved')).toEqual([])
})

test('several are marked by their boxes, and only those of the reader', async () => {
  const at = await stage()
  const mine = [await at.send({ title: 'a' }), await at.send({ title: 'b' })]
  const other = await at.send({ title: 'c', recipients: ['user:default/cora'] })
  const payload = `as=done${[...mine, other].map((id) => `&id=${id}`).join('')}`
  const { statusCode, headers } = await at.portal.portal.server.inject({
    method: 'POST',
    url: '/notifications/marks',
    payload,
    headers: { host: 'localhost:7007', 'content-type': 'application/x-www-form-urlencoded', 'x-test-person': 'anna' },
  })
  expect([statusCode, headers.location]).toEqual([303, '/notifications'])
  expect(await at.titles('anna', 'done')).toEqual(['b', 'a'])
  expect(await at.titles('cora')).toEqual(['c'])
  expect(at.ctx.db.read.all(sql`select item from notifications_states order by 1`)).toHaveLength(2)
  expect((await marks(at, { as: 'done' })).status).toBe(303)
})

test('all that the filters show is marked in one go', async () => {
  const at = await stage()
  await at.send({ title: 'low', severity: 'low' })
  await at.send({ title: 'high', severity: 'high' })
  await at.send({ title: 'other', topic: 'costs.other', severity: 'high' })
  await marks(at, { all: 'read', view: 'unread', severity: 'high', topic: 'costs.general' })
  expect(await at.titles('anna')).toEqual(['other', 'low'])
  expect(await at.titles('ben')).toEqual(['other', 'high', 'low'])
})

test('whoever may not see it gets the answer of one that does not exist, and nobody signed in is asked to', async () => {
  const at = await stage()
  const id = await at.send()
  for (const [as, mark] of [
    ['cora', `read ${id}`],
    ['anna', 'read nothing'],
  ] as const) {
    expect((await marks(at, { mark }, as)).status).toBe(404)
  }
  expect((await at.portal.get(`/notifications/${id}/open`, { as: 'cora' })).status).toBe(404)
  expect((await at.portal.post('/notifications/marks', { mark: `read ${id}` })).status).toBe(401)
  expect((await at.portal.get('/notifications')).status).toBe(401)
  expect((await marks(at, { mark: `burn ${id}` })).status).toBe(400)
  expect((await marks(at, { mark: `read ${id}`, back: '//evil.example' })).status).toBe(400)
  expect(await at.titles('anna')).toEqual(['Costs doubled'])
})

test('following the title reads it, unless a foreign page or a prefetch does so', async () => {
  const at = await stage()
  const id = await at.send({ link: 'https://costs.example/x' })
  const open = (headers: Record<string, string>) => at.portal.get(`/notifications/${id}/open`, { as: 'anna', headers })
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-purpose': 'prefetch' }] as Record<
    string,
    string
  >[]) {
    expect((await open(headers)).headers.location).toBe('https://costs.example/x')
    expect(await at.titles('anna')).toEqual(['Costs doubled'])
  }
  const answer = await open({ 'sec-fetch-site': 'same-origin' })
  expect([answer.status, answer.headers.location]).toEqual([303, 'https://costs.example/x'])
  expect(await at.titles('anna')).toEqual([])
})

test('a long list has pages, both ways', async () => {
  const at = await stage()
  await at.ctx.db.write(async () => undefined)
  for (let n = 0; n < 65; n++) await at.send({ title: `n${n}` })
  const page = async (href: string) => {
    const answer = await at.portal.get(href, { as: 'anna' })
    const shown = Array.from(answer.body.matchAll(/notifications-title-[^"]*"[^>]*>(n\d+)</g), ([, title]) => title)
    const link = (rel: string) =>
      new RegExp(`rel="${rel}" href="([^"]+)"`).exec(answer.body)?.[1]?.replaceAll('&amp;', '&')
    return { first: shown[0], count: shown.length, next: link('next'), previous: link('prev') }
  }
  const first = await page('/notifications')
  expect(first).toMatchObject({ first: 'n64', count: 30, previous: undefined })
  const second = await page(first.next ?? '')
  expect(second).toMatchObject({ first: 'n34', count: 30 })
  const last = await page(second.next ?? '')
  expect(last).toMatchObject({ first: 'n4', count: 5, next: undefined })
  expect(await page(last.previous ?? '')).toMatchObject({ first: 'n34', count: 30 })
  expect((await at.portal.get('/notifications?after=nonsense', { as: 'anna' })).status).toBe(400)
})

test('what is filtered out is said, and what is empty says why', async () => {
  const at = await stage()
  expect((await at.portal.get('/notifications', { as: 'anna' })).text).toContain('You have read everything')
  await at.send()
  const filtered = await at.portal.get('/notifications?severity=critical', { as: 'anna' })
  expect(filtered.text).toContain('Nothing matches these filters')
  expect((await at.portal.get('/notifications?severity=grave', { as: 'anna' })).status).toBe(400)
})

test('a topic that is off in the portal is not shown or counted, and is back when it is on', async () => {
  const at = await stage()
  await at.send()
  const save = (form: Record<string, string>) => at.portal.post('/notifications/settings', form, { as: 'anna' })
  expect((await save({ 'shown.costs.general': '1' })).headers.location).toBe('/notifications/settings?saved=1')
  expect(await at.titles('anna')).toEqual([])
  expect(await bell(at, 'anna')).toBe('Notifications')
  expect(await at.titles('ben')).toEqual(['Costs doubled'])
  expect((await at.portal.audit())[0]).toMatchObject({ action: 'notifications.settings', target: 'user:default/anna' })
  await save({ 'shown.costs.general': '1', 'portal.costs.general': '1' })
  expect(await at.titles('anna')).toEqual(['Costs doubled'])
  await save({ 'shown.costs.general': '1', 'email.costs.general': 'off' })
  await save({ 'shown.costs.general': '1', 'portal.costs.general': '1' })
  expect(at.ctx.db.read.all(sql`select topic, portal, email from notifications_settings`)).toEqual([
    { topic: 'costs.general', portal: 1, email: 'off' },
  ])
  expect((await save({ 'shown.x y': '1' })).status).toBe(400)
  expect((await save({ 'shown.a.b': '1', 'email.a.b': 'pigeon' })).status).toBe(400)
  expect((await at.portal.post('/notifications/settings', {})).status).toBe(401)
})

test('the settings name the topics and say where mail goes', async () => {
  const at = await stage({ options: { email: { host: 'mail.example', from: 'p@acme.example', digest: '6h' } } })
  const page = await at.portal.get('/notifications/settings', { as: 'anna' })
  expect(page.text).toContain('Mail goes to anna@example.com; a digest comes every 6 hours.')
  expect(page.region('notifications-topics').text).toContain('Problems in what you own')
  expect((await at.portal.get('/notifications/settings', { as: 'ben' })).text).toContain('spec.profile.email')
})

const asJson = async (at: Stage, method: 'GET' | 'POST', url: string, as?: string, payload?: object) => {
  const headers = { host: 'localhost:7007', accept: 'application/json', ...(as && { 'x-test-person': as }) }
  const answer = await at.portal.portal.server.inject({ method, url, headers, ...(payload && { payload }) })
  return { status: answer.statusCode, body: answer.json() }
}

test('programs read and mark with the paths of Backstage', async () => {
  const at = await stage()
  const first = await at.send({ title: 'a', scope: 's', link: '/x', description: 'words to find' })
  await at.send({ title: 'b', severity: 'critical', recipients: 'everyone' })
  const list = (query: string) => asJson(at, 'GET', `/api/notifications?${query}`, 'anna')
  expect((await list('')).body).toMatchObject({
    totalCount: 2,
    notifications: [{ user: null, payload: { title: 'b' } }, { id: first }],
  })
  expect((await list('limit=1&offset=1')).body.notifications).toEqual([
    {
      id: first,
      user: 'user:default/anna',
      origin: 'costs',
      created: '2026-11-21T12:00:00.000Z',
      payload: {
        title: 'a',
        description: 'words to find',
        link: '/x',
        severity: 'normal',
        topic: 'costs.general',
        scope: 's',
      },
    },
  ])
  expect((await list('search=FIND')).body.totalCount).toBe(1)
  expect((await list('minimumSeverity=high')).body.totalCount).toBe(1)
  expect((await list('minimumSeverity=loud')).status).toBe(400)
  expect((await list('limit=-1')).status).toBe(400)
  const update = await asJson(at, 'POST', '/api/notifications/update', 'anna', {
    ids: [first],
    read: true,
    saved: true,
  })
  expect(update.body).toMatchObject([{ id: first, read: expect.any(String), saved: expect.any(String) }])
  expect((await asJson(at, 'GET', '/api/notifications/status', 'anna')).body).toEqual({ unread: 1, read: 1 })
  expect((await list('read=true')).body.totalCount).toBe(1)
  expect((await list('saved=true')).body.totalCount).toBe(1)
  expect((await asJson(at, 'GET', '/api/notifications/topics', 'anna')).body).toEqual({
    topics: [{ topic: 'costs.general' }],
  })
  expect((await asJson(at, 'POST', '/api/notifications/update', 'cora', { ids: [first], read: true })).status).toBe(404)
  expect((await asJson(at, 'GET', '/api/notifications')).status).toBe(401)
})

test('programs send with the permission, and leave an audit line', async () => {
  const at = await stage()
  const payload = { title: 'Deployed', severity: 'low', topic: 'deploys', link: 'https://ci.example/1' }
  const recipients = { type: 'entity', entityRef: ['group:default/payments'], excludeEntityRef: 'user:default/ben' }
  const send = (as: string | undefined, body: object) => asJson(at, 'POST', '/api/notifications', as, body)
  expect((await send('root', { recipients, payload })).status).toBe(200)
  expect(await at.titles('anna')).toEqual(['Deployed'])
  expect(await at.titles('ben')).toEqual([])
  const [line] = await at.portal.audit()
  expect(line).toMatchObject({ action: 'notifications.send', actor: { id: 'root' }, detail: { title: 'Deployed' } })
  expect((await send('anna', { recipients, payload })).status).toBe(403)
  expect((await send(undefined, { recipients, payload })).status).toBe(401)
  expect((await send('root', { recipients: { type: 'someone' }, payload })).status).toBe(400)
  expect((await send('root', { recipients, payload: { ...payload, link: 'javascript:alert(1)' } })).status).toBe(400)
  expect((await send('root', { recipients: { type: 'broadcast' }, payload })).status).toBe(200)
  expect(await at.titles('cora')).toEqual(['Deployed'])
})
