// Measures what sign-in costs: the list page for the guest, and for somebody who is signed in, turn by turn.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { closedLoop, middleOf, round } from './load.mjs'
import { answers, isComplete } from './portal.mjs'
import { startServer } from './server.mjs'

const path = '/catalog'

/** Signs in whoever is named: providers are not what is measured. */
export const door = `definePlugin({ name: 'door', apiVersion: 1, routes: [route({ method: 'POST', url: '/door', public: true,
  handler: async ({ request, use }, reply) => {
    const profile = { provider: 'local-door', subject: 'bench', login: new URLSearchParams(request.body).get('login') }
    const { cookies } = await use({ id: 'access.signing-in' }).signIn(request, profile)
    return reply.header('set-cookie', cookies).send({ signedIn: true })
  } })] })`

/**
 * @param {{ folder: string, expected: number, user: string, temporary: string, seconds: number, runs: number,
 *   say(line: string): void }} plan `user` is one of the catalog
 */
export async function measureAccess({ folder, expected, user, temporary, seconds, runs, say }) {
  const servers = {
    without: await start('without', ''),
    with: await start('with', `access({ admit: true }), ${door}`),
  }
  try {
    servers.with.headers = { cookie: await signIn(servers.with, user) }
    for (const server of Object.values(servers)) await complete(server)
    await knows(servers.with)
    return { entities: expected, ...(await compare(servers)) }
  } finally {
    for (const server of Object.values(servers)) await server.stop()
  }

  async function start(name, more) {
    const own = join(temporary, name)
    mkdirSync(own)
    const config = join(own, 'portal.config.ts')
    const catalog = `catalog({ providers: [folderProvider({ path: ${JSON.stringify(folder)}, paths: ['all.yaml'] })] })`
    writeFileSync(
      config,
      `import { defineConfig, definePlugin, route } from 'callboard'
import { access, catalog, folderProvider } from 'callboard/features'
export default defineConfig({ title: 'Bench', limits: { rate: false }, plugins: [${catalog}, ${more}] })
`,
    )
    const server = await startServer({ config, dataDir: join(own, 'data'), log: join(own, 'log') })
    await server.until('ready', () => answers(server, '/readyz'))
    return server
  }

  async function complete(server) {
    await server.until('complete', () => isComplete(server, expected), { every: 25, deadline: 120_000 + expected * 10 })
  }

  async function compare({ without, with: signedIn }) {
    const measured = { without: [], with: [] }
    // Many short turns: on a busy machine those of one kind are not all unlucky.
    const turns = runs * 5
    for (let run = 0; run <= turns; run++) {
      const turn = {
        without: () => closedLoop(without, [path], { seconds: Math.max(1, seconds / 2) }),
        with: () => closedLoop(signedIn, [path], { seconds: Math.max(1, seconds / 2) }),
      }
      for (const name of run % 2 === 0 ? ['without', 'with'] : ['with', 'without']) {
        const one = await turn[name]()
        // The first turn warms up.
        if (run > 0) measured[name].push(one)
      }
      say(`sign-in: turn ${run} of ${turns}`)
    }
    const shares = measured.with.map(({ perSecond }, at) => round(perSecond / measured.without[at].perSecond, 3))
    return {
      without: middleOf(measured.without),
      with: middleOf(measured.with),
      share: shares.toSorted((a, b) => a - b)[Math.floor(shares.length / 2)],
      shares,
    }
  }
}

/** @returns the cookie */
export async function signIn(server, login) {
  const response = await fetch(`${server.url}/door`, { method: 'POST', body: new URLSearchParams({ login }) })
  const cookie = response.headers.get('set-cookie')?.split(';')[0]
  if (!cookie) throw new Error(`Nobody was signed in: ${response.status} ${await response.text()}`)
  return cookie
}

/** The page is for somebody with a User and groups, and not for the guest. */
async function knows(server) {
  const { status, body } = await server.get(path)
  if (status !== 200 || !body.includes('action="/sign-out"')) throw new Error(`${path} answered ${status}, to nobody.`)
  if (!/href="\/catalog\/default\/user\//.test(body)) throw new Error(`${path} does not know who asks.`)
}
