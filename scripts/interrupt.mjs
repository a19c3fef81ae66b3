#!/usr/bin/env node
// Kills a portal at many moments of a reading of Git repositories: `npm run interrupt -- [moments] [seed]`.
import { spawnSync } from 'node:child_process'
import { root } from './ready.mjs'

const [moments = '20', seed = String(Date.now() % 1_000_000_000)] = process.argv.slice(2)
if (![moments, seed].every((text) => /^\d{1,9}$/.test(text)) || moments === '0') {
  console.error('Usage: npm run interrupt -- [moments] [seed], both whole numbers')
  process.exit(2)
}
const file = 'src/app/git-interruption.test.ts'
const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', file], {
  cwd: root,
  env: { ...process.env, KILL_MOMENTS: moments, KILL_SEED: seed },
  stdio: 'inherit',
})
process.exitCode = status ?? 1
