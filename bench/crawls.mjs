// Readings of the sources of a running portal, asked for as `callboard crawl` does.
import { setTimeout } from 'node:timers/promises'

/** @returns ids of all sources */
export async function sourceIds(server) {
  const { sources } = await server.ask('GET', '/catalog/sources.json')
  return sources.map(({ id }) => id)
}

/** Has sources read and waits until all have come to rest. @returns milliseconds, and those of processor time */
export async function crawlNow(server, ids, { full = false, every = 20 } = {}) {
  const [start, cpu] = [performance.now(), server.cpu()]
  await server.ask('POST', '/catalog/sources/readings.json', { sources: ids, full })
  await untilRest(server, ids, every)
  return { ms: Math.round(performance.now() - start), cpuMs: Math.round(server.cpu() - cpu) }
}

/** Reads the sources completely, again and again, while the work lasts. @returns what it gives, and how often that was */
export async function whileCrawling(server, ids, work) {
  let [isOver, crawls] = [false, 0]
  const crawling = repeat()
  try {
    // The one that never ends by itself is there for its errors.
    const result = await Promise.race([work(), crawling])
    return { crawls: crawls + 1, ...result }
  } finally {
    isOver = true
    await crawling
  }

  async function repeat() {
    for (; !isOver; crawls++) await crawlNow(server, ids, { full: true, every: 100 })
  }
}

/** @throws Error when a source has failed, or they do not come to rest */
export async function untilRest(server, ids, every, deadline = 1_200_000) {
  const wanted = new Set(ids)
  for (const end = performance.now() + deadline; performance.now() < end; await setTimeout(every)) {
    const { sources } = await server.ask('GET', '/catalog/sources.json')
    const asked = sources.filter(({ id }) => wanted.has(id))
    const failed = asked.find(({ activity, state }) => activity === null && state !== 'ok')
    if (failed) throw new Error(`${failed.title} could not be read: ${failed.error ?? failed.state}`)
    if (asked.every(({ activity }) => activity === null)) return
  }
  throw new Error(`The sources were still being read after ${deadline / 1000} s.`)
}

/** Waits until the page shows the text. @returns milliseconds since `since` */
export async function untilShown(server, { path, text }, since, deadline = 60_000) {
  for (const end = performance.now() + deadline; performance.now() < end; await setTimeout(10)) {
    const { body } = await server.get(path)
    if (body.includes(text)) return Math.round(performance.now() - since)
  }
  throw new Error(`${path} did not show "${text}" within ${deadline / 1000} s.`)
}
