#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { preferLittleMemory } from './memory.mjs'
import { requireNode } from './node-version.mjs'
import { runTypeScript } from './typescript.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

requireNode()
if (!existsSync(`${root}node_modules/tsx`)) {
  console.error(`Callboard's dependencies are not installed. Run "npm ci" in ${root} or start with "npm start" there.`)
  process.exit(1)
}
preferLittleMemory()
await runTypeScript()
await import('../src/main.ts')
