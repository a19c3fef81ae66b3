import { OutboundOptions } from '../http-client/options.ts'
import { variables } from './settings.ts'

/**
 * What decided an option, by its name; those within `outbound` are called `outbound.timeout`. `file`: the configuration
 * file; `command`: the command line; `default`: nobody said anything; else the name of a variable of the environment.
 */
export type ConfigOrigins = Readonly<Record<string, string>>

const declared = ['title', 'baseUrl', 'plugins', 'forges', 'limits', ...Object.keys(OutboundOptions.shape).map(within)]

export function originsOf(given: ReadonlySet<string>, env: NodeJS.ProcessEnv): ConfigOrigins {
  const ofFile = declared.map((name) => [name, given.has(name) ? 'file' : 'default'])
  const ofEnvironment = Object.entries(variables).map(([name, variable]) => [
    name,
    env[variable] ? variable : 'default',
  ])
  return Object.fromEntries([...ofFile, ...ofEnvironment])
}

function within(name: string): string {
  return `outbound.${name}`
}
