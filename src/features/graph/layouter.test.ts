import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import { soon } from '../../testing/browser.ts'
import type { LayoutPlan } from './layout-plan.ts'
import { createLayouter, type Layouter, type LayouterOptions, LayoutFailure } from './layouter.ts'

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
const entry = (name: string) => new URL(`./fixtures/${name}.ts`, import.meta.url).href
const open: Layouter[] = []
const layouter = (options: Partial<LayouterOptions> = {}) => {
  const made = createLayouter({ log, deadline: 60_000, ...options })
  open.push(made)
  return made
}
afterEach(async () => {
  for (const one of open.splice(0)) one.close()
  await expect.poll(children, soon).toEqual([])
})

const box = { width: 100, height: 40 }
const chain = (size: number): LayoutPlan => ({
  direction: 'LR',
  straight: false,
  nodes: Array.from({ length: size }, () => box),
  edges: Array.from({ length: size - 1 }, (_, at) => ({ from: at, to: at + 1, label: { width: 50, height: 14 } })),
})

/** The processes that this one started, by what they run. */
function children(): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        return Number(parent) === process.pid && state !== 'Z' ? [{ pid: Number(pid), command }] : []
      } catch {
        return [] // Ended in the meantime.
      }
    })
    .filter(({ command }) => command.includes('worker.mjs'))
}

test('a chain goes from left to right, with words between its nodes; a circle ends', async () => {
  const layouts = layouter()
  const { nodes, edges, width } = await layouts.layout(chain(3))
  expect(nodes.map(([x]) => x).every((x, at, all) => at === 0 || x > (all[at - 1] ?? 0) + 150)).toBe(true)
  expect(edges[0]?.label?.[0]).toBeGreaterThan(nodes[0]?.[0] ?? 0)
  expect(width).toBeGreaterThan(400)
  const circle = {
    ...chain(3),
    edges: [...chain(3).edges, { from: 2, to: 0, label: null }, { from: 1, to: 1, label: null }],
  }
  expect((await layouts.layout(circle)).edges).toHaveLength(4)
})

test('the same plan is laid out once, also when it is asked for twice at once', async () => {
  const layouts = layouter()
  const [first, second] = await Promise.all([layouts.layout(chain(4)), layouts.layout(chain(4))])
  expect(first).toBe(second)
  expect(await layouts.layout(chain(4))).toBe(first)
  expect(await layouts.layout({ ...chain(4), direction: 'TB' })).not.toEqual(first)
})

test('nothing to draw takes no process', async () => {
  expect(await layouter().layout({ ...chain(1), nodes: [], edges: [] })).toMatchObject({ width: 0, nodes: [] })
  expect(children()).toEqual([])
})

test('what takes too long is given up, and the next plan has a worker of its own', async () => {
  const layouts = layouter({ entry: entry('silent-worker'), deadline: 300 })
  const error = await layouts.layout(chain(3)).catch((one: unknown) => one)
  expect(error).toBeInstanceOf(LayoutFailure)
  expect(error).toMatchObject({ message: 'it took longer than 0.3 s' })
  expect(log.warn).toHaveBeenCalledWith(expect.objectContaining({ nodes: 3, edges: 2 }), expect.any(String))
  await expect.poll(children, soon).toEqual([])
})

test('what takes too long to be done well is done quickly', async () => {
  const layouts = layouter({ entry: entry('hasty-worker'), deadline: 12_000 })
  expect(await layouts.layout(chain(3))).toMatchObject({ width: 1, height: 1 })
})

test('a worker that ends or is killed fails its plan only', async () => {
  await expect(layouter({ entry: entry('dying-worker') }).layout(chain(3))).rejects.toThrow('has ended')
  const layouts = layouter()
  const asked = layouts.layout(chain(5))
  await expect.poll(children, soon).toHaveLength(1)
  for (const { pid } of children()) process.kill(pid, 'SIGKILL')
  await expect(asked).rejects.toThrow('the process that draws has ended')
  expect((await layouts.layout(chain(5))).nodes).toHaveLength(5)
})

test('too little memory is an error, not the end of the portal', async () => {
  await expect(layouter({ memory: 4 }).layout(chain(3))).rejects.toBeInstanceOf(LayoutFailure)
})

test('when too many wait, more are turned away', async () => {
  const layouts = layouter({ entry: entry('silent-worker'), deadline: 400 })
  const asked = Array.from({ length: 13 }, (_, at) =>
    layouts.layout(chain(at + 2)).catch(({ message }: Error) => message),
  )
  expect(await asked.at(-1)).toBe('too many others are waiting for theirs')
  layouts.close()
})

test('an idle worker is let go', async () => {
  const layouts = layouter({ idle: 50 })
  await layouts.layout(chain(3))
  await expect.poll(children, soon).toEqual([])
  expect((await layouts.layout(chain(4))).nodes).toHaveLength(4)
})
