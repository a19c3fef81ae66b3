#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import v8 from 'node:v8'
import { requireNode } from './node-version.mjs'
import { runTypeScript } from './typescript.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

requireNode()
if (!existsSync(`${root}node_modules/tsx`)) {
  console.error(`Callboard's dependencies are not installed. Run "npm ci" in ${root} or start with "npm start" there.`)
  process.exit(1)
}
// A portal's live data is small, since it lies in SQLite; left alone, the heap would grow to several times of it. Whoever
// sets the size of the young generation by a flag of Node's own, as `npm start` does, gets that.
v8.setFlagsFromString('--heap-growing-percent=50')
if (!process.execArgv.some((flag) => flag.includes('semi-space'))) v8.setFlagsFromString('--semi-space-growth-factor=1')
await runTypeScript()
await import('../src/main.ts')
