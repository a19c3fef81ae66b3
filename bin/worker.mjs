// Where worker threads start: Node 20 cannot start one from a `.ts` file, not even when tsx is registered outside.
// `new Worker(new URL('…/bin/worker.mjs'), { workerData: { entry: 'file:///…/parse.worker.ts', … } })`
import { workerData } from 'node:worker_threads'

if (!process.features.typescript) (await import('tsx/esm/api')).register()
await import(workerData.entry)
