import { PortalError } from '../../api/errors.ts'
import { nearest } from '../../api/nearest.ts'
import type { PluginContext } from '../../api/plugin.ts'
import type { Contributions } from '../../platform/contributions.ts'
import { createLog } from '../../platform/log.ts'
import { assemble } from '../assemble.ts'
import type { CommandArgs } from '../cli.ts'
import { withStanding } from '../plugins.ts'
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
  const log = createLog('warn')
  if (command.needs === 'nothing') {
    return await command.run({ argv, ctx: contextFor(name, unopened(plugins, { log, command: name })), print })
  }
  const parts = await assemble({
    config,
    plugins,
    log,
    command: `callboard ${name}`,
    readonly: command.needs === 'read',
  })
  try {
    return await command.run({ argv, ctx: contextFor(name, parts.contributions), print })
  } finally {
    await parts.close()
  }
}

function contextFor(name: string, { commands }: Contributions): PluginContext {
  const contributed = commands.find(({ spec }) => spec.name === name)
  if (!contributed) throw new Error(`The command ${name} was not collected`)
  return contributed.ctx
}
