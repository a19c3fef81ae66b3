import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { env } from '../api/env.ts'
import { openDatabase } from '../platform/db/open.ts'
import { testRepository } from '../testing/git-repository.ts'
import { type GitServer, gitServer } from '../testing/git-server.ts'
import { type Place, place, start, until } from './fixtures/command.ts'
import { components, contents, isIdle } from './fixtures/contents.ts'

// `kill -9` at moments spread over the reading of several repositories: the next start brings what an undisturbed one
// brings, and says what was interrupted. `npm run interrupt` sets how many; in CI the moments stay the same.

const moments = Number(env('KILL_MOMENTS', '6'))
const seed = Number(env('KILL_SEED') ?? (env('CI') ? 4 : Date.now() % 1_000_000_000))
const repositories = Array.from({ length: 6 }, (_, index) => `r-${index}`)
const perRepository = 40
const all = repositories.length * perRepository
const patience = 300_000

let base: string
let server: GitServer
let expected: Record<string, unknown[]>
/** Milliseconds from the first answer to the end of the reading. */
let duration: number

const component = (repository: string, index: number) => `---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: ${repository}-${index}, tags: [t-${index % 7}], description: "${'many words '.repeat(80)}" }
spec:
  type: service
  lifecycle: production
  owner: team-${index % 5}
  dependsOn: [component:${repository}-${(index * 7) % perRepository}, component:r-0-${index}, resource:missing-${index % 3}]
  definition: { $text: ./text-${index % 4}.md }
`

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'callboard-kill-git-'))
  for (const name of repositories) fill(name)
  server = await gitServer(join(base, 'served'))
}, patience)
afterAll(async () => {
  await server.close()
  await rm(base, { recursive: true, force: true })
})

/** One file leads to the others, which take text from more of them: contents come in several steps. */
function fill(name: string): void {
  const files = Array.from({ length: perRepository / 10 }, (_, file) => `services/s-${file}.yaml`)
  testRepository(join(base, 'served', `${name}.git`)).commit({
    'catalog-info.yaml': `apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: { name: ${name} }\nspec: { targets: [${files.map((path) => `./${path}`).join(', ')}] }\n`,
    'broken/catalog-info.yaml': 'kind: [\n',
    ...Object.fromEntries(
      files.map((path, file) => [
        path,
        Array.from({ length: 10 }, (_, at) => component(name, file * 10 + at)).join(''),
      ]),
    ),
    ...Object.fromEntries(Array.from({ length: 4 }, (_, at) => [`services/text-${at}.md`, `Text ${at} of ${name}\n`])),
  })
}

function gitPlace(): Place {
  const at = place()
  const providers = repositories.map(
    (name) => `gitProvider({ url: '${server.origin}/${name}.git', protocols: ['http'] })`,
  )
  at.write(
    'portal.config.ts',
    `import { defineConfig } from 'callboard'
import { catalog, gitProvider } from 'callboard/features'

export default defineConfig({ plugins: [catalog({ providers: [${providers.join(', ')}] })] })
`,
  )
  return at
}

/** Runs until everything is read. @returns what it printed, and how long it took */
async function complete(at: Place): Promise<{ output: string; took: number }> {
  const portal = await start(at)
  const began = performance.now()
  // The figures cost something, too: asked for without a pause they would slow down what is measured.
  await until(
    'every entity',
    async () => {
      const { text } = await portal.get('/metrics')
      return components(text) === all && isIdle(text) && isRead((await portal.get('/catalog/sources.json')).text)
    },
    50,
  )
  const took = performance.now() - began
  const asked = server.requests.length
  const file = '/catalog/default/component/r-3-7/source?file=services%2Fs-0.yaml'
  expect((await portal.get(file)).text).toContain('name: r-3-7')
  expect(server.requests.length).toBe(asked)
  portal.child.kill('SIGTERM')
  const { code, stdout, stderr } = await portal.ended
  expect(code).toBe(0)
  return { output: stdout + stderr, took }
}

/** What was interrupted waits for a moment before it is tried again: until then nothing runs, and not all is read. */
function isRead(text: string): boolean {
  const { sources } = JSON.parse(text) as { sources: { activity: unknown; state: string }[] }
  return sources.every(({ activity, state }) => activity === null && state === 'ok')
}

/** @returns jobs by state, of those that read sources */
async function crawls(at: Place, state: string): Promise<string[]> {
  const db = await openDatabase({ file: join(at.dataDir, 'callboard.sqlite') })
  try {
    const rows = db.read.all(`select id from jobs where kind = 'catalog.crawl' and state = '${state}'`)
    return (rows as { id: string }[]).map(({ id }) => id)
  } finally {
    await db.close()
  }
}

test('an undisturbed reading is the measure', { timeout: patience }, async () => {
  const at = gitPlace()
  duration = (await complete(at)).took
  expected = await contents(at)
  expect(expected.entities?.length).toBeGreaterThanOrEqual(all)
  expect(expected.problems?.length).toBeGreaterThanOrEqual(repositories.length)
  expect(await crawls(at, 'interrupted')).toEqual([])
})

/** How often it was killed while something was being read. */
let inside = 0

/** In each equal part of the time one, anywhere in it. */
const parts = Array.from({ length: moments }, (_, index) => index)
const momentOf = (part: number) => ((part + fraction(seed + part)) / moments) * duration
const fraction = (number: number) => {
  const value = Math.sin(number * 12.9898) * 43758.5453
  return value - Math.floor(value)
}

test.each(parts)(
  `seed ${seed}, part %i of ${moments}: killed, started again, it is all there and told`,
  {
    timeout: patience,
  },
  async (part) => {
    const at = gitPlace()
    const portal = await start(at)
    const moment = performance.now() + momentOf(part)
    await until('the moment', () => performance.now() >= moment)
    portal.child.kill('SIGKILL')
    expect(await portal.ended).toMatchObject({ signal: 'SIGKILL' })
    const running = await crawls(at, 'running')
    inside += running.length > 0 ? 1 : 0

    const { output } = await complete(at)
    expect(await contents(at)).toEqual(expected)
    expect((await crawls(at, 'interrupted')).sort()).toEqual(running.sort())
    expect(output.split('catalog.crawl was interrupted: The portal ended while this job ran').length - 1).toBe(
      running.length,
    )
    const left = (await readdir(join(at.dataDir, 'git'))).filter(
      (name) => !/^([0-9a-f]{32}|home|known_hosts)$/.test(name),
    )
    expect(left).toEqual([])
  },
)

test('some of the moments were in the middle of it', () => {
  expect(inside).toBeGreaterThan(0)
})
