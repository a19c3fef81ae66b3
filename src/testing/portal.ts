import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { InjectOptions } from 'fastify'
import type { ForgeConfig, LimitsConfig, OutboundConfig } from '../api/config.ts'
import type { Plugin } from '../api/plugin.ts'
import { buildPortal, type Portal } from '../app/build.ts'
import { withStanding } from '../app/plugins.ts'
import { catalog, folderProvider } from '../features/index.ts'
import { listAudit } from '../platform/audit/audit.ts'
import { LimitOptions } from '../platform/http/limits.ts'
import type { HttpClientOptions } from '../platform/http-client/client.ts'
import { OutboundOptions } from '../platform/http-client/options.ts'
import { createLog } from '../platform/log.ts'
import { ForgeOptions } from '../platform/source/forges/options.ts'
import { personHeader, testAccess } from './access.ts'
import { elementById, type Found, hasId, textOf } from './html.ts'
import type { Person } from './people.ts'

export interface TestPortalOptions {
  /** Further plugins, behind those that are always there. One called `catalog` takes the place of the test's own. */
  plugins?: readonly Plugin[]
  /** The folder that the catalog is read from: text by path. */
  files?: Readonly<Record<string, string>>
  /** Globs of the files that are read first; every `.yaml` unless given. */
  paths?: readonly string[]
  /** Options of the catalog besides its provider. */
  catalog?: Omit<Parameters<typeof catalog>[0] & object, 'providers'>
  /** People and the test policy; without it the guest may do everything. Off unless asked for. */
  access?: boolean
  now?: () => Date
  /** Notices changes of the files by itself. Off unless asked for: then `crawl` reads. */
  watch?: boolean
  /** Waits until everything is read before the portal is handed out. On unless told otherwise. */
  settle?: boolean
  /** Begins to work: jobs run, the files are read. On unless told otherwise. */
  begin?: boolean
  /** A data folder that another portal left; a new one unless given. It is not removed. */
  dataDir?: string
  baseUrl?: string
  title?: string
  /** Views throw on a prop that is not there. On unless told otherwise. */
  strict?: boolean
  /** What may be asked of other systems. */
  outbound?: OutboundConfig
  /** Hosts of repositories. */
  forges?: readonly ForgeConfig[]
  /** How much of the portal anybody may take up. Requests are not counted unless told otherwise. */
  limits?: LimitsConfig
  /** How they are found and reached. Unless given, no name leads anywhere. */
  network?: Pick<HttpClientOptions, 'resolver' | 'connector'>
}

export interface AskOptions {
  as?: Person
  /** Asks as htmx does for a part of the page. */
  htmx?: boolean
  headers?: Readonly<Record<string, string>>
}

/** An answer, with what assertions look at. */
export interface Answer {
  status: number
  headers: Readonly<Record<string, string | string[] | number | undefined>>
  body: string
  /** What one reads on it. */
  text: string
  /** The element with this id. @throws Error when there is none, or several */
  region(id: string): Found
  has(id: string): boolean
  json<T>(): T
}

/** A portal that works, without a socket, on folders of its own. */
export interface TestPortal extends AsyncDisposable {
  portal: Portal
  /** The folder of the catalog's files. */
  folder: string
  dataDir: string
  /** Id of the source that reads the folder. */
  source: string
  get(url: string, options?: AskOptions): Promise<Answer>
  post(url: string, form: Readonly<Record<string, string>>, options?: AskOptions): Promise<Answer>
  /** Writes a file of the catalog. */
  write(path: string, text: string): void
  remove(path: string): void
  /** Reads every source now and waits until all that follows from it is done. */
  crawl(): Promise<void>
  /** Waits until no job runs or is due and every event was heard. */
  settled(): Promise<void>
  audit(): ReturnType<typeof listAudit>
  close(): Promise<void>
}

const patience = 30_000

/**
 * Builds the real portal on a temporary data folder, reads the files with the real provider and crawl, and answers
 * requests as it would over the network.
 *
 * @example const portal = await testPortal({ files: { 'all.yaml': '…' }, access: true })
 */
export async function testPortal(options: TestPortalOptions = {}): Promise<TestPortal> {
  const root = mkdtempSync(join(tmpdir(), 'callboard-test-'))
  const folder = join(root, 'catalog')
  mkdirSync(folder)
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  for (const [path, text] of Object.entries(options.files ?? {})) write(path, text)
  const dataDir = options.dataDir ?? join(root, 'data')
  const removed = () => rmSync(root, { recursive: true, force: true })
  const portal = await build(options, folder, dataDir).catch((error: unknown) => {
    removed()
    throw error
  })
  const settled = () => settle(portal)
  const close = async () => {
    await portal.close()
    removed()
  }
  try {
    if (options.begin ?? true) await portal.begin()
    if ((options.begin ?? true) && (options.settle ?? true)) await settled()
  } catch (error) {
    await close()
    throw error
  }
  return {
    portal,
    folder,
    dataDir,
    source: `folder:${folder}`,
    get: (url, asked = {}) => ask(portal, { method: 'GET', url }, asked),
    post: (url, form, asked = {}) => {
      const payload = new URLSearchParams(form).toString()
      const headers = { 'content-type': 'application/x-www-form-urlencoded', ...asked.headers }
      return ask(portal, { method: 'POST', url, payload }, { ...asked, headers })
    },
    write,
    remove: (path) => rmSync(join(folder, path)),
    crawl: () => crawl(portal),
    settled,
    audit: () => listAudit(portal.db.read),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function build(options: TestPortalOptions, folder: string, dataDir: string): Promise<Portal> {
  const { plugins = [], paths = ['**/*.yaml'], watch = false, access = false, strict = true, now } = options
  const provider = folderProvider({ path: folder, paths: [...paths], title: 'Test', watch })
  const own = plugins.some(({ name }) => name === 'catalog')
    ? []
    : [catalog({ ...options.catalog, providers: [provider] })]
  const all = withStanding([...own, ...(access ? [testAccess()] : []), ...plugins])
  const host = '127.0.0.1'
  const config = {
    file: join(folder, 'portal.config.ts'),
    title: options.title ?? 'Test portal',
    baseUrl: options.baseUrl ?? 'http://localhost:7007',
    origins: { baseUrl: options.baseUrl === undefined ? 'default' : 'file' },
    plugins: all,
    outbound: OutboundOptions.parse(options.outbound ?? {}),
    limits: LimitOptions.parse({ rate: false, ...options.limits }),
    forges: (options.forges ?? []).map((forge) => ForgeOptions.parse(forge)),
    host,
    port: 0,
    dataDir,
    development: true,
    unprotected: false,
  }
  return buildPortal({
    config,
    plugins: all,
    log: createLog('silent'),
    strict,
    development: true,
    network: options.network ?? { resolver: async () => [] },
    ...(now && { now }),
  })
}

async function ask(portal: Portal, request: InjectOptions, { as, htmx, headers }: AskOptions): Promise<Answer> {
  const sent = {
    host: new URL('http://localhost:7007').host,
    accept: 'text/html',
    ...(as && { [personHeader]: as }),
    ...(htmx && { 'hx-request': 'true', 'hx-request-type': 'partial' }),
    ...headers,
  }
  const { statusCode, headers: given, body } = await portal.server.inject({ ...request, headers: sent })
  return {
    status: statusCode,
    headers: given,
    body,
    get text() {
      return textOf(body)
    },
    region: (id) => elementById(body, id),
    has: (id) => hasId(body, id),
    json: <T>() => JSON.parse(body) as T,
  }
}

async function crawl(portal: Portal): Promise<void> {
  await portal.db.write(async (tx) => {
    for (const { spec } of portal.contributions.providers) {
      await portal.jobs.enqueue(tx, 'catalog.crawl', { payload: { sourceId: spec.id }, key: spec.id })
    }
  })
  await settle(portal)
}

/** Events start jobs and jobs emit events: both must have come to rest in the same turn. */
async function settle({ events, jobs, live, now }: Portal): Promise<void> {
  for (const end = performance.now() + patience; performance.now() < end; ) {
    await events.settled()
    await jobs.settled()
    const waiting = [...(await jobs.list({ state: 'waiting' })), ...(await jobs.list({ state: 'running' }))]
    if (waiting.every(({ state, runAfter }) => state === 'waiting' && runAfter > now())) {
      // A page that is asked for from now on is not told of what it shows already.
      if (live.open === 0) live.flush()
      return
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error(`The portal did not come to rest within ${patience / 1000} s`)
}
