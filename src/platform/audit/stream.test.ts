import { appendFileSync, existsSync, readFileSync, renameSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { systemActor } from '../../api/actor.ts'
import { testFolder } from '../db/fixtures/folder.ts'
import { createIdSource } from '../db/id.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { openDatabase } from '../db/open.ts'
import { writeAudit } from './audit.ts'
import { type AuditSink, fileSink, outputSink } from './sinks.ts'
import { type AuditStream, createAuditStream } from './stream.ts'

const dir = fileURLToPath(new URL('../../../migrations/audit', import.meta.url))

async function stage() {
  const folder = testFolder()
  const file = join(folder, 'portal.sqlite')
  await migrateDatabase({ file, folders: [{ feature: 'audit', dir }], backupDir: join(folder, 'backups') })
  const db = await openDatabase({ file, development: true })
  onTestFinished(() => db.close())
  const now = () => new Date('2026-03-02T08:00:00Z')
  const clock = { now, id: createIdSource(now) }
  const logged: string[] = []
  const waits: { ms: number; run: () => void }[] = []
  const log = {
    info: (_: object | string, text = '') => void logged.push(text),
    error: (_: object | string, text = '') => void logged.push(text),
  }
  const after = (ms: number, run: () => void) => {
    const wait = { ms, run }
    waits.push(wait)
    return () => void waits.splice(waits.indexOf(wait) >>> 0, 1)
  }
  return {
    db,
    logged,
    waits,
    path: join(folder, 'audit.jsonl'),
    streamTo: (sink: AuditSink): AuditStream => createAuditStream({ db, log, now, after, sink }),
    write: async (...actions: string[]) => {
      for (const action of actions) {
        await db.write((tx) => writeAudit(tx, { action, actor: systemActor, target: 'x' }, clock))
      }
    },
  }
}

const actionsIn = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { action: string }).action)

/** A sink that takes what it is given, unless it is told to fail. */
function fake() {
  const taken: string[] = []
  const sink: AuditSink & { fails?: Error | undefined; taken: string[]; closed: boolean } = {
    name: 'a fake',
    taken,
    closed: false,
    async write(text) {
      if (sink.fails) throw sink.fails
      taken.push(...text.trimEnd().split('\n'))
    },
    reopen: async () => undefined,
    close: async () => {
      sink.closed = true
    },
  }
  return sink
}
const actionsOf = ({ taken }: { taken: string[] }) =>
  taken.map((line) => (JSON.parse(line) as { action: string }).action)

test('every line is a line of JSON, in order, from when there is a stream', async () => {
  const { write, streamTo, path } = await stage()
  await write('before')
  const stream = streamTo(fileSink(path))
  await stream.begin()
  await write('a', 'b')
  await stream.wake()
  await write('c')
  await stream.wake()
  expect(actionsIn(path)).toEqual(['a', 'b', 'c'])
  const [line = ''] = readFileSync(path, 'utf8').split('\n')
  expect(JSON.parse(line)).toEqual({
    ...{
      log: 'audit',
      id: expect.any(String),
      time: '2026-03-02T08:00:00.000Z',
      action: 'a',
      target: 'x',
      result: 'ok',
    },
    actor: { id: 'system', kind: 'system', name: 'Callboard' },
  })
  // Nobody but the portal reads who did what.
  expect(statSync(path).mode & 0o077).toBe(0)
  await stream.close()
})

test('many lines are written in order, however often it is woken meanwhile', async () => {
  const { write, streamTo } = await stage()
  const sink = fake()
  const stream = streamTo(sink)
  await stream.begin()
  const actions = Array.from({ length: 450 }, (_, i) => `a.${i}`)
  const writing = write(...actions)
  for (let i = 0; i < 50; i++) void stream.wake()
  await writing
  await stream.wake()
  expect(actionsOf(sink)).toEqual(actions)
  await stream.close()
})

test('what a crash cuts off between commit and stream is written at the next start, also what another program wrote', async () => {
  const { write, streamTo, path } = await stage()
  const first = streamTo(fileSink(path))
  await first.begin()
  await write('a')
  await first.wake()
  // The process ends here; a command writes while none runs.
  await write('b', 'c')
  const second = streamTo(fileSink(path))
  await second.begin()
  expect(actionsIn(path)).toEqual(['a', 'b', 'c'])
  await second.close()
})

test('a line that a crash tore does not swallow the next one', async () => {
  const { write, streamTo, path } = await stage()
  const stream = streamTo(fileSink(path))
  await stream.begin()
  await write('a')
  await stream.wake()
  await stream.close()
  appendFileSync(path, '{"log":"audit","act')
  const second = streamTo(fileSink(path))
  await write('b')
  await second.begin()
  const [whole, torn, next] = readFileSync(path, 'utf8').split('\n')
  expect([JSON.parse(whole ?? '').action, torn, JSON.parse(next ?? '').action]).toEqual([
    'a',
    '{"log":"audit","act',
    'b',
  ])
  await second.close()
})

test('a file that was moved is left for a new one, with and without a signal', async () => {
  const { write, streamTo, path } = await stage()
  const stream = streamTo(fileSink(path))
  await stream.begin()
  await write('a')
  await stream.wake()
  renameSync(path, `${path}.1`)
  await write('b')
  await stream.wake()
  renameSync(path, `${path}.2`)
  await stream.reopen()
  await write('c')
  await stream.wake()
  expect([`${path}.1`, `${path}.2`, path].map(actionsIn)).toEqual([['a'], ['b'], ['c']])
  // Copied and emptied, as some do it.
  truncateSync(path)
  await write('d')
  await stream.wake()
  expect(actionsIn(path)).toEqual(['d'])
  await stream.close()
})

test('while it cannot be written nothing is lost: it is told once, tried again later and less often, and goes on', async () => {
  const { write, streamTo, logged, waits } = await stage()
  const sink = fake()
  const stream = streamTo(sink)
  await stream.begin()
  sink.fails = new Error('ENOSPC: no space left on device, write')
  await write('a')
  await stream.wake()
  await write('b')
  await stream.wake()
  expect(stream.trouble()).toEqual({ since: new Date('2026-03-02T08:00:00Z'), reason: sink.fails.message })
  expect(stream.waiting()).toEqual(new Date('2026-03-02T08:00:00Z'))
  expect(logged).toHaveLength(1)
  expect(logged[0]).toContain('no space left')
  expect(waits.map(({ ms }) => ms)).toEqual([2000])
  sink.fails = undefined
  waits[0]?.run()
  await expect.poll(() => actionsOf(sink)).toEqual(['a', 'b'])
  await expect.poll(() => stream.trouble()).toBeUndefined()
  expect(stream.waiting()).toBeUndefined()
  expect(logged[1]).toContain('again')
  await stream.close()
  expect(sink.closed).toBe(true)
  expect(waits).toEqual([])
})

test.runIf(existsSync('/dev/full'))('a full disk is such a case', async () => {
  const { write, streamTo } = await stage()
  const stream = streamTo(fileSink('/dev/full'))
  await stream.begin()
  await write('a')
  await stream.wake()
  expect(stream.trouble()?.reason).toContain('ENOSPC')
  await stream.close()
})

test('so is a folder that is not there, until it is', async () => {
  const { write, streamTo, path } = await stage()
  const stream = streamTo(fileSink(join(path, 'no', 'such.jsonl')))
  await stream.begin()
  await write('a')
  await stream.wake()
  expect(stream.trouble()?.reason).toContain('ENOENT')
  await stream.close()
})

test('standard output gets the same lines', async () => {
  const { write, streamTo } = await stage()
  const out: string[] = []
  const stream = streamTo(
    outputSink({
      write: (text: string, done: (error?: Error) => void) => {
        out.push(text)
        done()
        return true
      },
    } as unknown as NodeJS.WritableStream),
  )
  await stream.begin()
  await write('a')
  await stream.close()
  expect(out.map((text) => JSON.parse(text).action)).toEqual(['a'])
})
