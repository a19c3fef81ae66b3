import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { plainGit } from './git-repository.ts'

/** A server of Git on loopback, in a process of its own. */
export interface GitTransport {
  /** Address of a repository by its path below the root that is served. */
  url(path: string): string
  close(): void
}

export interface SshServer extends GitTransport {
  /** Private key that is let in, and one that is not. */
  key: string
  strangersKey: string
  /** What another server would show as its own: type and key. */
  otherHostKey: string
  port: number
}

const patience = 10_000

/** `git daemon`: everybody may read everything. */
export async function gitDaemon(root: string): Promise<GitTransport> {
  const port = await freePort()
  const options = ['--export-all', '--reuseaddr', `--base-path=${root}`, '--listen=127.0.0.1', `--port=${port}`]
  const daemon = spawn('git', ['daemon', ...options], { env: plainGit, stdio: 'ignore', detached: true })
  await listening(port, daemon)
  return { url: (path) => `git://127.0.0.1:${port}/${path}`, close: () => endGroup(daemon) }
}

/** Where OpenSSH's server is; tests that need it are skipped without. */
export const sshd = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path))

/** OpenSSH's server, which lets in who has one key. @param folder for its own files */
export async function sshServer(program: string, root: string, folder: string): Promise<SshServer> {
  mkdirSync(folder, { mode: 0o700, recursive: true })
  const at = (name: string) => join(folder, name)
  const names = ['host', 'own', 'stranger']
  for (const name of names) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)])
  const port = await freePort()
  const settings = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host')}`,
    `AuthorizedKeysFile ${at('own.pub')}`,
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'PermitRootLogin yes',
    'MaxStartups 100',
    `PidFile ${at('pid')}`,
  ]
  writeFileSync(at('sshd_config'), `${settings.join('\n')}\n`)
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  const daemon = spawn(program, ['-D', '-e', '-f', at('sshd_config')], { stdio: 'ignore', detached: true })
  await listening(port, daemon)
  return {
    port,
    key: readFileSync(at('own'), 'utf8'),
    strangersKey: readFileSync(at('stranger'), 'utf8'),
    otherHostKey: readFileSync(at('stranger.pub'), 'utf8').split(' ').slice(0, 2).join(' '),
    url: (path) => `ssh://${userInfo().username}@127.0.0.1:${port}${join(root, path)}`,
    close: () => endGroup(daemon),
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

async function listening(port: number, server: ChildProcess): Promise<void> {
  for (const end = performance.now() + patience; performance.now() < end; ) {
    if (await accepts(port)) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  endGroup(server)
  throw new Error(`Nothing listens on port ${port}`)
}

const accepts = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    }).on('error', () => resolve(false))
  })

function endGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL')
}
