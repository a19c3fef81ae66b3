// What a process and all that it started take of memory and processor, read from /proc; undefined where there is none.
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** Of the clock that /proc counts in; the kernel tells programs 100 on every platform that Node runs on. */
const ticksPerSecond = 100

/** In MiB. `rss` counts what processes share once for each, `pss` once. */
export function memoryOf(pid) {
  const family = descendants(pid)
  if (family.length === 0) return undefined
  const sum = (field) => family.reduce((total, one) => total + kibibytes(one, field), 0) / 1024
  const processes = family.map((one) => `${commandOf(one)}: ${round(kibibytes(one, 'Rss') / 1024)}`)
  return { rss: round(sum('Rss')), pss: round(sum('Pss')), processes }
}

/** Milliseconds of processor time since the start, of processes that have ended as well. */
export function cpuOf(pid) {
  const family = descendants(pid)
  if (family.length === 0) return undefined
  const ticks = family.reduce((total, one) => total + (statOf(one)?.ticks ?? 0), 0)
  return (ticks * 1000) / ticksPerSecond
}

/** Looks at the memory every so often, until it is stopped. @returns what stops it and gives the peak */
export function watchMemory(pid, every = 100) {
  const stop = new AbortController()
  const peak = { rss: 0, pss: 0 }
  const watching = watch().catch((error) => {
    if (error.name !== 'AbortError') throw error
  })
  return async () => {
    stop.abort()
    await watching
    return peak.rss === 0 ? undefined : peak
  }

  async function watch() {
    for (;;) {
      const now = memoryOf(pid)
      for (const field of ['rss', 'pss']) peak[field] = Math.max(peak[field], now?.[field] ?? 0)
      await setTimeout(every, undefined, { signal: stop.signal })
    }
  }
}

export function descendants(pid) {
  if (!statOf(pid)) return []
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
  const parents = new Map(all.map((one) => [one, statOf(one)?.parent]))
  const family = [pid]
  for (const member of family) for (const [one, parent] of parents) if (parent === member) family.push(one)
  return family
}

/** Undefined for one that has ended. */
export function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z') return undefined
    // Its own time and that of children that it waited for, each as user and as system.
    const ticks = fields.slice(11, 15).reduce((sum, value) => sum + Number(value), 0)
    return { parent: Number(fields[1]), ticks }
  } catch {
    return undefined
  }
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .slice(0, 3)
      .map((word) => word.split('/').at(-1))
      .join(' ')
      .trim()
  } catch {
    return 'ended'
  }
}

function kibibytes(pid, field) {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    return Number(new RegExp(`^${field}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0)
  } catch {
    return 0 // Ended in the meantime.
  }
}

function round(value) {
  return Math.round(value * 10) / 10
}
