// Measures the portal with a catalog of one size in a folder: start, crawls, a change, memory, pages, idle and busy.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { entitiesByName, entityPages, filteredLists, tagFacets, textFilters } from './addresses.mjs'
import { changeDescription } from './catalog.mjs'
import { crawlNow, sourceIds, untilShown, whileCrawling } from './crawls.mjs'
import { closedLoop, closedRuns, paced, round } from './load.mjs'
import { answers, databaseSize, firstStart, idleCpuOf, isComplete, restOf, weigh, writeConfig } from './portal.mjs'
import { startServer } from './server.mjs'

const pushes = 5
const pace = 20
/** Components whose pages are asked for while the others are read for the first time, where that takes a while. */
const early = { components: 100, of: 5000 }

/**
 * @param {{ folder: string, names?: readonly string[], expected: number, temporary: string, seconds: number,
 *   runs: number, rest: number, say(line: string): void }} plan `names` of components, where the catalog is a
 *   generated one; `folder` of a given catalog is only read
 */
export async function measureGrowth(plan) {
  const { folder, expected, temporary, say } = plan
  const catalog = `{ providers: [folderProvider({ path: ${JSON.stringify(folder)}, paths: ['all.yaml'] })] }`
  const files = {
    config: writeConfig(temporary, catalog),
    dataDir: join(temporary, 'data'),
    log: join(temporary, 'log'),
  }
  mkdirSync(files.dataDir)
  say(`${expected} entities: first start`)
  const first = await startServer(files)
  const result = await measureFirst(first, plan)
  result.stopMs = round(await first.stop())
  result.databaseMiB = databaseSize(files.dataDir)
  say(`${expected} entities: second start`)
  const second = await startServer(files)
  const { after } = await second.until('answering', () => answers(second, '/catalog'))
  await second.until('idle', () => isComplete(second, expected), { every: 25 })
  result.secondStart = { firstPageMs: round(after), memoryMiB: second.memory() }
  await second.stop()
  if (plan.names?.length > early.of) result.duringFirst = await measurePagesOfFirst(files, plan)
  return result
}

/** Once more from nothing, with pages of what has been read already. */
async function measurePagesOfFirst(files, { expected, names, temporary, say }) {
  say(`${expected} entities: pages while everything is read for the first time`)
  const dataDir = join(temporary, 'data-of-first')
  mkdirSync(dataDir)
  const server = await startServer({ ...files, dataDir })
  const entities = entityPages(names.slice(0, early.components))
  for (const path of entities) await server.until('under way', () => answers(server, path), { every: 10 })
  const pages = entities.flatMap((path) => [path, '/catalog'])
  const over = new AbortController()
  const reading = server
    .until('complete', () => isComplete(server, expected), { every: 100, deadline: 120_000 + expected * 10 })
    .finally(() => over.abort())
  const [result] = await Promise.all([paced(server, pages, { perSecond: pace, until: over.signal }), reading])
  await server.stop()
  return result
}

async function measureFirst(server, plan) {
  const { expected, names, rest, say } = plan
  const result = { entities: expected, ...(await firstStart(server, expected)) }
  await restOf(rest)
  result.memoryMiB.afterRest = server.memory()
  result.idleCpuPercent = await idleCpuOf(server)
  const ids = await sourceIds(server)
  result.crawl = { nothingNew: await crawlNow(server, ids), complete: await crawlNow(server, ids, { full: true }) }
  if (names) result.push = await measurePushes(server, plan)
  const entityPath = await findEntity(server)
  const weights = { '/': await weigh(server, '/') }
  for (const path of ['/catalog', entityPath]) weights[path] = await weigh(server, path)
  say(`${expected} entities: pages`)
  result.pages = {
    list: { path: '/catalog', ...weights['/catalog'], ...(await measurePage(server, '/catalog', plan)) },
    entity: { path: entityPath, ...weights[entityPath], ...(await measurePage(server, entityPath, plan)) },
    home: { path: '/', ...weights['/'] },
  }
  if (names) result.varied = await measureVaried(server, plan)
  result.export = await timeExport(server)
  result.memoryMiB.afterLoad = server.memory()
  say(`${expected} entities: pages during a crawl`)
  result.duringCrawl = await measureBusy(server, ids, entityPath, plan)
  await restOf(rest)
  result.memoryMiB.afterAll = server.memory()
  return result
}

/** Each time something else is asked for. */
async function measureVaried(server, plan) {
  const { names } = plan
  const kinds = { entity: entityPages(names), filtered: filteredLists(), text: textFilters(), tagFacets: tagFacets() }
  const byName = entitiesByName(names)
  if (await answers(server, byName[0])) kinds.byName = byName
  const result = {}
  for (const [kind, paths] of Object.entries(kinds)) {
    result[kind] = { example: paths[0], ...(await closedRuns(server, paths, plan)) }
    plan.say(`${plan.expected} entities: ${kind}: ${result[kind].perSecond}/s`)
  }
  return result
}

/** The same page again and again, by one connection and by ten. */
async function measurePage(server, path, { seconds, runs }) {
  const one = await closedRuns(server, [path], { seconds, runs })
  return { ...one, at10: await closedLoop(server, [path], { seconds, connections: 10 }) }
}

/** The sources are read completely all the while. */
function measureBusy(server, ids, entityPath, { names, seconds }) {
  const duration = seconds * 2
  const entities = names ? entityPages(names) : [entityPath]
  const mixed = entities.flatMap((path) => [path, '/catalog'])
  return whileCrawling(server, ids, async () => ({
    list: await closedLoop(server, ['/catalog'], { seconds: duration }),
    entity: await closedLoop(server, [entityPath], { seconds: duration }),
    entityAt10: await closedLoop(server, entities, { seconds: duration, connections: 10 }),
    paced: await paced(server, mixed, { perSecond: pace, until: AbortSignal.timeout(duration * 5000) }),
  }))
}

/** From the moment a file is written to the page that shows it. */
async function measurePushes(server, { folder, say, expected }) {
  const runs = []
  for (let number = 1; number <= pushes; number++) {
    const since = performance.now()
    runs.push(await untilShown(server, changeDescription(folder, number), since))
    await setTimeout(500)
  }
  say(`${expected} entities: a change is shown after ${runs.join(', ')} ms`)
  const sorted = [...runs].sort((a, b) => a - b)
  return { medianMs: sorted[Math.floor(sorted.length / 2)], maxMs: sorted.at(-1), runs }
}

async function findEntity(server) {
  const { body } = await server.get('/catalog')
  const path = /href="(\/catalog\/[^/"?]+\/component\/[^/"?]+)"/.exec(body)?.[1]
  if (!path) throw new Error('The list page links to no component.')
  return path
}

async function timeExport(server) {
  const start = performance.now()
  const { status, body } = await server.get('/catalog.json')
  if (status !== 200) throw new Error(`/catalog.json answered ${status}.`)
  JSON.parse(body)
  return { milliseconds: round(performance.now() - start), bytes: Buffer.byteLength(body) }
}
