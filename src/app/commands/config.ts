import { printedConfig } from '../../platform/config/printed.ts'
import type { CommandArgs } from '../cli.ts'
import { withStanding } from '../plugins.ts'

/** Prints what the portal was told, as it understood it. */
export async function printConfig({ config, print }: CommandArgs): Promise<number> {
  print(printedConfig(config, withStanding(config.plugins), { colors: process.stdout.isTTY === true }))
  return 0
}
