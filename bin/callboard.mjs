#!/usr/bin/env node
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import module from 'node:module'
import { homedir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { requireNode } from './node-version.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

requireNode()
if (!existsSync(`${root}node_modules/tsx`)) {
  console.error(`Callboard's dependencies are not installed. Run "npm ci" in ${root} or start with "npm start" there.`)
  process.exit(1)
}
const cache = cacheFolder()
if (cache) module.enableCompileCache?.(cache)
if (!process.features.typescript) (await import('tsx/esm/api')).register()
const { shortenDrizzleResolution } = await import('../src/platform/db/resolution.ts')
shortenDrizzleResolution()
await import('../src/main.ts')

// Never a folder that others may write to, since the cache holds code. Without a place of our own there is none.
function cacheFolder() {
  const home = process.env.XDG_CACHE_HOME || process.env.LOCALAPPDATA || `${homedir()}/.cache`
  for (const folder of [`${root}node_modules/.cache/callboard`, `${home}/callboard/compiled`]) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      accessSync(folder, constants.W_OK)
      return folder
    } catch {
      // A read-only checkout, or no home: the next place, or none.
    }
  }
}
