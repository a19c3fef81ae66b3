import { type ChildProcess, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { LRUCache } from 'lru-cache'
import type { Log } from '../../api/plugin.ts'
import type { Layout, LayoutPlan } from './layout-plan.ts'
import type { LayoutAnswer, LayoutRequest } from './layout-worker.ts'

/** Finds places for nodes and edges, off the main thread and never for longer than a page can wait. */
export interface Layouter {
  /** @throws LayoutFailure when there is no layout; its message says why, as an end of a sentence */
  layout(plan: LayoutPlan): Promise<Layout>
  /** Starts the worker ahead of the first plan. */
  warm(): void
  close(): void
}

export interface LayouterOptions {
  log: Log
  /** Milliseconds for one layout, the start of the worker included: half of it to do it well, half to do it at all. */
  deadline?: number
  /** Milliseconds after which an idle worker is let go: it holds 80 MB. */
  idle?: number
  /** MiB that Graphviz may take. */
  memory?: number
  /** The module that the worker runs. For tests. */
  entry?: string
}

export class LayoutFailure extends Error {}

class OutOfTime extends LayoutFailure {}

const host = fileURLToPath(new URL('../../../bin/worker.mjs', import.meta.url))
const worker = new URL('./layout-worker.ts', import.meta.url).href
/** Plans that wait for the one that is being worked on. */
const mostWaiting = 12
/** Nodes and edges of all layouts that are remembered: about 4 MB. */
const mostRemembered = 20_000

/** The same plan has the same layout, whoever asks and whatever its nodes are called: so layouts are kept by their plan. */
export function createLayouter({
  log,
  deadline = 5_000,
  idle = 20_000,
  memory = 256,
  entry = worker,
}: LayouterOptions): Layouter {
  let running: ChildProcess | undefined
  let idleTimer: NodeJS.Timeout | undefined
  let turn = 0
  let waiting = 0
  let closed = false
  let queue: Promise<unknown> = Promise.resolve()
  const known = new LRUCache<string, Layout>({
    maxSize: mostRemembered,
    sizeCalculation: ({ nodes, edges }) => 1 + nodes.length + edges.length,
  })
  const open = new Map<string, Promise<Layout>>()

  function stop(): void {
    clearTimeout(idleTimer)
    running?.kill('SIGKILL')
    running = undefined
  }

  function start(): ChildProcess {
    // WebAssembly's memory is counted in pages of 64 KiB, apart from the heap.
    const limits = ['--max-old-space-size=128', `--wasm-max-mem-pages=${memory * 16}`]
    const started = fork(host, [entry], { execArgv: limits, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    // The portal may end without it.
    started.unref()
    started.channel?.unref()
    started.once('exit', () => {
      if (running === started) running = undefined
    })
    return started
  }

  function restUntilAsked(): void {
    clearTimeout(idleTimer)
    idleTimer = setTimeout(stop, idle)
    idleTimer.unref()
  }

  async function ask(plan: LayoutPlan): Promise<Layout> {
    if (closed) throw new LayoutFailure('the portal is stopping')
    clearTimeout(idleTimer)
    running ??= start()
    const asked = running
    asked.channel?.ref()
    try {
      return await answerOf(asked, { turn: ++turn, plan }, deadline)
    } catch (error) {
      log.warn({ err: error, nodes: plan.nodes.length, edges: plan.edges.length }, 'A graph could not be laid out')
      stop()
      throw error
    } finally {
      asked.channel?.unref()
      restUntilAsked()
    }
  }

  async function inTurn(plan: LayoutPlan): Promise<Layout> {
    if (waiting >= mostWaiting) throw new LayoutFailure('too many others are waiting for theirs')
    waiting++
    const run = queue
      .then(() => ask(plan))
      .catch((error: unknown) => {
        if (error instanceof OutOfTime) return ask({ ...plan, hasty: true })
        throw error
      })
      .finally(() => waiting--)
    queue = run.catch(() => undefined)
    return run
  }

  return {
    async layout(plan) {
      if (plan.nodes.length === 0) return { width: 0, height: 0, nodes: [], edges: [] }
      const key = createHash('sha256').update(JSON.stringify(plan)).digest('base64')
      const remembered = known.get(key)
      if (remembered) return remembered
      const asked = open.get(key) ?? inTurn(plan).finally(() => open.delete(key))
      open.set(key, asked)
      const layout = await asked
      known.set(key, layout)
      return layout
    },
    warm() {
      running ??= start()
      restUntilAsked()
    },
    close() {
      closed = true
      stop()
    },
  }
}

function answerOf(worker: ChildProcess, request: LayoutRequest, deadline: number): Promise<Layout> {
  return new Promise((resolve, reject) => {
    const late = () => settle(() => reject(new OutOfTime(`it took longer than ${deadline / 1000} s`)))
    const timer = setTimeout(late, deadline / 2)
    const onMessage = (answer: LayoutAnswer) => {
      if (answer.turn !== request.turn) return
      if ('layout' in answer) settle(() => resolve(answer.layout))
      else fail(`Graphviz failed: ${answer.failure}`)
    }
    const onError = (error: Error) => fail(`the process that draws failed: ${error.message}`)
    const onExit = () => fail('the process that draws has ended')
    const fail = (message: string) => settle(() => reject(new LayoutFailure(message)))
    const settle = (then: () => void) => {
      clearTimeout(timer)
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      then()
    }
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
    worker.send(request, (error) => error && onError(error))
  })
}
