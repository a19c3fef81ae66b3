import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withLock } from './lock.mjs'

let folder

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-lock-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

// Adds one to a number in a file, with a pause between reading and writing in which another would be lost.
const increment = `
const { withLock } = await import(${JSON.stringify(new URL('./lock.mjs', import.meta.url).href)})
const { readFileSync, writeFileSync } = await import('node:fs')
const [, lock, file] = process.argv
await withLock(lock, async () => {
  const value = Number(readFileSync(file, 'utf8'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  writeFileSync(file, String(value + 1))
})`

function run() {
  const args = ['--input-type=module', '-e', increment, join(folder, 'lock'), join(folder, 'number')]
  return new Promise((resolve) => {
    spawn(process.execPath, args, { stdio: 'ignore' }).once('exit', resolve)
  })
}

async function incrementByMany() {
  writeFileSync(join(folder, 'number'), '0')
  expect(await Promise.all(Array.from({ length: 6 }, run))).toEqual([0, 0, 0, 0, 0, 0])
  expect(readFileSync(join(folder, 'number'), 'utf8')).toBe('6')
  expect(readdirSync(folder)).toEqual(['number'])
}

test('one process at a time holds the lock, and nothing of it stays', async () => {
  await incrementByMany()
})

test('the lock of a dead process is taken over by one of many', async () => {
  const child = spawn(process.execPath, ['-e', ''])
  const dead = child.pid
  await new Promise((resolve) => {
    child.once('exit', resolve)
  })
  mkdirSync(join(folder, 'lock'))
  writeFileSync(join(folder, 'lock', String(dead)), '')
  await incrementByMany()
})

test('work that throws gives the lock back', async () => {
  await expect(withLock(join(folder, 'lock'), () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(existsSync(join(folder, 'lock'))).toBe(false)
  expect(await withLock(join(folder, 'lock'), () => 7)).toBe(7)
})
