// Where child processes that parse or compute start: `fork('bin/worker.mjs', ['file:///…/parse-worker.ts'])`.
// Processes, not threads: what a thread has allocated stays with the portal when the thread is gone.
import { runTypeScript } from './typescript.mjs'

await runTypeScript()
// Nobody is left to work for when the portal has gone, however it went.
process.once('disconnect', () => process.exit())
await import(process.argv[2])
