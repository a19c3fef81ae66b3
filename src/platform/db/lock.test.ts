import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startChild } from './fixtures/child.ts'
import { testFolder } from './fixtures/folder.ts'
import { lockDataFolder } from './lock.ts'

test('a second taker is told who holds the folder, until it is released', async () => {
  const dir = join(testFolder(), 'data')
  const now = () => new Date(Date.UTC(2030, 0, 1))
  const lock = await lockDataFolder(dir, { command: 'callboard start', now })
  lock.describe({ address: 'http://127.0.0.1:7007' })
  await expect(lockDataFolder(dir)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(`in use by "callboard start", process ${process.pid}`),
    hint: expect.stringContaining('DATA_DIR'),
  })
  await expect(lockDataFolder(dir)).rejects.toThrow('since 2030-01-01T00:00:00.000Z, at http://127.0.0.1:7007.')
  lock.release()
  lock.release()
  expect(lock.held).toBe(false)
  expect(existsSync(join(dir, 'lock.json'))).toBe(false)
  expect(() => lock.describe({})).toThrow('released')
  const again = await lockDataFolder(dir)
  expect(again.held).toBe(true)
  again.release()
})

test('another process that holds the folder keeps it until it is killed, and no longer', async () => {
  const dir = testFolder()
  const child = startChild('lock-holder.ts', dir)
  expect(await child.line()).toBe('locked')
  await expect(lockDataFolder(dir)).rejects.toThrow(`process ${child.pid} on`)
  await child.kill()
  expect(JSON.parse(readFileSync(join(dir, 'lock.json'), 'utf8')).pid).toBe(child.pid)
  const lock = await lockDataFolder(dir)
  expect(JSON.parse(readFileSync(join(dir, 'lock.json'), 'utf8')).pid).toBe(process.pid)
  lock.release()
}, 30_000)

test('a broken lock.json neither locks nor hides the lock', async () => {
  const dir = testFolder()
  writeFileSync(join(dir, 'lock.json'), '{ half')
  const lock = await lockDataFolder(dir)
  writeFileSync(join(dir, 'lock.json'), '{ half')
  await expect(lockDataFolder(dir)).rejects.toThrow('in use by another process')
  lock.release()
})

test('a folder that cannot be made is said in words', async () => {
  const dir = testFolder()
  writeFileSync(join(dir, 'file'), '')
  await expect(lockDataFolder(join(dir, 'file', 'data'))).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringContaining('cannot be used'),
  })
})
