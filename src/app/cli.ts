import { messageOf, PortalError } from '../api/errors.ts'
import { type LoadedConfig, loadConfig, takeConfigFile } from '../platform/config/load.ts'
import { configFrom, type FromPortal, takeFrom } from './from.ts'
import { withStanding } from './plugins.ts'
import { version } from './version.ts'

/** What every command gets. */
export interface CommandArgs {
  config: LoadedConfig
  /** What stands behind the command's name. */
  argv: readonly string[]
  print(line: string): void
  /** With `--from`: what was found at the last reading. */
  found?: FromPortal['found']
}

interface OwnCommand {
  summary: string
  usage?: string
  run(args: CommandArgs): Promise<number>
}

/** Each command is imported when it is called: a portal that serves needs none of the others. */
const commands: Record<string, OwnCommand> = {
  start: {
    summary: 'Serve the portal, also of checkouts as they are',
    usage: '[--from DIR|URL…]',
    run: async (args) => (await import('./commands/start.ts')).start(args),
  },
  config: {
    summary: 'Print the configuration as it was understood, secrets masked',
    run: async (args) => (await import('./commands/config.ts')).printConfig(args),
  },
  migrate: {
    summary: 'Bring the database up to date',
    usage: '[--dry-run]',
    run: async (args) => (await import('./commands/migrate.ts')).migrate(args),
  },
  doctor: {
    summary: 'Check configuration, disk, database, git and sources',
    run: async (args) => (await import('./commands/doctor.ts')).doctor(args),
  },
  backup: {
    summary: 'Write a copy of the database, also while the portal runs',
    usage: 'FILE [--overwrite]',
    run: async (args) => (await import('./commands/backup.ts')).backup(args),
  },
  restore: {
    summary: 'Put a backup in the place of the database',
    usage: 'FILE',
    run: async (args) => (await import('./commands/backup.ts')).restore(args),
  },
}

/** Runs one command of the line. @returns the exit code: 0, 1 when it found or met trouble */
export async function runCommand(words: readonly string[]): Promise<number> {
  const print = (line: string) => void process.stdout.write(`${line}\n`)
  try {
    const { configFile, rest } = takeConfigFile(words)
    const [name = 'help', ...argv] = rest
    if (name === '--version' || name === 'version') {
      print(version)
      return 0
    }
    const from = name === 'start' ? takeFrom(argv) : undefined
    if (from && configFile) throw bothGiven()
    const given = { env: process.env, cwd: process.cwd() }
    const portal = from && configFrom(from, given)
    const config = portal ? portal.config : await loadConfig({ configFile, ...given })
    if (['help', '--help', '-h'].includes(name)) {
      for (const line of helpLines(config)) print(line)
      return 0
    }
    const own = commands[name]
    if (own) return await own.run({ config, argv, print, ...(portal && { found: portal.found }) })
    const { pluginCommand } = await import('./commands/plugin.ts')
    return await pluginCommand(name, { config, argv, print })
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`)
    return 1
  }
}

function helpLines(config: LoadedConfig): string[] {
  const own = Object.entries(commands).map(([name, { summary, usage }]) => ({ name, summary, usage }))
  const all = [...own, ...withStanding(config.plugins).flatMap((plugin) => plugin.commands ?? [])]
  const left = all.map(({ name, usage }) => (usage ? `${name} ${usage}` : name))
  const width = Math.max(...left.map((text) => text.length))
  return [
    `callboard ${version}`,
    '',
    'Usage: callboard COMMAND [--config FILE]',
    '',
    ...all.map(({ summary }, index) => `  ${(left[index] ?? '').padEnd(width)}  ${summary}`),
    '',
    'Environment: HOST, PORT, DATA_DIR, CALLBOARD_CONFIG, LOG_LEVEL, LOG_FORMAT.',
  ]
}

function bothGiven(): PortalError {
  return new PortalError('invalid', '--from and --config do not go together', {
    hint: 'Leave one of them out: with --from nothing is read from a configuration.',
  })
}

function explain(error: unknown): string {
  if (error instanceof PortalError) return error.hint ? `${error.message}\n${error.hint}` : error.message
  return error instanceof Error && error.stack ? error.stack : messageOf(error)
}
