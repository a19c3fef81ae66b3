import * as module from 'node:module'

/**
 * Call this before anything imports drizzle. Its package.json lists so many files (179 KB) that Node 22 and 24,
 * which read it once more for each of the 180 modules, need 70 to 150 MB and 150 ms just to load it. Inside the
 * package every path is relative and complete and every file is a module, so there is nothing to look up.
 */
export function shortenDrizzleResolution(): void {
  if (!('registerHooks' in module)) return
  module.registerHooks({
    resolve(specifier, context, next) {
      const parent = context.parentURL
      if (!parent?.includes('/node_modules/drizzle-orm/') || !/^\.{1,2}\/.*\.js$/.test(specifier)) {
        return next(specifier, context)
      }
      return { url: new URL(specifier, parent).href, format: 'module', shortCircuit: true }
    },
  })
}
