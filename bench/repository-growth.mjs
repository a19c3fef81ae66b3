// Measures the portal with many Git repositories, which are served over smart HTTP with a token: first crawl, one that
// finds nothing new, one that finds three changed, a push with its webhook.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { crawlNow, sourceIds, untilShown } from './crawls.mjs'
import { startForge } from './forge.mjs'
import { closedLoop, closedRuns, paced } from './load.mjs'
import { databaseSize, firstStart, idleCpuOf, restOf, writeConfig } from './portal.mjs'
import { changeRepository, entityOf, writeRepositories } from './repositories.mjs'
import { startServer } from './server.mjs'

const token = 'token-of-the-bench'
const hookSecret = 'secret-of-the-bench'
const pace = 25
const pushes = 3

/** @param {{ count: number, temporary: string, seconds: number, runs: number, rest: number, say(line: string): void }} plan */
export async function measureRepositories(plan) {
  const { count, temporary, say } = plan
  const folder = join(temporary, 'repositories')
  say(`${count} repositories: writing them`)
  const start = performance.now()
  const { names, entities } = await writeRepositories(folder, { count })
  const writeMs = Math.round(performance.now() - start)
  const forge = await startForge(folder, token)
  try {
    const config = writeConfig(temporary, catalogOptions(forge.origin, names), outboundOptions(forge.origin))
    const dataDir = join(temporary, 'data')
    mkdirSync(dataDir)
    const env = { BENCH_GIT_TOKEN: token, BENCH_HOOK_SECRET: hookSecret, LOG_LEVEL: 'warn' }
    const server = await startServer({ config, dataDir, log: join(temporary, 'log'), env })
    const result = await measure(server, { ...plan, forge, folder, names, entities })
    await server.stop()
    return { repositories: count, entities, writeMs, ...result, databaseMiB: databaseSize(dataDir) }
  } finally {
    await forge.close()
  }
}

async function measure(server, plan) {
  const { forge, names, entities, count, rest, say } = plan
  say(`${count} repositories: first crawl`)
  const firstCrawl = await counted(forge, () => firstStart(server, entities, 120_000 + count * 1000))
  await restOf(rest)
  const afterRest = server.memory()
  const idleCpuPercent = await idleCpuOf(server)
  const ids = await sourceIds(server)
  const crawl = () => counted(forge, () => crawlNow(server, ids, { every: 200 }))
  say(`${count} repositories: crawls with nothing new`)
  const nothingNew = await repeated(plan.runs, crawl)
  say(`${count} repositories: crawls with three changed`)
  const threeChanged = await repeated(plan.runs, async (number) => {
    for (const name of someOf(names, 3)) await changeRepository(plan.folder, names, name, number)
    return crawl()
  })
  const busy = await measureBusy(server, ids, plan)
  const push = await measurePushes(server, plan)
  say(`${count} repositories: pages at rest`)
  const list = await closedRuns(server, ['/catalog'], plan)
  const entity = await closedRuns(server, [entityOf(names[1])], plan)
  const { memoryMiB, ...first } = firstCrawl
  return {
    firstCrawl: first,
    nothingNew,
    threeChanged,
    duringCrawl: busy,
    push,
    pages: { list, entity },
    idleCpuPercent,
    memoryMiB: { ...memoryMiB, afterRest },
  }
}

/** What the server of the repositories was asked meanwhile, and what that cost it. */
async function counted(forge, work) {
  const [before, cpu] = [await forge.requests(), forge.cpu()]
  const result = await work()
  const after = await forge.requests()
  return {
    ...result,
    requests: after - before,
    hostCpuMs: forge.cpu() - cpu,
  }
}

async function repeated(times, work) {
  const runs = []
  for (let number = 1; number <= times; number++) runs.push(await work(number))
  const [first, ...others] = [...runs].sort((a, b) => a.ms - b.ms)
  return { ...[first, ...others][Math.floor(runs.length / 2)], runs: runs.map(({ ms }) => ms) }
}

/** Pages while crawls follow each other, of which each finds three repositories changed. */
async function measureBusy(server, ids, { folder, names, seconds }) {
  const entity = entityOf(names[1])
  const pages = names.slice(1).flatMap((name) => [entityOf(name), '/catalog'])
  const over = new AbortController()
  const runs = []
  const crawling = (async () => {
    for (let number = 100; !over.signal.aborted; number++) {
      for (const name of someOf(names, 3)) await changeRepository(folder, names, name, number)
      runs.push(await crawlNow(server, ids, { every: 200 }))
    }
  })()
  crawling.catch(() => over.abort()) // Thrown below.
  try {
    const page = await paced(server, pages, {
      perSecond: pace,
      until: AbortSignal.any([over.signal, AbortSignal.timeout(seconds * 5000)]),
    })
    const list = await closedLoop(server, ['/catalog'], { seconds: seconds * 2 })
    const same = await closedLoop(server, [entity], { seconds: seconds * 2 })
    over.abort()
    await crawling
    const sorted = runs.map(({ ms }) => ms).sort((x, y) => x - y)
    return { ms: sorted[Math.floor(sorted.length / 2)], crawls: runs.length, page, list, entity: same }
  } finally {
    over.abort()
  }
}

/** From the webhook, which comes right after the push, to the page that shows it. */
async function measurePushes(server, { folder, names, forge }) {
  const runs = []
  for (const [index, name] of someOf(names, pushes).entries()) {
    const text = await changeRepository(folder, names, name, 200 + index)
    const since = performance.now()
    await deliver(server, `${forge.origin}/${name}.git`)
    runs.push(await untilShown(server, { path: entityOf(name), text }, since))
  }
  const sorted = [...runs].sort((a, b) => a - b)
  return { medianMs: sorted[Math.floor(sorted.length / 2)], maxMs: sorted.at(-1), runs }
}

/** As GitLab tells of a push. */
async function deliver(server, url) {
  const response = await fetch(`${server.url}/api/events/http/gitlab`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-gitlab-token': hookSecret },
    body: JSON.stringify({
      object_kind: 'push',
      ref: 'refs/heads/main',
      before: '1'.repeat(40),
      after: '2'.repeat(40),
      project: { git_http_url: url, default_branch: 'main' },
      total_commits_count: 1,
      commits: [{ modified: ['catalog-info.yaml'] }],
    }),
  })
  const { reading = [] } = await response.json()
  if (response.status !== 202 || reading.length !== 1) throw new Error(`The webhook of ${url} led to no reading.`)
}

function someOf(names, number) {
  return Array.from({ length: number }, (_, index) => names[1 + Math.floor((index * (names.length - 1)) / number)])
}

function catalogOptions(origin, names) {
  return `{
  providers: ${JSON.stringify(names)}.map((name) =>
    gitProvider({ url: \`${origin}/\${name}.git\`, token: secret('BENCH_GIT_TOKEN'), protocols: ['http'], every: '6h' }),
  ),
  webhooks: { gitlab: { secret: secret('BENCH_HOOK_SECRET') } },
}`
}

function outboundOptions(origin) {
  const { host } = new URL(origin)
  return JSON.stringify({ allowPrivate: [host], allowHttp: [host] })
}
