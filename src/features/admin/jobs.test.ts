import { expect, test } from 'vitest'
import { definePlugin, type JobSpec } from '../../api/plugin.ts'
import {
  type Answer,
  elements,
  linksOf,
  organisation,
  rowsOf,
  type TestPortal,
  testPortal,
} from '../../testing/index.ts'

const files = { 'org.yaml': organisation }
const calls: unknown[] = []
const works = { now: true }

/** A plugin whose job fails until it is told otherwise, and one that runs by itself. */
const chores = (more: readonly JobSpec[] = []) =>
  definePlugin({
    name: 'chores',
    apiVersion: 1,
    jobs: [
      {
        id: 'sweep',
        attempts: 1,
        run: async ({ payload }) => {
          calls.push(payload)
          if (!works.now) throw new Error('The broom is broken')
        },
      },
      { id: 'daily', every: '1d', run: async () => void calls.push('daily') },
      ...more,
    ],
  })

async function stage(more?: readonly JobSpec[], options: Parameters<typeof testPortal>[0] = {}) {
  calls.length = 0
  works.now = true
  const portal = await testPortal({ files, plugins: [chores(more)], access: true, ...options })
  const add = (payload?: unknown, { key, after }: { key?: string; after?: Date } = {}) => {
    const given = { payload, ...(key !== undefined && { key }), ...(after && { after }) }
    return portal.portal.db.write((tx) => portal.portal.jobs.enqueue(tx, 'chores.sweep', given))
  }
  const fail = async (payload?: unknown, key?: string) => {
    works.now = false
    const id = await add(payload, key === undefined ? {} : { key })
    await portal.settled()
    works.now = true
    return id
  }
  const stateOf = async (id: string) => (await portal.portal.jobs.find(id))?.state
  return { portal, add, fail, stateOf, [Symbol.asyncDispose]: () => portal.close() }
}

const later = () => new Date(Date.now() + 3_600_000)
const get = (portal: TestPortal, url: string) => portal.get(url, { as: 'root' })
const lines = async (portal: TestPortal) =>
  (await portal.audit()).filter(({ action }) => action.startsWith('jobs.')).map(({ id, at, ...line }) => line)
const namesOf = (page: Answer) =>
  linksOf(page.region('admin-queue').html).flatMap(({ href, text }) =>
    /^\/admin\/jobs\/[0-9a-z]{20}$/.test(href) ? text : [],
  )

test('the queue shows what each job is about, the youngest first', async () => {
  await using at = await stage()
  const failed = await at.fail({ room: 'attic' }, 'attic')
  const waiting = await at.add({ room: 'cellar' }, { after: later() })
  const page = await get(at.portal, '/admin/jobs')
  expect(page.status).toBe(200)
  expect(namesOf(page).slice(0, 2)).toEqual(['chores.sweep', 'chores.sweep'])
  const row = page.region(`admin-job-${failed}`)
  expect(row.text).toMatch(/^chores\.sweep attic failed ended just now , took \d+ ms 1 of 1 Retry/)
  expect(page.region('admin-queue').text).toContain('The broom is broken')
  expect(page.region(`admin-job-${waiting}`).text).toMatch(/waiting runs in 59 min 0 of 1 Cancel/)
})

test('state and kind choose, in the address; each state has its number', async () => {
  await using at = await stage()
  await at.fail()
  await at.add(undefined, { after: later() })
  const failed = await get(at.portal, '/admin/jobs?state=failed')
  expect(namesOf(failed)).toEqual(['chores.sweep'])
  const states = elements(failed.body, ({ attributes }) => attributes.class === 'admin-states')[0]
  expect(states?.text).toMatch(/^All \d+ Waiting \d+ Running 0 Done \d+ Failed 1 Interrupted 0 Cancelled 0$/)
  const ofKind = await get(at.portal, '/admin/jobs?kind=chores.sweep')
  expect(namesOf(ofKind)).toEqual(['chores.sweep', 'chores.sweep'])
  expect(ofKind.region('admin-jobs-count').text).toMatch(/^2 jobs with these filters/)
  const links = linksOf(ofKind.body).map(({ href }) => href)
  expect(links).toContain('/admin/jobs?state=failed&kind=chores.sweep')
  const none = await get(at.portal, '/admin/jobs?kind=chores.sweep&state=interrupted')
  expect(none.region('admin-queue').text).toContain('No such jobs')
  expect((await get(at.portal, '/admin/jobs?state=lost')).status).toBe(400)
  expect((await get(at.portal, '/admin/jobs?state=&kind=')).status).toBe(200)
})

test('pages go on by keys, there and back, and meet every job once', async () => {
  await using at = await stage()
  const ids: string[] = []
  for (let number = 0; number < 120; number++) ids.unshift(await at.add(number))
  await at.portal.settled()
  const idsOf = (page: Answer) =>
    rowsOf(page.region('admin-queue').html).length > 0
      ? elements(
          page.region('admin-queue').html,
          ({ attributes }) => attributes.id?.startsWith('admin-job-') === true,
        ).map(({ attributes }) => attributes.id?.slice('admin-job-'.length))
      : []
  const href = (page: Answer, rel: string) =>
    elements(page.body, ({ attributes }) => attributes.rel === rel)[0]?.attributes.href
  const first = await get(at.portal, '/admin/jobs?kind=chores.sweep')
  const second = await get(at.portal, href(first, 'next') ?? '')
  const third = await get(at.portal, href(second, 'next') ?? '')
  expect([idsOf(first), idsOf(second), idsOf(third)].flat()).toEqual(ids)
  expect([href(first, 'prev'), href(third, 'next')]).toEqual([undefined, undefined])
  expect(idsOf(await get(at.portal, href(third, 'prev') ?? ''))).toEqual(ids.slice(50, 100))
  expect(idsOf(await get(at.portal, href(second, 'prev') ?? ''))).toEqual(ids.slice(0, 50))
})

test('the page of a job has its error, its times and its payload, with dots for secrets', async () => {
  await using at = await stage()
  const id = await at.fail({ room: 'attic', apiToken: 'hunter2', url: 'https://ada:hunter2@git.example/x' }, 'attic')
  const page = await get(at.portal, `/admin/jobs/${id}`)
  expect(page.text).toContain('The broom is broken.')
  expect(page.text).toContain('Attempt 1 of 1')
  expect(page.region('admin-times').text).toMatch(/Key attic Id/)
  expect(page.region('admin-payload').text).toContain('"room": "attic"')
  expect(page.body).not.toContain('hunter2')
  expect((await get(at.portal, '/admin/jobs/nobody')).status).toBe(404)
  expect((await get(at.portal, `/admin/jobs/${'x'.repeat(100)}`)).status).toBe(400)
})

test('while a job runs its page shows how far it is and fetches itself; when it has ended it does not', async () => {
  let end = () => {}
  const long: JobSpec = {
    id: 'long',
    run: async ({ progress }) => {
      progress(3, 12, 'Sweeping')
      await new Promise<void>((resolve) => {
        end = resolve
      })
    },
  }
  await using at = await stage([long], { settle: false })
  const { jobs, db } = at.portal.portal
  const id = await db.write((tx) => jobs.enqueue(tx, 'chores.long'))
  await expect.poll(async () => (await jobs.find(id))?.progress?.done, { timeout: 15_000 }).toBe(3)
  const running = await get(at.portal, `/admin/jobs/${id}`)
  expect(running.text).toContain('Sweeping: 3 of 12')
  expect(running.body).toContain(`hx-get="/admin/jobs/${id}" hx-trigger="every 2s"`)
  const queue = await get(at.portal, '/admin/jobs?state=running')
  expect(queue.region('admin-queue').html).toContain('hx-get="/admin/jobs?state=running" hx-trigger="every 2s"')
  expect(queue.region('admin-queue').text).toContain('Sweeping: 3 of 12')
  end()
  await at.portal.settled()
  expect((await get(at.portal, `/admin/jobs/${id}`)).body).not.toContain('hx-trigger="every')
  expect((await get(at.portal, '/admin/jobs')).region('admin-queue').html).not.toContain('hx-trigger')
})

test('pages of jobs are told when one is added, begins or ends', async () => {
  await using at = await stage([], { access: false })
  expect((await at.portal.get('/admin/jobs')).body).toContain('data-live="/live?')
  const topics: string[] = []
  at.portal.portal.events.on({ id: 'portal.shown-changed' }, (event) => {
    topics.push(...(event as { topics: string[] }).topics)
  })
  await at.add()
  await at.portal.settled()
  expect(topics.filter((topic) => topic === 'jobs').length).toBeGreaterThan(1)
})

test('a job that was given up is tried again, and the audit log says who asked', async () => {
  await using at = await stage()
  const id = await at.fail({ room: 'attic' })
  const answer = await at.portal.post(`/admin/jobs/${id}/retry`, {}, { as: 'root' })
  expect([answer.status, answer.headers.location]).toEqual([303, `/admin/jobs/${id}?said=retried`])
  await at.portal.settled()
  expect(await at.stateOf(id)).toBe('done')
  expect(calls.filter((payload) => payload !== 'daily')).toEqual([{ room: 'attic' }, { room: 'attic' }])
  expect(await lines(at.portal)).toMatchObject([
    {
      action: 'jobs.retry',
      target: 'chores.sweep',
      actor: { id: 'root' },
      before: { jobState: 'failed', error: 'The broom is broken' },
      after: { jobState: 'waiting' },
      detail: { job: id },
    },
  ])
  const again = await at.portal.post(`/admin/jobs/${id}/retry`, {}, { as: 'root' })
  expect(again.status).toBe(409)
  expect(again.text).toContain('This job is done')
  expect(await lines(at.portal)).toHaveLength(1)
})

test('a waiting job is cancelled and does not run', async () => {
  await using at = await stage()
  const id = await at.add({ room: 'attic' }, { after: later() })
  const answer = await at.portal.post(`/admin/jobs/${id}/cancellation`, {}, { as: 'root' })
  expect([answer.status, answer.headers.location]).toEqual([303, `/admin/jobs/${id}?said=cancelled`])
  expect(await at.stateOf(id)).toBe('cancelled')
  expect((await get(at.portal, `/admin/jobs/${id}?said=cancelled`)).text).toContain('It is cancelled and will not run.')
  expect(await lines(at.portal)).toMatchObject([{ action: 'jobs.cancel', target: 'chores.sweep', detail: { job: id } }])
  expect((await at.portal.post(`/admin/jobs/${id}/cancellation`, {}, { as: 'root' })).status).toBe(409)
  expect((await at.portal.post('/admin/jobs/nobody/cancellation', {}, { as: 'root' })).status).toBe(404)
})

test('what runs by itself can be run now, once however often it is asked for', async () => {
  await using at = await stage()
  const before = calls.length
  const answer = await at.portal.post('/admin/jobs/schedules/chores.daily/run', {}, { as: 'root' })
  expect(answer.status).toBe(303)
  await at.portal.settled()
  expect(calls.length).toBe(before + 1)
  expect((await get(at.portal, String(answer.headers.location))).text).toContain('chores.daily')
  expect(await lines(at.portal)).toMatchObject([{ action: 'jobs.run', target: 'chores.daily', actor: { id: 'root' } }])
  for (const kind of ['chores.sweep', 'nobody.x']) {
    const wrong = await at.portal.post(`/admin/jobs/schedules/${kind}/run`, {}, { as: 'root' })
    expect(wrong.status, kind).toBe(404)
  }
})

test('schedules say when each ran last and runs next', async () => {
  await using at = await stage()
  const page = await get(at.portal, '/admin/jobs/schedules')
  const rows = rowsOf(page.region('admin-schedules').html)
  const daily = rows.find((row) => row.join(' ').includes('chores.daily'))
  expect(daily?.slice(1, 4)).toEqual(['1 d', 'now', expect.stringMatching(/^(2\d h|1 d)$/)])
  expect(page.region('admin-schedules').text).not.toContain('chores.sweep')
})

const writes = (id: string) => [
  `/admin/jobs/${id}/retry`,
  `/admin/jobs/${id}/cancellation`,
  '/admin/jobs/schedules/chores.daily/run',
]

test('each of the three needs the permission', async () => {
  await using at = await stage()
  const id = await at.fail()
  for (const url of writes(id)) {
    for (const as of ['anna', 'cora'] as const) {
      const answer = await at.portal.post(url, {}, { as })
      expect(answer.status, url).toBe(403)
      expect(answer.text).toContain('may not do what only administrators do')
      expect(answer.text).toContain('admin.jobs')
    }
  }
  expect(await at.stateOf(id)).toBe('failed')
  expect(await lines(at.portal)).toEqual([])
})

test('nobody who is not signed in does or sees any of it', async () => {
  await using at = await stage()
  const id = await at.fail()
  for (const url of writes(id)) expect((await at.portal.post(url, {})).status, url).toBe(401)
  for (const url of ['/admin/jobs', `/admin/jobs/${id}`, '/admin/jobs/schedules']) {
    expect((await at.portal.get(url)).status, url).toBe(401)
    expect((await at.portal.get(url, { as: 'cora' })).status, url).toBe(403)
  }
  expect(await at.stateOf(id)).toBe('failed')
})

test('a write from another site is refused', async () => {
  await using at = await stage()
  const id = await at.fail()
  const headers = { 'sec-fetch-site': 'cross-site' }
  expect((await at.portal.post(`/admin/jobs/${id}/retry`, {}, { as: 'root', headers })).status).toBe(403)
  expect(await at.stateOf(id)).toBe('failed')
})

test('a reading that is cancelled comes again at the next interval', async () => {
  await using at = await stage()
  const { jobs } = at.portal.portal
  const waiting = async () =>
    (await jobs.list({ kind: 'catalog.crawl', state: 'waiting' })).filter(({ key }) => key === at.portal.source)
  const [next] = await waiting()
  expect(next).toMatchObject({ kind: 'catalog.crawl', state: 'waiting' })
  await at.portal.post(`/admin/jobs/${next?.id}/cancellation`, {}, { as: 'root' })
  await at.portal.settled()
  const [again, ...more] = await waiting()
  expect(more).toEqual([])
  expect(again?.id).not.toBe(next?.id)
  expect(again?.payload).toMatchObject({ sourceId: at.portal.source })
  expect(again?.runAfter.getTime()).toBeGreaterThan(Date.now())
})

test('a collection of facts that is cancelled comes again at its interval', async () => {
  await using at = await stage()
  const { jobs } = at.portal.portal
  const due = async () =>
    (await jobs.list({ kind: 'catalog.facts', state: 'waiting' })).filter(({ key }) => key === 'catalog.languages due')
  const [next] = await due()
  await at.portal.post(`/admin/jobs/${next?.id}/cancellation`, {}, { as: 'root' })
  await at.portal.settled()
  const [again] = await due()
  expect(again).toMatchObject({ kind: 'catalog.facts', state: 'waiting' })
  expect(again?.id).not.toBe(next?.id)
})
