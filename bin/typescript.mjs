import { accessSync, constants, mkdirSync } from 'node:fs'
import module from 'node:module'
import { homedir } from 'node:os'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Makes `.ts` files importable: Node's own stripping of types with a cache of what it compiled, or tsx on Node 20. */
export async function runTypeScript() {
  const cache = cacheFolder()
  if (cache) module.enableCompileCache?.(cache)
  if (!process.features.typescript) (await import('tsx/esm/api')).register()
  const { shortenResolution } = await import('../src/platform/resolution.ts')
  shortenResolution()
}

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
