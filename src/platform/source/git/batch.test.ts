import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import { type BatchLimits, batchLimits, createBatch, type GitBatch } from './batch.ts'
import { gitStage } from './fixtures/stage.ts'

const at = gitStage()
const batches: GitBatch[] = []
afterEach(() => {
  for (const batch of batches.splice(0)) batch.close()
})

function start(limits: Partial<BatchLimits> = {}): GitBatch {
  const batch = createBatch({ repository: at.source.path, home: at.base }, { ...batchLimits, ...limits })
  batches.push(batch)
  return batch
}

const put = (content: string) => at.source.git(['hash-object', '-w', '--stdin'], content)

/** Processes that read this repository, as the system lists them. */
function processes(): number[] {
  const own = (command: string) => command.includes(`--git-dir=${at.source.path} cat-file`)
  if (existsSync('/proc/self/cmdline')) {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && own(commandOf(name)))
      .map(Number)
  }
  const lines = execFileSync('ps', ['-eo', 'pid=,args=']).toString().split('\n')
  return lines.filter(own).map((line) => Number.parseInt(line, 10))
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return '' // It has just ended.
  }
}

test('objects come in the order of the questions, from one process', async () => {
  const ids = Array.from({ length: 200 }, (_, i) => put(`content ${i}\n\0 ${'x'.repeat(i * 37)}`))
  const batch = start()
  const answers = await Promise.all(ids.map((id) => batch.read(id, 100_000)))
  expect(answers.every((answer, i) => answer?.bytes?.toString().startsWith(`content ${i}\n`))).toBe(true)
  expect(answers[199]?.size).toBe(answers[199]?.bytes?.length)
  expect(processes()).toHaveLength(1)
})

test('what is larger than wanted is not handed out, what is not there neither', async () => {
  const batch = start()
  const large = put('x'.repeat(300_000))
  expect(await batch.read(large, 299_999)).toEqual({ type: 'blob', size: 300_000, bytes: undefined })
  expect((await batch.read(large, 300_000))?.bytes?.length).toBe(300_000)
  expect(await batch.read('0'.repeat(40), 10)).toBeUndefined()
  expect((await batch.read(put(''), 0))?.bytes?.length).toBe(0)
})

test('a process that is killed is replaced', async () => {
  const batch = start()
  const id = put('still here')
  await batch.read(id, 100)
  for (const pid of processes()) process.kill(pid, 'SIGKILL')
  expect((await batch.read(id, 100))?.bytes?.toString()).toBe('still here')
})

test('a process that nobody asks ends, and there are few of them', async () => {
  const id = put('x')
  const idle = start({ idle: 20 })
  await idle.read(id, 100)
  await vi.waitFor(() => expect(processes()).toEqual([]), { timeout: 10_000 })
  expect((await idle.read(id, 100))?.size).toBe(1)

  const several = Array.from({ length: 5 }, () => start({ processes: 2 }))
  for (const batch of several) expect((await batch.read(id, 100))?.size).toBe(1)
  await vi.waitFor(() => expect(processes().length).toBeLessThanOrEqual(2), { timeout: 10_000 })
  expect((await several[0]?.read(id, 100))?.size).toBe(1)
})

test('too many readers are told to come back, and one who has left is not served', async () => {
  const id = put('x')
  const batch = start({ waiting: 3 })
  const three = [1, 2, 3].map(() => batch.read(id, 100))
  await expect(batch.read(id, 100)).rejects.toMatchObject({ code: 'rate_limited' })
  await Promise.all(three)
  expect((await batch.read(id, 100))?.size).toBe(1)
  await expect(batch.read(id, 100, AbortSignal.abort())).rejects.toThrow('aborted')
})

test('a repository that is not there is an error, not a wait', async () => {
  const batch = createBatch({ repository: `${at.base}/none`, home: at.base })
  batches.push(batch)
  await expect(batch.read('0'.repeat(40), 10)).rejects.toThrow(/ended|does not listen/)
})
