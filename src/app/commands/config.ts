import { inspect } from 'node:util'
import { mask } from '../../platform/config/mask.ts'
import type { CommandArgs } from '../cli.ts'
import { withStanding } from '../plugins.ts'

/** Prints what the portal was told, as it understood it. */
export async function printConfig({ config, print }: CommandArgs): Promise<number> {
  const plugins = withStanding(config.plugins).map(({ name, options }) => ({ name, options: options ?? {} }))
  print(inspect(mask({ ...config, plugins }), { depth: 8, breakLength: 100, colors: process.stdout.isTTY === true }))
  return 0
}
