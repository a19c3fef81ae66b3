import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { PortalError } from '../../api/errors.ts'
import type { Plugin } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import type { Limits } from '../http/limits.ts'
import type { Outbound } from '../http-client/options.ts'
import type { ForgeOptions } from '../source/forges/options.ts'
import { setConfigurationFolder } from './folder.ts'
import { importProblems } from './import-problem.ts'
import { type ConfigOrigins, originsOf } from './origins.ts'
import { configurationError, type Problem } from './problem.ts'
import { installResolveHook, loadsPlain } from './resolve-hook.ts'
import { checkConfig } from './schema.ts'
import { localUrl, readSettings, type Settings } from './settings.ts'

/** Everything the portal is told from outside, checked; paths are absolute. */
export interface LoadedConfig extends Settings {
  /** The configuration file. */
  file: string
  title: string
  /** Scheme, host and port, without a slash at the end. */
  baseUrl: string
  plugins: readonly Plugin[]
  outbound: Outbound
  forges: readonly ForgeOptions[]
  limits: Limits
  /** What decided each of them, where that is known. */
  origins?: ConfigOrigins
}

/** The configuration of this portal as it was loaded, for those who run it. */
export const loadedConfig: ServiceRef<LoadedConfig> = serviceRef('platform.config')

const root = fileURLToPath(new URL('../../../', import.meta.url))

/**
 * Takes `--config FILE` or `--config=FILE` out of the arguments of a command.
 *
 * @throws PortalError `invalid` when the name of the file is missing
 */
export function takeConfigFile(argv: readonly string[]): { configFile: string | undefined; rest: string[] } {
  const rest = [...argv]
  const index = rest.findIndex((word) => word === '--config' || word.startsWith('--config='))
  if (index === -1) return { configFile: undefined, rest }
  const inline = rest[index]?.slice('--config='.length)
  const [configFile] = inline ? [inline, rest.splice(index, 1)] : rest.splice(index, 2).slice(1)
  if (!configFile || configFile.startsWith('--')) {
    throw new PortalError('invalid', '--config needs the name of a file', {
      hint: 'Write for example --config portal.config.ts.',
    })
  }
  return { configFile, rest }
}

/**
 * Reads the configuration file (`configFile`, else `CALLBOARD_CONFIG`, else `portal.config.ts` of the checkout) and
 * the environment (`HOST`, `PORT`, `DATA_DIR`, `NODE_ENV`).
 *
 * @throws PortalError `invalid` whose message lists every problem with its remedy
 */
export async function loadConfig(options: {
  configFile?: string | undefined
  env: NodeJS.ProcessEnv
  cwd: string
}): Promise<LoadedConfig> {
  const { settings, problems } = readSettings(options.env, { root, cwd: options.cwd })
  const named = options.configFile || options.env.CALLBOARD_CONFIG
  const file = named ? resolve(options.cwd, named) : resolve(root, 'portal.config.ts')
  const missing = missingFile(file, options)
  if (missing) throw configurationError([missing, ...problems])
  const { value, problems: failures, cause } = await importConfig(file)
  if (failures.length > 0) throw configurationError([...failures, ...problems], cause)
  const { declared, problems: mistakes } = checkConfig(value, file)
  problems.unshift(...mistakes)
  if (!declared || problems.length > 0) throw configurationError(problems)
  const { given, ...rest } = declared
  const origins = originsOf(given, options.env)
  return { file, ...rest, baseUrl: declared.baseUrl ?? localUrl(settings), ...settings, origins }
}

function missingFile(
  file: string,
  from: { configFile?: string | undefined; env: NodeJS.ProcessEnv },
): Problem | undefined {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat?.isFile()) return undefined
  const what = stat ? `${file} is not a file.` : `There is no configuration at ${file}.`
  if (from.configFile) return { what, remedy: 'Give --config the path of a configuration file.' }
  if (from.env.CALLBOARD_CONFIG) return { what, remedy: 'Point CALLBOARD_CONFIG at a configuration file.' }
  return { what, remedy: 'Restore portal.config.ts, or name another file with --config.' }
}

async function importConfig(file: string): Promise<{ value?: unknown; problems: Problem[]; cause?: unknown }> {
  setConfigurationFolder(dirname(file))
  installResolveHook()
  let exports: { default?: unknown }
  try {
    const { href } = pathToFileURL(file)
    exports = (await importPlain(file, href)) ?? (await import(/* @vite-ignore */ href))
  } catch (cause) {
    return { problems: importProblems(cause, file), cause }
  }
  if (exports.default === undefined) {
    const remedy = 'Write export default defineConfig({ … }).'
    return { problems: [{ what: `${file} has no default export.`, remedy }] }
  }
  return { value: exports.default, problems: [] }
}

/**
 * Most configurations name no type, and the compiler that removes types stays in memory with 15 MB. A file without
 * `<` means the same in both languages or is no JavaScript; whatever is wrong with it is said by the other import.
 */
async function importPlain(file: string, href: string): Promise<{ default?: unknown } | undefined> {
  if (!loadsPlain || !file.endsWith('.ts') || readFileSync(file, 'utf8').includes('<')) return undefined
  return import(/* @vite-ignore */ `${href}?plain`).catch(() => undefined)
}
