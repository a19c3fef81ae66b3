// Requests to a portal, as many as it answers or at fixed times, and how long the answers took.
import { setTimeout } from 'node:timers/promises'
import autocannon from 'autocannon'

/** Seconds in which an answer must have come. */
const longest = 60

/**
 * Each connection asks again as soon as it has its answer. With several paths each request asks for the next one, and
 * every connection begins at another.
 *
 * @param {{ url: string, headers?: Record<string, string>, cpu(): number | undefined }} server
 * @param {readonly string[]} paths
 */
export async function closedLoop(server, paths, { connections = 1, seconds }) {
  const times = []
  let started = 0
  const cpu = server.cpu()
  const running = autocannon({
    url: server.url + paths[0],
    connections,
    duration: seconds,
    timeout: longest,
    ...(server.headers && { headers: server.headers }),
    setupClient(client) {
      if (paths.length > 1) client.setRequests(rotated(paths, started++ / connections).map((path) => ({ path })))
    },
  })
  running.on('response', (_client, _status, _bytes, milliseconds) => times.push(milliseconds))
  const { requests, errors, non2xx } = await running
  // A portal that is very busy: looked at for longer.
  if (times.length === 0 && errors + non2xx === 0 && seconds < longest) {
    return closedLoop(server, paths, { connections, seconds: Math.min(longest, seconds * 4) })
  }
  if (errors > 0 || non2xx > 0 || times.length === 0) {
    throw new Error(`${paths[0]} answered ${non2xx} times with another status than 2xx, with ${errors} errors.`)
  }
  const spent = cpu === undefined ? undefined : server.cpu() - cpu
  return {
    perSecond: round(requests.mean),
    ...percentiles(times),
    ...(spent !== undefined && { cpuMs: round(spent / times.length, 2) }),
  }
}

/** Several times, after a short one that does not count. No run asks for what another one did, if there is enough. */
export async function closedRuns(server, paths, { seconds, runs }) {
  await closedLoop(server, paths, { seconds: Math.min(1, seconds) })
  const measured = []
  for (let run = 1; run <= runs; run++) {
    measured.push(await closedLoop(server, rotated(paths, run / (runs + 1)), { seconds }))
  }
  return middleOf(measured)
}

/**
 * Asks so many times a second, whether or not the answers before have come: a portal that stands still for a while is
 * found out, which a loop that waits with it does not see.
 *
 * @param {AbortSignal} until
 */
export async function paced(server, paths, { perSecond, until }) {
  const times = []
  const asked = []
  const failures = []
  const start = performance.now()
  for (let count = 0; !until.aborted && failures.length === 0; count++) {
    const due = start + (count * 1000) / perSecond
    await setTimeout(Math.max(0, due - performance.now()), undefined, { signal: until }).catch(() => undefined)
    if (until.aborted) break
    asked.push(ask(paths[count % paths.length], due).catch((error) => failures.push(error)))
  }
  await Promise.all(asked)
  if (failures.length > 0) throw failures[0]
  return { perSecond, requests: times.length, ...percentiles(times), maxMs: round(Math.max(0, ...times)) }

  async function ask(path, due) {
    const { status } = await server.get(path)
    if (status !== 200) throw new Error(`${path} answered ${status}.`)
    times.push(performance.now() - due)
  }
}

/** The run in the middle by its rate, with all of them and their spread. */
export function middleOf(runs) {
  const sorted = [...runs].sort((a, b) => a.perSecond - b.perSecond)
  const middle = sorted[Math.floor(sorted.length / 2)]
  return { ...middle, spread: `${sorted[0].perSecond}–${sorted.at(-1).perSecond}`, runs }
}

export function percentiles(times) {
  const sorted = Float64Array.from(times).sort()
  const at = (share) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0, 2)
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) }
}

export function rotated(list, share) {
  const start = Math.floor(list.length * share)
  return [...list.slice(start), ...list.slice(0, start)]
}

export function round(value, digits = 1) {
  return Math.round(value * 10 ** digits) / 10 ** digits
}
