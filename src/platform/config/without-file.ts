import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from '../../api/plugin.ts'
import { defaultLimits } from '../http/limits.ts'
import { OutboundOptions } from '../http-client/options.ts'
import { setConfigurationFolder } from './folder.ts'
import type { LoadedConfig } from './load.ts'
import { originsOf } from './origins.ts'
import { configurationError } from './problem.ts'
import { localUrl, readSettings } from './settings.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/**
 * The configuration of a portal that was given everything on the command line. Its data lie in a folder of their own,
 * the same one for the same words, unless `DATA_DIR` names another.
 *
 * @throws PortalError `invalid` for an environment that makes no sense
 */
export function configWithoutFile(given: {
  title: string
  plugins: readonly Plugin[]
  /** By what the data folder is found again. */
  words: readonly string[]
  env: NodeJS.ProcessEnv
  cwd: string
}): LoadedConfig {
  const { title, plugins, words, env, cwd } = given
  const { settings, problems } = readSettings(env, { root, cwd })
  if (problems.length > 0) throw configurationError(problems)
  setConfigurationFolder(cwd)
  const digest = createHash('sha256').update(words.join('\n')).digest('hex').slice(0, 12)
  return {
    file: join(cwd, 'portal.config.ts'),
    title,
    plugins,
    outbound: OutboundOptions.parse({}),
    forges: [],
    limits: defaultLimits,
    ...settings,
    origins: { ...originsOf(new Set(), env), title: 'command', plugins: 'command' },
    baseUrl: localUrl(settings),
    ...(!env.DATA_DIR && { dataDir: resolve(root, 'data', `from-${digest}`) }),
  }
}
