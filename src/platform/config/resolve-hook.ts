import * as module from 'node:module'

/** Whether `file.ts?plain` loads a file as the JavaScript that it is, without the compiler that removes types. */
export const loadsPlain = typeof module.registerHooks === 'function' && Boolean(process.features.typescript)

const root = new URL('../../../package.json', import.meta.url).href
const bare = /^(?![./]|[a-z]+:)/
let installed = false

/**
 * Lets a configuration outside the checkout, and the plugins beside it, import `callboard`, `callboard/…` and what
 * the portal itself depends on. What is installed beside them comes first. Files of theirs are modules whatever
 * `package.json` stands above them: otherwise tsx would load them as CommonJS, with a second copy of `callboard`.
 */
export function installResolveHook(): void {
  if (installed) return
  installed = true
  if (typeof module.registerHooks === 'function') module.registerHooks({ resolve: resolveAsModule })
  else module.register(`data:text/javascript,${encodeURIComponent(hookThread)}`)
}

const format = process.features.typescript ? 'module-typescript' : 'module'

const resolveAsModule: module.ResolveHookSync = (specifier, context, next) => {
  const result = resolveFromRoot(specifier, context, next)
  if (result.url.endsWith('.ts?plain')) return { ...result, format: 'module' }
  return result.url.endsWith('.ts') ? { ...result, format } : result
}

const resolveFromRoot: module.ResolveHookSync = (specifier, context, next) => {
  try {
    return next(specifier, context)
  } catch (error) {
    if (!bare.test(specifier)) throw error
    try {
      return next(specifier, { ...context, parentURL: root })
    } catch {
      throw error // The first one names the file with the import.
    }
  }
}

// Node before 22.15 runs hooks in a thread of their own, so this one is a text. It finds TypeScript files itself,
// because tsx, which would be next, decides by the nearest package.json whether they are modules.
const hookThread = `
import { realpathSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
const bare = ${bare}
export async function resolve(specifier, context, next) {
  if (/^(\\.|file:).*\\.ts$/.test(specifier)) {
    const path = realPath(fileURLToPath(new URL(specifier, context.parentURL)), context.parentURL)
    return { url: pathToFileURL(path).href, format: 'module', shortCircuit: true }
  }
  try {
    return await next(specifier, context)
  } catch (error) {
    if (!bare.test(specifier)) throw error
    try {
      return await next(specifier, { ...context, parentURL: ${JSON.stringify(root)} })
    } catch {
      throw error
    }
  }
}
function realPath(path, parent) {
  try {
    return realpathSync(path)
  } catch {
    const importer = parent && parent.startsWith('file:') ? fileURLToPath(parent) : parent
    const error = new Error('Cannot find module ' + "'" + path + "' imported from " + importer)
    throw Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' })
  }
}`
