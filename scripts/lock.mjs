// One process at a time, across processes; a lock whose owner has died is taken over.
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const longestWait = 20 * 60_000

/**
 * Runs `work` while holding the lock: a folder with one file in it, named after the process that holds it. Both steps
 * that take it are single renames, so two processes never hold it at once.
 */
export async function withLock(folder, work) {
  await take(folder)
  const release = () => {
    rmSync(`${folder}/${process.pid}`, { force: true })
    try {
      rmdirSync(folder)
    } catch {
      // Someone else has taken it already.
    }
  }
  process.once('exit', release)
  try {
    return await work()
  } finally {
    process.off('exit', release)
    release()
  }
}

async function take(folder) {
  const mine = `${folder}.${process.pid}`
  mkdirSync(mine, { recursive: true })
  writeFileSync(`${mine}/${process.pid}`, '')
  const end = Date.now() + longestWait
  let told = false
  for (;;) {
    if (moved(mine, folder)) return
    const owner = ownerOf(folder)
    if (owner && !isAlive(owner) && moved(`${folder}/${owner}`, `${folder}/${process.pid}`)) {
      rmSync(mine, { recursive: true, force: true })
      return
    }
    if (owner && isAlive(owner) && !told) {
      console.error(`Process ${owner} is installing already; waiting for it.`)
      told = true
    }
    if (Date.now() > end) {
      rmSync(mine, { recursive: true, force: true })
      throw new Error(`Process ${owner} has held ${dirname(folder)} for too long. End it, or remove ${folder}.`)
    }
    await setTimeout(100)
  }
}

function moved(from, to) {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EPERM'].includes(error.code)) return false
    throw error
  }
}

function ownerOf(folder) {
  try {
    return Number(readdirSync(folder)[0]) || undefined
  } catch {
    return undefined // Released in the meantime.
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
