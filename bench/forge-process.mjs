// Run by forge.mjs: node bench/forge-process.mjs FOLDER
import { runTypeScript } from '../bin/typescript.mjs'

await runTypeScript()
const { gitServer } = await import('../src/testing/git-server.ts')
const server = await gitServer(process.argv[2], process.env.BENCH_FORGE_TOKEN)

process.on('message', () => process.send(server.requests.length))
process.on('disconnect', () => void server.close())
process.send({ origin: server.origin })
