// Run by forge.mjs: node bench/forge-process.mjs FOLDER
import { runTypeScript } from '../bin/typescript.mjs'

await runTypeScript()
const { gitServer } = await import('../src/testing/git-server.ts')
const server = await gitServer(process.argv[2], process.env.BENCH_FORGE_TOKEN)

process.on('message', () => process.send(countOf(server.requests)))
process.on('disconnect', () => void server.close())
process.send({ origin: server.origin })

/** An `ls-remote` is one GET and one POST, a fetch the same and more POSTs. */
function countOf(requests) {
  const sum = (wanted) => requests.filter(({ method }) => method === wanted).length
  return { conversations: sum('GET'), posts: sum('POST') }
}
