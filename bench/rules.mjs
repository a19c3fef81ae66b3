// Measures what rules with conditions cost: the same pages for the same person on two portals, without rules and with
// ten, turn by turn; and how long after a start other rules are in force.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { door, signIn } from './access.mjs'
import { filteredLists, textFilters } from './addresses.mjs'
import { closedLoop, middleOf, rotated, round } from './load.mjs'
import { answers, isComplete } from './portal.mjs'
import { startServer } from './server.mjs'

/** Nine that take something away from everybody and one that gives it back to owners; each is evaluated for each row. */
const ten = `[
  deny('catalog.read', { to: 'everyone', where: { system: 'calm-order-system-2', not: { isOwner: true } } }),
  deny('catalog.read', { to: 'everyone', where: { tag: 'pci', lifecycle: 'experimental' } }),
  deny('catalog.read', { to: 'everyone', where: { kind: 'Resource', type: 'bucket', tag: ['gdpr', 'internal'] } }),
  deny('catalog.read', { to: 'everyone', where: { label: { 'shop.example/tier': '3' }, type: 'job', isOwner: false } }),
  deny('catalog.read', { to: 'everyone', where: { annotation: { 'acme.dev/hidden': true } } }),
  deny('catalog.read', { to: 'everyone', where: { spec: { lifecycle: 'deprecated' }, metadata: { tags: 'legacy' } } }),
  deny('catalog.read', { to: 'everyone', where: { owner: ['brisk-cart-group-13', 'calm-cart-group-14'] } }),
  deny('catalog.read', { to: 'everyone', where: { any: [{ namespace: 'secret' }, { all: [{ kind: 'API' }, { type: 'graphql', tag: 'edge' }] }] } }),
  deny('catalog.read', { to: 'everyone', where: { name: ['amber-order-component-0', 'brisk-order-component-1'] } }),
  allow('catalog.propose', { to: 'everyone', where: { any: [{ isOwner: true }, { tag: 'public' }] } }),
]`

/** The same with one other condition, which hides all but one kind. */
const other = ten.replace(
  "{ annotation: { 'acme.dev/hidden': true } }",
  "{ not: { kind: ['Component', 'User', 'Group'] } }",
)

/**
 * @param {{ folder: string, expected: number, user: string, temporary: string, seconds: number,
 *   runs: number, say(line: string): void }} plan `user` is one of the catalog
 */
export async function measureRules({ folder, expected, user, temporary, seconds, runs, say }) {
  const configs = { without: configOf('without', ''), with: configOf('with', `, rules: ${ten}`) }
  const servers = {}
  try {
    for (const name of ['without', 'with']) servers[name] = await start(name)
    for (const server of Object.values(servers)) {
      await server.until('complete', () => isComplete(server, expected), { every: 100, deadline: 300_000 })
    }
    const totals = { without: await total(servers.without), with: await total(servers.with) }
    if (!(totals.with > 0 && totals.with < totals.without * 0.95)) {
      throw new Error(
        `The rules hide ${totals.without - totals.with} of ${totals.without} entities: nothing is measured.`,
      )
    }
    const pages = {
      list: await compare(['/catalog'], 'list page'),
      filtered: await compare(filteredLists(), 'filtered lists'),
      text: await compare(textFilters(), 'text filters'),
    }
    const memoryMiB = { without: servers.without.memory(), with: servers.with.memory() }
    return { entities: expected, visible: totals.with, pages, memoryMiB, change: await change() }
  } finally {
    for (const server of Object.values(servers)) await server.stop()
  }

  function configOf(name, more) {
    const own = join(temporary, name)
    mkdirSync(own)
    write(own, more)
    return own
  }

  function write(own, more) {
    const catalog = `catalog({ providers: [folderProvider({ path: ${JSON.stringify(folder)}, paths: ['all.yaml'] })] })`
    writeFileSync(
      join(own, 'portal.config.ts'),
      `import { defineConfig, definePlugin, route } from 'callboard'
import { access, allow, catalog, deny, folderProvider } from 'callboard/features'
export default defineConfig({ title: 'Bench', limits: { rate: false }, plugins: [${catalog}, access({ admit: true${more} }), ${door}] })
`,
    )
  }

  async function start(name) {
    const own = configs[name]
    const files = { config: join(own, 'portal.config.ts'), dataDir: join(own, 'data'), log: join(own, 'log') }
    const server = await startServer(files)
    const { after } = await server.until('ready', () => answers(server, '/readyz'))
    server.readyMs = after
    server.headers = { cookie: await signIn(server, user) }
    return server
  }

  async function total(server) {
    const { body } = await server.get('/catalog/facets.json?kind=all&facet=kind')
    return JSON.parse(body).facets.kind.reduce((sum, { count }) => sum + count, 0)
  }

  async function compare(paths, what) {
    const measured = { without: [], with: [] }
    // Many short turns: on a busy machine those of one kind are not all unlucky.
    const turns = runs * 5
    for (let turn = 0; turn <= turns; turn++) {
      const part = rotated(paths, turn / (turns + 1))
      for (const name of turn % 2 === 0 ? ['without', 'with'] : ['with', 'without']) {
        const one = await closedLoop(servers[name], part, { seconds: Math.max(1, seconds / 2) })
        // The first turn warms up.
        if (turn > 0) measured[name].push(one)
      }
      say(`rules: ${what}, turn ${turn} of ${turns}`)
    }
    const shares = measured.with.map(({ perSecond }, at) => round(perSecond / measured.without[at].perSecond, 3))
    const share = shares.toSorted((a, b) => a - b)[Math.floor(shares.length / 2)]
    return { without: middleOf(measured.without), with: middleOf(measured.with), share, shares }
  }

  /** Another rule, and a start: how long until a list that was asked for is by the new rules. */
  async function change() {
    const times = { same: [], other: [] }
    for (let run = 0; run < runs * 2; run++) {
      const isOther = run % 2 === 0
      write(configs.with, `, rules: ${isOther ? other : ten}`)
      for (const kind of ['other', 'same']) {
        await servers.with.stop()
        servers.with = await start('with')
        const { body } = await servers.with.get('/catalog?kind=api')
        if (body.includes('catalog-row-') === isOther) throw new Error('A list was shown by the rules before.')
        times[kind].push(servers.with.readyMs)
        say(
          `rules: ready after ${round(servers.with.readyMs)} ms with ${kind === 'same' ? 'the same rules' : 'another rule'}`,
        )
      }
    }
    const middle = (all) => round(all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)])
    return { otherMs: middle(times.other), sameMs: middle(times.same), othersMs: times.other.map(round) }
  }
}
