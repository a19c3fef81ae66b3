#!/usr/bin/env node
// Reads mutated documents by the hundred thousand: `npm run fuzz -- [documents] [seed]`.
// Every thousand has a seed of its own, which the name of its test tells; `npm run fuzz -- 1000 <seed>` repeats it.
import { spawnSync } from 'node:child_process'
import { root } from './ready.mjs'

const [documents = '100000', seed = String(Date.now() % 1_000_000_000)] = process.argv.slice(2)
if (![documents, seed].every((text) => /^\d{1,9}$/.test(text)) || documents === '0') {
  console.error('Usage: npm run fuzz -- [documents] [seed], both whole numbers')
  process.exit(2)
}
const file = 'src/features/catalog/model/fuzz.test.ts'
const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', file], {
  cwd: root,
  env: { ...process.env, FUZZ_RUNS: documents, FUZZ_SEED: seed },
  stdio: 'inherit',
})
process.exitCode = status ?? 1
