import { watch as watchFiles } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { PortalError } from '../../api/errors.ts'
import { type WatchParts, watchFolder, watchTimes } from './watch.ts'

let base: string
let root: string
let changes: number
let failures: PortalError[]
let close: () => Promise<void>
const timers = new Map<NodeJS.Timeout, { run: () => void; milliseconds: number }>()

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'callboard-watch-'))
  root = join(base, 'root')
  await mkdir(join(root, 'deep/er'), { recursive: true })
  await mkdir(join(root, '.git'))
  await writeFile(join(root, 'deep/er/a.yaml'), '1')
  changes = 0
  failures = []
  close = async () => undefined
})

afterEach(async () => {
  await close()
  timers.clear()
  await rm(base, { recursive: true, force: true })
})

const listeners = {
  changed: () => {
    changes += 1
  },
  failed: (error: PortalError) => {
    failures.push(error)
  },
}

async function start(parts?: Partial<WatchParts>): Promise<void> {
  const setTimer = (run: () => void, milliseconds: number) => setTimeout(run, Math.min(milliseconds, 10))
  close = await watchFolder(root, listeners, { watch: watchFiles, setTimer, ...parts })
}

async function seen(change: () => Promise<unknown>): Promise<void> {
  const before = changes
  await change()
  await vi.waitFor(() => expect(changes).toBeGreaterThan(before), { timeout: 5000, interval: 5 })
}

// A change in .git is unseen when one made after it is seen alone; so every timer is held back by the test.
const held = (run: () => void, milliseconds: number) => {
  const timer = setTimeout(() => undefined, 1).unref()
  timers.set(timer, { run, milliseconds })
  return timer
}

test('changed, new and removed files are told, in new folders too', async () => {
  await start()
  await seen(() => writeFile(join(root, 'deep/er/a.yaml'), '2'))
  await seen(() => writeFile(join(root, 'b.yaml'), '1'))
  await seen(() => mkdir(join(root, 'new/one'), { recursive: true }))
  await seen(() => writeFile(join(root, 'new/one/c.yaml'), '1'))
  await seen(() => writeFile(join(root, 'new/one/c.yaml'), '2'))
  await seen(() => rename(join(root, 'new'), join(root, 'renamed')))
  await seen(() => writeFile(join(root, 'renamed/one/c.yaml'), '3'))
  await seen(() => rm(join(root, 'renamed'), { recursive: true }))
  expect(failures).toEqual([])
})

test('.git and node_modules are not watched', async () => {
  const watched: string[] = []
  await mkdir(join(root, 'deep/node_modules/x'), { recursive: true })
  const watch = ((path: string, ...rest: []) => {
    watched.push(path)
    return watchFiles(path, ...rest)
  }) as typeof watchFiles
  await start({ watch })
  expect(watched.toSorted()).toEqual([root, join(root, 'deep'), join(root, 'deep/er')])
})

test('a burst is told once: after a quiet time, or when it lasts', async () => {
  let notice: ((type: string, name: string) => void) | undefined
  const watch = ((path: string, options: object, listener: typeof notice) => {
    notice = listener
    return watchFiles(path, options)
  }) as typeof watchFiles
  await start({ watch, setTimer: held })
  for (let i = 0; i < 5; i++) notice?.('change', 'a.yaml')
  const running = [...timers.values()]
    .slice(-1)
    .concat([...timers.values()].filter((t) => t.milliseconds === watchTimes.burst))
  expect(running.map((timer) => timer.milliseconds)).toEqual([watchTimes.quiet, watchTimes.burst])
  expect(changes).toBe(0)
  running[1]?.run()
  await vi.waitFor(() => expect(changes).toBe(1))
  timers.clear()
  notice?.('change', '.git')
  expect(timers.size).toBe(0)
  notice?.('change', 'a.yaml')
  expect([...timers.values()].map((timer) => timer.milliseconds)).toEqual([watchTimes.quiet, watchTimes.burst])
})

test('a folder that vanishes and comes back is watched again', async () => {
  await start()
  await seen(() => rm(root, { recursive: true }))
  await seen(() => mkdir(join(root, 'again'), { recursive: true }))
  await seen(() => writeFile(join(root, 'again/a.yaml'), '1'))
  await seen(async () => {
    await rename(root, `${root}-old`)
    await mkdir(root)
    await writeFile(join(root, 'replaced.yaml'), '1')
  })
  await seen(() => writeFile(join(root, 'replaced.yaml'), '2'))
  expect(failures).toEqual([])
})

test('a limit of the system is told at the start, or when it is reached later', async () => {
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' })
  const watch = ((path: string, options: object, listener: () => void) => {
    if (path.endsWith('extra')) throw full
    return watchFiles(path, options, listener)
  }) as typeof watchFiles
  await start({ watch })
  await mkdir(join(root, 'extra'))
  await vi.waitFor(() => expect(failures.length).toBe(1), { timeout: 5000 })
  expect(failures[0]).toMatchObject({ code: 'internal', hint: expect.stringContaining('max_user_watches') })
  expect(changes).toBe(0)
  await expect(watchFolder(root, listeners, { watch, setTimer: held })).rejects.toMatchObject({ code: 'internal' })
})

test('nothing is told after the end', async () => {
  await start()
  await seen(() => writeFile(join(root, 'b.yaml'), '1'))
  await close()
  const before = changes
  await writeFile(join(root, 'b.yaml'), '2')
  let noticed = false
  const witness = watchFiles(root, () => {
    noticed = true
  })
  await vi.waitFor(async () => {
    await writeFile(join(root, 'c.yaml'), '2')
    expect(noticed).toBe(true)
  })
  witness.close()
  expect(changes).toBe(before)
})

test('a folder that is not there cannot be watched', async () => {
  await expect(watchFolder(join(base, 'none'), listeners)).rejects.toMatchObject({ code: 'not_found' })
})
