import { isIP } from 'node:net'
import { resolve } from 'node:path'
import type { Problem } from './problem.ts'

/** What the environment decides. */
export interface Settings {
  host: string
  port: number
  /** Something in front of the portal keeps others away, so it may listen on any address without access control. */
  unprotected: boolean
  dataDir: string
  development: boolean
}

/** The variable that decides each of the settings. */
export const variables: Readonly<Record<keyof Settings, string>> = {
  host: 'HOST',
  port: 'PORT',
  unprotected: 'UNPROTECTED',
  dataDir: 'DATA_DIR',
  development: 'NODE_ENV',
}

const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i

/** Reads HOST, PORT, UNPROTECTED, DATA_DIR and NODE_ENV. An empty variable counts as absent, as in a compose file. */
export function readSettings(
  env: NodeJS.ProcessEnv,
  folders: { root: string; cwd: string },
): { settings: Settings; problems: Problem[] } {
  const problems: Problem[] = []
  const host = env.HOST || '127.0.0.1'
  if (isIP(host) === 0 && !hostName.test(host)) {
    problems.push({
      what: `HOST is "${host}", which is neither an address nor a host name.`,
      remedy: 'Set it to an address such as 127.0.0.1 or 0.0.0.0, without a port, or leave it out.',
    })
  }
  const port = env.PORT || '7007'
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    problems.push({
      what: `PORT is "${port}", which is not a port.`,
      remedy: 'Set it to a number from 1 to 65535 (0 takes any free one), or leave it out for 7007.',
    })
  }
  const unprotected = env.UNPROTECTED || 'no'
  if (unprotected !== 'yes' && unprotected !== 'no') {
    problems.push({
      what: `UNPROTECTED is "${unprotected}", which is neither yes nor no.`,
      remedy: 'Set it to yes only where something else keeps others away, or leave it out.',
    })
  }
  const settings = {
    host,
    port: Number(port),
    unprotected: unprotected === 'yes',
    dataDir: env.DATA_DIR ? resolve(folders.cwd, env.DATA_DIR) : resolve(folders.root, 'data'),
    development: env.NODE_ENV === 'development',
  }
  return { settings, problems }
}

/** The address under which the portal is reached from its own machine. */
export function localUrl({ host, port }: Pick<Settings, 'host' | 'port'>): string {
  const own = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host)
  const name = own ? 'localhost' : isIP(host) === 6 ? `[${host}]` : host
  return `http://${name}:${port}`
}
