import { afterEach, expect, test, vi } from 'vitest'
import type { Provider } from '../../api/provider.ts'
import type { SourceTree } from '../../api/source-tree.ts'
import { rowsOf, type TestPortal, testPortal } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'
import { catalog } from './index.ts'
import type { Opened } from './opening.ts'
import { createTurns } from './turns.ts'

// A source that hangs, breaks or is slow harms no other, and its row says what is the matter.

let portal: TestPortal
afterEach(() => portal?.close())

const tree = (files: Record<string, string>, more: Partial<SourceTree> = {}): SourceTree => ({
  revision: JSON.stringify(files),
  list: async () => Object.entries(files).map(([path, text]) => ({ path, blob: text, size: text.length })),
  read: async (path) => new TextEncoder().encode(files[path]),
  stat: async (path) => ({ path, blob: files[path] ?? '', size: 1 }),
  ...more,
})
const source = (title: string, open: Provider['open'], more: Partial<Provider> = {}): Provider => ({
  id: `test:${title}`,
  title,
  type: 'test',
  paths: ['*.yaml'],
  locationOf: (path) => `test:${path}`,
  open,
  ...more,
})
const never = () => new Promise<never>(() => undefined)
const start = async (providers: Provider[], now?: () => Date) => {
  portal = await testPortal({ plugins: [catalog({ providers })], settle: false, ...(now && { now }) })
}
const rows = async () => {
  const page = await portal.get('/catalog/sources')
  const body = page.region('catalog-sources').html
  return { page, body, row: (title: string) => rowsOf(body).find(([first]) => first?.startsWith(title)) ?? [] }
}
const shown = (text: string) =>
  expect.poll(async () => (await portal.get('/catalog/sources')).text, { timeout: 15_000 }).toContain(text)

test('one that hangs and does not heed its signal, one that hangs in a file, and one that breaks harm no other', async () => {
  await start([
    source('Hanging', never, { timeout: '5s' }),
    source('Stuck', async () => tree({ 'a.yaml': 'x' }, { read: never }), { timeout: '5s' }),
    source('Broken', async () => tree({}, { list: () => Promise.reject(new Error('The disk is on fire')) })),
    source('Good', async () => tree({ 'a.yaml': entity({ name: 'good' }) })),
  ])
  await expect
    .poll(async () => (await portal.get('/catalog/default/component/good')).status, { timeout: 15_000 })
    .toBe(200)
  const early = await rows()
  expect(early.row('Hanging')[1]).toMatch(/reading/)
  expect(early.body).toContain('Asking the source what there is')
  await portal.settled()
  const { row, page } = await rows()
  expect(row('Hanging')[1]).toBe('failed')
  expect(row('Stuck')[1]).toBe('failed')
  expect(row('Broken')[1]).toBe('failed')
  expect(row('Good')[1]).not.toBe('failed')
  expect(page.text.match(/Reading it took longer than 5s and was stopped/g)).toHaveLength(2)
  expect(page.text).toContain('The disk is on fire')
  expect(page.text).toContain('It has never been read')
})

test('what is being done is on the page while it is, also after a reload, and the page asks again by itself', async () => {
  let go: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  const files = Object.fromEntries(
    Array.from({ length: 130 }, (_, at) => [`f-${at}.yaml`, entity({ name: `c-${at}` })]),
  )
  const read: SourceTree['read'] = async (path) => {
    if (path === 'f-129.yaml') await gate
    return new TextEncoder().encode(files[path])
  }
  await start([source('Large', async () => tree(files, { read }))])
  await shown('Reading files: 128 of 130')
  const { body } = await rows()
  expect(body).toMatch(/<progress value="128" max="130"/)
  expect(body).toContain('hx-trigger="every 2s"')
  go()
  await portal.settled()
  const { body: after } = await rows()
  expect(after).not.toContain('<progress')
  expect(after).not.toContain('hx-trigger')
})

test('one that fails says since when and how old its data is, and is tried less and less often', async () => {
  let now = new Date('2026-11-21T10:00:00Z')
  let isDown = false
  let opened = 0
  const open: Provider['open'] = async () => {
    opened++
    if (isDown) throw new Error('Nobody answers')
    return tree({ 'a.yaml': entity({ name: 'a' }) })
  }
  await start([source('Flaky', open, { every: '1h' })], () => now)
  await portal.settled()
  isDown = true
  now = new Date('2026-11-21T11:00:00Z')
  await portal.crawl()
  expect((await rows()).page.text).toMatch(/Nobody answers.*It first failed.*What is shown of it was read/s)
  expect((await rows()).body).toContain('2026-11-21T11:00:00.000Z')
  expect((await rows()).body).toContain('2026-11-21T10:00:00.000Z')
  const nextAt = async () => (await portal.portal.jobs.list({ kind: 'catalog.crawl', state: 'waiting' }))[0]?.runAfter
  expect(await nextAt()).toEqual(new Date('2026-11-21T11:01:00Z'))
  now = new Date('2026-11-21T11:20:00Z')
  await portal.crawl()
  expect(await nextAt()).toEqual(new Date('2026-11-21T11:40:00Z'))
  now = new Date('2026-11-21T16:00:00Z')
  await portal.crawl()
  expect(await nextAt()).toEqual(new Date('2026-11-21T17:00:00Z'))
  isDown = false
  await portal.crawl()
  expect((await rows()).page.text).not.toContain('It first failed')
  expect(opened).toBeGreaterThanOrEqual(5)
})

test('many that hang take the turns of others only until they are known to be slow', async () => {
  vi.useFakeTimers()
  try {
    const { createOpening } = await import('./opening.ts')
    const open = createOpening({ data: '', offline: false }, () => undefined)
    const stop = new AbortController()
    const hanging = Array.from({ length: 12 }, (_, at) => open(source(`h-${at}`, never), stop.signal))
    for (const one of hanging) one.catch(() => undefined)
    let isOpen = false
    const good = open(
      source('good', async () => tree({})),
      stop.signal,
    ).then((opened) => {
      isOpen = true
      return opened
    })
    await vi.advanceTimersByTimeAsync(19_000)
    expect(isOpen).toBe(false)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(isOpen).toBe(true)
    const opened = await good
    opened.giveBack()
    await vi.advanceTimersByTimeAsync(20 * 60_000)
    await expect(hanging[0]).rejects.toThrow('Reading it took longer than 20m and was stopped')
    await expect(hanging[11]).rejects.toThrow('Reading it took longer than 20m and was stopped')
  } finally {
    vi.useRealTimers()
  }
})

test('eight are asked at a time and four read; who waits to be read loses no time by it', async () => {
  vi.useFakeTimers()
  try {
    const { createOpening } = await import('./opening.ts')
    const open = createOpening({ data: '', offline: false }, () => undefined)
    const { signal } = new AbortController()
    let [asked, most] = [0, 0]
    const opened: Opened[] = []
    const opening = Array.from({ length: 10 }, (_, at) =>
      open(
        source(
          `s-${at}`,
          async () => {
            most = Math.max(most, ++asked)
            await new Promise((resolve) => setTimeout(resolve, 1000))
            asked--
            return tree({})
          },
          { timeout: '1m' },
        ),
        signal,
      ).then((one) => opened.push(one)),
    )
    await vi.advanceTimersByTimeAsync(10_000)
    expect(most).toBe(8)
    expect(opened).toHaveLength(4)
    await vi.advanceTimersByTimeAsync(45_000)
    for (const one of opened.splice(0)) one.giveBack()
    await vi.advanceTimersByTimeAsync(55_000)
    expect(opened).toHaveLength(4)
    expect(opened.map((one) => one.signal.aborted)).toEqual([false, false, false, false])
    await vi.advanceTimersByTimeAsync(5_000)
    expect(opened.map((one) => one.signal.aborted)).toEqual([true, true, true, true])
    for (const one of opened.splice(0)) one.giveBack()
    await vi.advanceTimersByTimeAsync(1)
    expect(opened).toHaveLength(2)
    await Promise.all(opening)
  } finally {
    vi.useRealTimers()
  }
})

test('turns are given in order, once each, and who leaves the queue is passed over', async () => {
  const turns = createTurns(1)
  const { signal } = new AbortController()
  const first = await turns.take(signal)
  const leaving = new AbortController()
  const left = turns.take(leaving.signal)
  const next = turns.take(signal)
  leaving.abort(new Error('No longer needed'))
  await expect(left).rejects.toThrow('No longer needed')
  first()
  first()
  const second = await next
  expect(turns.free).toBe(0)
  second()
  expect(turns.free).toBe(1)
})
