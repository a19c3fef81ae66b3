import * as module from 'node:module'

/** Shortens the loading of two packages. Call it before anything imports them. It does nothing on Node 20. */
export function shortenResolution(): void {
  if (!('registerHooks' in module)) return
  module.registerHooks({
    resolve(specifier, context, next) {
      const parent = context.parentURL
      const found = parent === undefined ? undefined : (drizzle(specifier, parent) ?? zod(specifier, parent))
      return found ?? next(specifier, context)
    },
  })
}

/**
 * drizzle's package.json lists so many files (179 KB) that Node 22 and 24, which read it once more for each of the
 * 180 modules, need 70 to 150 MB and 150 ms just to load it. Inside the package every path is relative and complete
 * and every file is a module, so there is nothing to look up.
 */
function drizzle(specifier: string, parent: string) {
  if (!parent.includes('/node_modules/drizzle-orm/') || !/^\.{1,2}\/.*\.js$/.test(specifier)) return undefined
  return { url: new URL(specifier, parent).href, format: 'module', shortCircuit: true } as const
}

/** zod loads its messages in fifty languages, 10 MB of them, where the one that it uses is imported by itself. */
function zod(specifier: string, parent: string) {
  if (!parent.includes('/node_modules/zod/') || specifier !== '../locales/index.js') return undefined
  return { url: 'data:text/javascript,export {}', format: 'module', shortCircuit: true } as const
}
