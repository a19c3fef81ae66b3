import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { Secret } from '../../../api/env.ts'
import { plainGit } from '../../../testing/git-repository.ts'
import { contentOf, gitStage, signal } from './fixtures/stage.ts'

const at = gitStage()

describe('over other transports', () => {
  test('file, where it is allowed', async () => {
    expect(await contentOf(await at.repository({ url: `file://${at.source.path}` }).open(undefined, signal))).toBe(
      'one',
    )
  })

  test('git daemon', async () => {
    const port = await freePort()
    const options = ['--export-all', '--reuseaddr', `--base-path=${join(at.base, 'served')}`, '--listen=127.0.0.1']
    const daemon = spawn('git', ['daemon', ...options, `--port=${port}`], {
      env: plainGit,
      stdio: 'ignore',
      detached: true,
    })
    try {
      await listening(port)
      const served = (name: string) => at.repository({ url: `git://127.0.0.1:${port}/shop/${name}.git` })
      expect(await contentOf(await served('catalog').open(undefined, signal))).toBe('one')
      await expect(served('none').open(undefined, signal)).rejects.toMatchObject({
        message: expect.stringContaining('is not there'),
      })
    } finally {
      endGroup(daemon)
    }
  })

  test('ssh with a key', async (context) => {
    const sshd = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path))
    if (!sshd) return context.skip('sshd is not installed')
    const keys = join(at.base, 'keys')
    await mkdir(keys, { mode: 0o700 })
    for (const name of ['host', 'own', 'stranger']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(keys, name)])
    }
    const port = await freePort()
    const settings = [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(keys, 'host')}`,
      `AuthorizedKeysFile ${join(keys, 'own.pub')}`,
      'StrictModes no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'UsePAM no',
      'PermitRootLogin yes',
      `PidFile ${join(keys, 'pid')}`,
    ]
    await writeFile(join(keys, 'sshd_config'), `${settings.join('\n')}\n`)
    if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true })
    const daemon = spawn(sshd, ['-D', '-e', '-f', join(keys, 'sshd_config')], { stdio: 'ignore', detached: true })
    try {
      await listening(port)
      const key = async (name: string) => new Secret('K', await readFile(join(keys, name), 'utf8'))
      const address = `ssh://${userInfo().username}@127.0.0.1:${port}${at.source.path}`
      const own = at.repository({ url: address, credentials: { key: await key('own') } })
      expect(await contentOf(await own.open(undefined, signal))).toBe('one')
      const [file] = await readdir(join(at.folder, 'keys'))
      expect((await stat(join(at.folder, 'keys', file ?? ''))).mode & 0o777).toBe(0o600)
      expect(await readFile(join(at.folder, 'known_hosts'), 'utf8')).toContain('ssh-ed25519')

      const strange = at.repository({ url: address, credentials: { key: await key('stranger') } })
      await expect(strange.open(undefined, signal)).rejects.toMatchObject({
        message: expect.stringContaining('refuses who asks'),
        hint: expect.stringContaining('public half'),
      })
      const impostor = (await readFile(join(keys, 'stranger.pub'), 'utf8')).split(' ').slice(0, 2).join(' ')
      await writeFile(join(at.folder, 'known_hosts'), `[127.0.0.1]:${port} ${impostor}\n`)
      await expect(own.open(undefined, signal)).rejects.toMatchObject({
        message: expect.stringContaining('another host key'),
      })
    } finally {
      endGroup(daemon)
    }
  })
})

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

function listening(port: number): Promise<void> {
  const attempt = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve()
      }).on('error', reject)
    })
  return vi.waitFor(attempt, { timeout: 10_000, interval: 20 })
}

function endGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL')
}
