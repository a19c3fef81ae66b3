import { inspect } from 'node:util'
import type { Plugin } from '../../api/plugin.ts'
import type { LoadedConfig } from './load.ts'
import { mask } from './mask.ts'

/**
 * The configuration as the portal understood it, as a text for people, with dots for secrets.
 *
 * @param plugins also those that are there without being named
 */
export function printedConfig(config: LoadedConfig, plugins: readonly Plugin[], { colors = false } = {}): string {
  const { origins: _, ...given } = config
  const named = plugins.map(({ name, options }) => ({ name, options: options ?? {} }))
  return inspect(mask({ ...given, plugins: named }), { depth: 8, breakLength: 100, colors })
}
