// Imports every module of the portal once, so that Node (or tsx) keeps them compiled: the compiler of types alone
// would take 15 MB of a portal's memory, or a child process on Node 20. After an installation, and in an image's build.
import { readdirSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { preferLittleMemory } from '../bin/memory.mjs'
import { runTypeScript } from '../bin/typescript.mjs'
import { root } from './ready.mjs'

// What is compiled under other flags is of no use to the portal.
preferLittleMemory()
await runTypeScript()
const source = `${root}src/`
const modules = readdirSync(source, { recursive: true }).filter(
  (file) => file.endsWith('.ts') && !/\.test\.ts$|\.contract\.ts$|fixtures\/|^testing\/|^main\.ts$/.test(file),
)
for (const module of modules) await import(pathToFileURL(source + module).href)
process.exit()
