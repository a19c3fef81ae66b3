/**
 * Milliseconds that a computation takes of a processor. Other programs do not count, so that a busy machine changes
 * little; what it did to caches and clocks still shows, so the quickest of a few attempts is given: an attempt is
 * repeated only where it took longer than `enough`.
 */
export function cpuTime(compute: () => void, enough: number, attempts = 3): number {
  let best = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < attempts && best > enough; attempt += 1) {
    const start = usage()
    compute()
    best = Math.min(best, usage() - start)
  }
  return best
}

/** Of this thread where Node can tell, else of the process, collecting garbage and compiling included. */
function usage(): number {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage()
  return (user + system) / 1000
}
