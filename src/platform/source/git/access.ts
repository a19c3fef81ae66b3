import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Secret } from '../../../api/env.ts'
import type { GitAddress } from './address.ts'
import { type GitGuard, pinned } from './pin.ts'

export interface GitCredentials {
  /** Password for http and https: a token, or `user:password`. */
  token?: Secret | undefined
  /** Private key for ssh, in the form of OpenSSH, without a passphrase. */
  key?: Secret | undefined
}

/** What a run of git needs to reach a repository; it is part of the environment, never of the arguments. */
export interface GitAccess {
  config: Record<string, string>
  env: Record<string, string>
}

/**
 * Allows one protocol and hands over the credentials. Redirects are not followed: git would send the header with the
 * token to wherever it is led.
 *
 * @param folder holds the keys and the known hosts; nobody else may read it
 * @param guard says where the host may lead to, for an address that anybody may have written
 */
export async function accessTo(
  address: GitAddress,
  credentials: GitCredentials,
  folder: string,
  guard?: GitGuard,
): Promise<GitAccess> {
  const { protocol } = address
  const access: GitAccess = {
    config: { [`protocol.${protocol}.allow`]: 'always', 'protocol.version': '2', 'transfer.bundleURI': 'false' },
    env: { GIT_ALLOW_PROTOCOL: protocol },
  }
  if (protocol === 'https' || protocol === 'http') Object.assign(access.config, httpSettings(address, credentials))
  if (guard) Object.assign(access.config, await pinned(address, guard, folder))
  if (protocol === 'ssh') Object.assign(access.env, await sshSettings(address, credentials, folder))
  return access
}

/** The header that shows who asks by http and https. */
export function authorizationOf({ host }: GitAddress, { token }: GitCredentials): { authorization?: string } {
  return token ? { authorization: `Basic ${basic(token.reveal(), host)}` } : {}
}

function httpSettings(address: GitAddress, credentials: GitCredentials): Record<string, string> {
  const { protocol, host, port } = address
  const { authorization } = authorizationOf(address, credentials)
  const own = `${protocol}://${host}${port ? `:${port}` : ''}/`
  return {
    'http.followRedirects': 'false',
    // A server that prepares an answer says so every 5 seconds; one that is silent for a minute has gone.
    'http.lowSpeedLimit': '1',
    'http.lowSpeedTime': '60',
    ...(authorization !== undefined && { [`http.${own}.extraHeader`]: `Authorization: ${authorization}` }),
  }
}

function basic(token: string, host: string): string {
  const user = host === 'bitbucket.org' ? 'x-token-auth' : 'x-access-token'
  return Buffer.from(token.includes(':') ? token : `${user}:${token}`).toString('base64')
}

async function sshSettings(address: GitAddress, { key }: GitCredentials, folder: string) {
  const file = key && (await keptKey(address, key, folder))
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=accept-new',
    `UserKnownHostsFile="${join(folder, 'known_hosts')}"`,
    'ConnectTimeout=20',
    'ServerAliveInterval=20',
    'ServerAliveCountMax=3',
    'ClearAllForwardings=yes',
    'ForwardAgent=no',
    'PermitLocalCommand=no',
    ...(file ? ['IdentitiesOnly=yes', `IdentityFile="${file}"`] : []),
  ]
  const command = ['ssh', ...options.flatMap((option) => ['-o', option])]
  return { GIT_SSH_COMMAND: command.map(quoted).join(' '), GIT_SSH_VARIANT: 'ssh' }
}

/** Git gives this command to a shell; there is no other way to pass options to ssh. */
function quoted(text: string): string {
  return /^[\w=.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

async function keptKey({ url }: GitAddress, key: Secret, folder: string): Promise<string> {
  const keys = join(folder, 'keys')
  const file = join(keys, createHash('sha256').update(url).digest('hex').slice(0, 32))
  const text = keyText(key.reveal())
  if ((await readFile(file, 'utf8').catch(() => '')) === text) return file
  await mkdir(keys, { recursive: true, mode: 0o700 })
  await writeFile(`${file}.new`, text, { mode: 0o600 })
  await rename(`${file}.new`, file)
  return file
}

/** In a variable, line ends are often written as `\n`; ssh wants one at the end, too. */
function keyText(key: string): string {
  const lines = key.includes('\n') ? key : key.replaceAll('\\n', '\n')
  return `${lines.replaceAll('\r\n', '\n').trimEnd()}\n`
}
