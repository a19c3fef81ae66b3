import type { Logger } from 'pino'
import { PortalError } from '../../api/errors.ts'
import { nearest } from '../../api/nearest.ts'
import type { Command, Plugin, PluginContext } from '../../api/plugin.ts'
import type { Contributions } from '../../platform/contributions.ts'
import { type Listening, listeningHolder } from '../../platform/db/lock.ts'
import { createLog } from '../../platform/log.ts'
import { assemble } from '../assemble.ts'
import type { CommandArgs } from '../cli.ts'
import { withStanding } from '../plugins.ts'
import { runningPortal } from '../running-portal.ts'
import { unopened } from '../unopened.ts'

/** Runs a command that a plugin contributes, with the plugin's own context and without serving. */
export async function pluginCommand(name: string, { config, argv, print }: CommandArgs): Promise<number> {
  const plugins = withStanding(config.plugins)
  const command = plugins.flatMap(({ commands }) => commands ?? []).find((one) => one.name === name)
  if (!command) {
    const names = plugins.flatMap(({ commands }) => commands ?? []).map((one) => one.name)
    const [meant] = nearest(name, ['start', 'config', 'migrate', 'doctor', 'backup', 'restore', ...names], 1)
    throw new PortalError('invalid', `There is no command called ${name}`, {
      hint: meant ? `Did you mean "callboard ${meant}"?` : '"callboard help" lists the commands.',
    })
  }
  // What a command prints may be read by a program.
  const log = createLog('warn', { destination: process.stderr })
  if (command.needs === 'nothing') {
    return await command.run({ argv, ctx: contextFor(name, unopened(plugins, { log, command: name })), print })
  }
  const readonly = command.needs === 'read'
  const parts = await assemble({ config, plugins, log, command: `callboard ${name}`, readonly }).catch(
    (error: unknown) => {
      const holder = command.needs === 'portal' && isTaken(error) ? listeningHolder(config.dataDir) : undefined
      if (!holder) throw error
      return holder
    },
  )
  if ('key' in parts) return await throughPortal(command, plugins, { holder: parts, argv, print, log })
  try {
    return await command.run({ argv, ctx: contextFor(name, parts.contributions), print })
  } finally {
    await parts.close()
  }
}

const isTaken = (error: unknown) => error instanceof PortalError && error.code === 'conflict'

async function throughPortal(
  { name, run }: Command,
  plugins: readonly Plugin[],
  { holder, argv, print, log }: Pick<CommandArgs, 'argv' | 'print'> & { holder: Listening; log: Logger },
): Promise<number> {
  const portal = runningPortal(holder, log)
  try {
    return await run({ argv, print, portal, ctx: contextFor(name, unopened(plugins, { log, command: name })) })
  } finally {
    await portal.close()
  }
}

function contextFor(name: string, { commands }: Contributions): PluginContext {
  const contributed = commands.find(({ spec }) => spec.name === name)
  if (!contributed) throw new Error(`The command ${name} was not collected`)
  return contributed.ctx
}
