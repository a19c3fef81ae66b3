import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { filesBelow, isTest, readText } from './testing/checkout.ts'
import { handlersOf, type Import, importsOf, withoutTemplates, writesOf } from './testing/source-code.ts'

// What DESIGN sections 1, 4, 10 and 11 say about the code, read off the code. An exception is listed with its reason;
// one that is no longer needed fails, so that the lists do not outlive what they excuse.

const files = filesBelow('src').filter((path) => path.endsWith('.ts'))
const code = files.filter((path) => !isTest(path) && !path.includes('/fixtures/'))
const texts = new Map(code.map((path) => [path, readText(path)]))
const imports = code.flatMap((path) => importsOf(path, texts.get(path) ?? ''))

/** What is wrong and not excused, and what is excused and not wrong. */
function except(found: readonly string[], excused: Readonly<Record<string, string>>) {
  const wrong = found.filter((one) => !Object.hasOwn(excused, one))
  const idle = Object.keys(excused).filter((one) => !found.includes(one))
  return { wrong, idle }
}
const nothing = { wrong: [], idle: [] }

const isOurs = ({ to }: Import) => to.startsWith('src/')
const arrow = ({ from, to }: Import) => `${from} -> ${to}`
const areaOf = (path: string) => /^src\/(?:features\/[^/]+(?=\/)|[^/]+)/.exec(path)?.[0] ?? path

test('every import of a file of ours leads to a file, by its full name', () => {
  const broken = imports.filter((one) => isOurs(one) && !files.includes(one.to))
  expect(broken.map(arrow)).toEqual([])
  expect(imports.length).toBeGreaterThan(300)
})

/** The areas, and which others each may import. */
const mayImport: Record<string, RegExp> = {
  'src/api': /^src\/api\//,
  'src/platform': /^src\/(api|platform)\//,
  'src/features': /^src\/(api|platform)\//,
  'src/app': /^src\/(api|platform|app)\/|^src\/features\/(index|[^/]+\/index)\.ts$/,
  'src/testing': /^src\/(api|platform|app|testing)\/|^src\/features\/index\.ts$/,
  'src/main.ts': /^src\/app\//,
}

/** Within a feature, and from one feature to another. */
function isWithinFeatures({ from, to }: Import): boolean {
  if (from === 'src/features/index.ts') return /^src\/features\/[^/]+\/(index|providers\/[^/]+)\.ts$/.test(to)
  return areaOf(from) === areaOf(to) || /^src\/features\/[^/]+\/contract\.ts$/.test(to)
}

test('imports point one way: main, app, features, platform, api', () => {
  const against = imports.filter((one) => {
    if (!isOurs(one)) return false
    const area = Object.keys(mayImport).find((name) => one.from === name || one.from.startsWith(`${name}/`))
    if (area === undefined) return true
    if (mayImport[area]?.test(one.to)) return false
    return area !== 'src/features' || !isWithinFeatures(one)
  })
  expect(
    except(against.map(arrow), {
      'src/features/admin/fixtures.ts -> src/features/catalog/views.ts': 'the gallery draws the regions of the catalog',
      'src/features/admin/card-fixtures.ts -> src/features/catalog/views.ts':
        'the gallery draws the cards of the catalog',
      'src/features/admin/source-fixtures.ts -> src/features/catalog/views.ts': 'the gallery draws the sources',
      'src/features/admin/fact-fixtures.ts -> src/features/catalog/views.ts': 'the gallery draws facts as columns',
      'src/features/admin/graph-fixtures.ts -> src/features/graph/views.ts': 'the gallery draws relations',
      'src/features/admin/history-fixtures.ts -> src/features/catalog/history-views.ts':
        'the gallery draws the history',
      'src/features/admin/organisation-fixtures.ts -> src/features/catalog/organisation-views.ts':
        'the gallery draws groups and people',
      'src/features/admin/organisation-fixtures.ts -> src/features/catalog/tree-view.ts':
        'the gallery draws the tree of the organisation',
      'src/features/admin/provenance-fixtures.ts -> src/features/catalog/provenance-views.ts':
        'the gallery draws fields with their origins',
      'src/features/admin/problem-fixtures.ts -> src/features/catalog/definition-note.ts':
        'the gallery draws what stands above a second definition',
      'src/features/admin/problem-fixtures.ts -> src/features/catalog/problem-views.ts':
        'the gallery draws the problems page',
      'src/features/admin/entity-fixtures.ts -> src/features/catalog/views.ts': 'the gallery draws entities',
      'src/features/admin/home-fixtures.ts -> src/features/home/views.ts': 'the gallery draws the home page',
      'src/features/admin/home-fixtures.ts -> src/features/catalog/own-work-views.ts':
        'the gallery draws what somebody owns',
      'src/features/admin/register-fixtures.ts -> src/features/catalog/register/views.ts':
        'the gallery draws reviews and registered locations',
      'src/features/admin/access-fixtures.ts -> src/features/access/views.ts': 'the gallery draws sign-in',
      'src/features/admin/settings-fixtures.ts -> src/features/settings/views.ts': 'the gallery draws the settings',
      'src/features/admin/settings-fixtures.ts -> src/features/notifications/views.ts':
        'the gallery draws their summary on the page of settings',
      'src/features/admin/account-fixtures.ts -> src/features/access/accounts/views.ts': 'the gallery draws accounts',
      'src/features/admin/account-fixtures.ts -> src/features/access/tokens/views.ts': 'the gallery draws tokens',
      'src/features/admin/notification-fixtures.ts -> src/features/notifications/views.ts':
        'the gallery draws notifications',
    }),
  ).toEqual(nothing)
})

test("only app, testing and the list of features import a feature's index", () => {
  const found = imports.filter(({ from, to }) => {
    return (
      /^src\/features\/([^/]+\/)?index\.ts$/.test(to) && !/^src\/(app|testing)\/|^src\/features\/index\.ts$/.test(from)
    )
  })
  expect(found.map(arrow)).toEqual([])
})

/** Files of a feature, and what of the same feature they must not import: the direction of section 4. */
const inside: [file: RegExp, mayNot: RegExp][] = [
  [/^contract\.ts$/, /./],
  [/^config\.ts$/, /./],
  [/^model\//, /^(?!model\/)/],
  [/^schema\.ts$/, /^(?!model\/)/],
  [/^store(\.ts$|\/)/, /^(index|service|routes|pages|views|api|jobs|crawler|.*-view)(\.ts|\/)/],
  [/^service\.ts$/, /^(index|routes|pages|views|api|jobs|.*-view)(\.ts|\/)/],
  [/^(routes|api)(\.ts|\/)/, /^(index|store|schema|model)(\.ts|\/)/],
  [/^views\.ts$/, /^(index|store|schema|service|routes|pages|crawler)(\.ts|\/)/],
]

test('within a feature: routes and views, then service, then store, then schema', () => {
  const found = imports.filter(({ from, to }) => {
    const area = areaOf(from)
    if (!area.startsWith('src/features/') || areaOf(to) !== area) return false
    const [file, other] = [posix.relative(area, from), posix.relative(area, to)]
    return inside.some(([is, mayNot]) => is.test(file) && mayNot.test(other))
  })
  expect(found.map(arrow)).toEqual([])
})

test('contracts import the api alone, options zod and the api, the model nothing that reads or writes', () => {
  const outside = imports.filter(({ from, to }) => {
    if (/^src\/features\/[^/]+\/contract\.ts$/.test(from)) return !to.startsWith('src/api/')
    if (/^src\/features\/[^/]+\/config\.ts$/.test(from)) return !to.startsWith('src/api/') && to !== 'zod'
    if (!/^src\/features\/[^/]+\/model\//.test(from)) return false
    return to.startsWith('src/platform/') || (to.startsWith('node:') && to !== 'node:crypto')
  })
  expect(outside.map(arrow)).toEqual([])
})

test('only platform/db imports a database driver, and only columns.ts the builders of SQLite', () => {
  const driver = /^(better-sqlite3|drizzle-orm\/better-sqlite3|node:sqlite)/
  const found = imports.filter(({ from, to }) => driver.test(to) && !from.startsWith('src/platform/db/'))
  const builders = imports.filter(({ from, to }) => to.includes('sqlite-core') && from !== 'src/platform/db/columns.ts')
  const all = [...found, ...builders]
  expect(
    except(all.map(arrow), {
      'src/api/database.ts -> drizzle-orm/better-sqlite3': 'the type of the handle that plugins get',
      'src/api/database.ts -> drizzle-orm/sqlite-core': 'the type of the tables that plugins give',
    }),
  ).toEqual(nothing)
  expect(all.filter(({ typeOnly }) => !typeOnly).map(arrow)).toEqual([])
})

test('only platform/http-client connects to other systems', () => {
  const network =
    /^(node:)?(https?|http2|net|tls|dgram|dns)(\/|$)|^(undici|axios|got|ky|node-fetch|ws|nodemailer|openid-client)(\/|$)/
  const outside = (path: string) => !path.startsWith('src/platform/http-client/')
  const found = imports.filter(({ from, to, typeOnly }) => !typeOnly && network.test(to) && outside(from))
  const built = [...texts].filter(([path, text]) => outside(path) && callsOut.test(withoutTexts(text)))
  expect(
    except([...found.map(arrow), ...built.map(([path]) => path)], {
      'src/platform/config/settings.ts -> node:net': 'asks whether a text is an address',
      'src/features/access/proxy.ts -> node:net': 'asks whether an address lies in a network',
      'src/features/notifications/channels/email.ts -> nodemailer':
        'mail goes by SMTP, to the server of the configuration',
      'src/features/access/providers/openid.ts -> openid-client': 'is handed ctx.http to ask with',
      'src/testing/git-server.ts -> node:http': 'listens, and connects to nothing',
      'src/testing/git-transports.ts -> node:net': 'asks servers of its own whether they listen',
    }),
  ).toEqual(nothing)
  expect(callsOut.test('await fetch(url)')).toBe(true)
})
const callsOut = /(?<![\w.'])(globalThis\.)?(fetch\(|new (WebSocket|EventSource|XMLHttpRequest)\b)/
const withoutTexts = (text: string) => withoutTemplates(text).replace(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'/g, '')

test('the environment is read in api/env.ts and platform/config only', () => {
  const found = [...texts].filter(([path, text]) => {
    return text.includes('process.env') && path !== 'src/api/env.ts' && !path.startsWith('src/platform/config/')
  })
  expect(
    except(
      found.map(([path]) => path),
      {
        'src/app/cli.ts':
          'hands the environment to platform/config, which takes it as an argument so that tests can set it',
      },
    ),
  ).toEqual(nothing)
})

test('there is no default export', () => {
  const found = [...texts].filter(([, text]) =>
    /^export (default\b|\{[^}]*\bas default\b)/m.test(withoutTemplates(text)),
  )
  expect(found.map(([path]) => path)).toEqual([])
})

const named = ['src', 'views', 'public', 'bin', 'scripts', 'bench'].flatMap(filesBelow)

test('files and folders have the name of a thing, in kebab-case', () => {
  const parts = [...new Set(named.flatMap((path) => path.split('/').slice(1)))]
  const stems = parts.map((part) => part.replace(/(\.[a-z0-9]+)+$/, ''))
  const vague = stems.filter((stem) => /(^|-)(utils?|helpers?|manager|common|misc|lib|stuff)(-|$)/.test(stem))
  expect(vague).toEqual([])
  expect(stems.filter((stem) => !/^_?[a-z0-9]+(-[a-z0-9]+)*$/.test(stem) && stem !== 'LICENSE')).toEqual([])
})

test('no file is longer than 400 lines, except style sheets, which are lists of small rules', () => {
  const long = named
    .filter((path) => /\.(ts|mjs|js|eta)$/.test(path))
    .filter((path) => readText(path).trimEnd().split('\n').length > 400)
  expect(except(long, {})).toEqual(nothing)
})

test("a plugin's index only wires: at most 60 lines; a contract has at most 100", () => {
  const limits = { index: 60, contract: 100 }
  const found = code.filter((path) => {
    const name = /^src\/features\/[^/]+\/(index|contract)\.ts$/.exec(path)?.[1] as keyof typeof limits | undefined
    return name && (texts.get(path) ?? '').trimEnd().split('\n').length > limits[name]
  })
  const excused = {
    'src/features/catalog/contract.ts': 'several features ask it, each in words of their own',
    'src/features/catalog/index.ts': 'it brings nearly every contribution point, each in one line',
  }
  expect(except(found, excused)).toEqual(nothing)
})

test('a route handler takes at most 15 lines', () => {
  const handlers = code
    .filter((path) => /^src\/(features|platform\/http)\//.test(path))
    .flatMap((path) => handlersOf(texts.get(path) ?? '').map((one) => ({ ...one, path })))
  expect(handlers.length).toBeGreaterThan(10)
  expect(
    handlers.filter(({ lines }) => lines > 15).map(({ path, line, lines }) => `${path}:${line} has ${lines}`),
  ).toEqual([])
})

test('a verb that writes leaves an audit line in the same transaction', () => {
  const writes = code
    .filter((path) => path.startsWith('src/features/'))
    .flatMap((path) => writesOf(texts.get(path) ?? '').map((one) => ({ ...one, path })))
  expect(writes.some(({ text }) => text.includes('audit('))).toBe(true)
  const silent = writes.filter(({ text }) => !/\baudit\(/.test(text)).map(({ path, within }) => `${path} ${within}`)
  const ofCrawl = "the crawl's own bookkeeping: nobody asked for it, and the history of changes tells what came of it"
  const ofOneself = 'a mark that somebody makes for themselves, and that nobody else sees'
  const ofFacts = 'what other systems say is asked for on a schedule, by nobody'
  const derived = 'made of what is stored anyway; whoever asks for it leaves a line when asking'
  const ofFlow = 'what an answer is held against; how the sign-in ends has its line'
  const ofOutbox = 'the bookkeeping of deliveries: the rows of the outbox tell what was sent'
  const ofTries = 'counts tries and uses: what they come to, a session or a refusal, has its own line'
  const ofSender = 'a notification is the record of itself; what it is about has its own line'
  expect(
    except([...new Set(silent)], {
      'src/features/catalog/cancelled-jobs.ts readLater': ofCrawl,
      'src/features/access/accounts/proof.ts begin': ofTries,
      'src/features/access/accounts/proof.ts succeed': ofTries,
      'src/features/access/tokens/uses.ts createTokenUses': ofTries,
      'src/features/access/tokens/service.ts prune': 'dead for a month: what became of them has its lines already',
      'src/features/catalog/crawler.ts enqueue': ofCrawl,
      'src/features/catalog/crawler.ts failed': ofCrawl,
      'src/features/catalog/crawler.ts finished': ofCrawl,
      'src/features/catalog/crawler.ts sweep': ofCrawl,
      'src/features/catalog/departures.ts ofSource': ofCrawl,
      'src/features/catalog/departures.ts ofMissing': ofCrawl,
      'src/features/catalog/departures.ts ofOrphans': ofCrawl,
      'src/features/catalog/facts/collector.ts ask': ofFacts,
      'src/features/catalog/facts/collector.ts start': ofFacts,
      'src/features/catalog/departures.ts removeOrphansOf': ofCrawl,
      'src/features/catalog/store/crawl.ts write': ofCrawl,
      'src/features/catalog/store/crawl.ts finish': ofCrawl,
      'src/features/catalog/store/crawl.ts startReading': ofCrawl,
      'src/features/catalog/store/crawl.ts unchanged': ofCrawl,
      'src/features/catalog/store/sources.ts declareSources': ofCrawl,
      'src/features/search/rebuild.ts buildPart': derived,
      'src/features/access/rules/matches.ts prepare': derived,
      'src/features/search/rebuild.ts forget': derived,
      'src/features/notifications/delivery.ts attempt': ofOutbox,
      'src/features/notifications/delivery.ts fail': ofOutbox,
      'src/features/notifications/work.ts deliver': ofOutbox,
      'src/features/notifications/work.ts tidy': ofOutbox,
      'src/features/notifications/work.ts watchCatalog': ofOutbox,
      'src/features/notifications/senders/problems.ts tellOfProblems': ofSender,
      'src/features/notifications/senders/sources.ts tellOfSources': ofSender,
      'src/features/notifications/service.ts within': ofSender,
      'src/features/notifications/inbox.ts write': 'what somebody has read is nobody else’s business',
      'src/features/access/sessions.ts createTouches': 'when a session was last used: nobody did anything',
      'src/features/access/sessions.ts prune': 'what ended by itself: the time is over',
      'src/features/access/flow.ts send': ofFlow,
      'src/features/access/flow.ts taken': ofFlow,
      'src/features/home/star-service.ts remove': ofOneself,
      'src/features/home/star-service.ts star': ofOneself,
      'src/features/home/visit-service.ts clear': ofOneself,
      'src/features/home/visit-service.ts createVisitService': ofOneself,
    }),
  ).toEqual(nothing)
})
