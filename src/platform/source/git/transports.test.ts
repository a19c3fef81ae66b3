import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../../api/env.ts'
import { gitDaemon, sshd, sshServer } from '../../../testing/git-transports.ts'
import { contentOf, gitStage, signal } from './fixtures/stage.ts'

const at = gitStage()

describe('over other transports', () => {
  test('file, where it is allowed', async () => {
    expect(await contentOf(await at.repository({ url: `file://${at.source.path}` }).open(undefined, signal))).toBe(
      'one',
    )
  })

  test('git daemon', async () => {
    const daemon = await gitDaemon(join(at.base, 'served'))
    try {
      const served = (name: string) => at.repository({ url: daemon.url(`shop/${name}.git`) })
      expect(await contentOf(await served('catalog').open(undefined, signal))).toBe('one')
      await expect(served('none').open(undefined, signal)).rejects.toMatchObject({
        message: expect.stringContaining('is not there'),
      })
    } finally {
      daemon.close()
    }
  })

  test('ssh with a key', async (context) => {
    if (!sshd) return context.skip('sshd is not installed')
    const server = await sshServer(sshd, join(at.base, 'served'), join(at.base, 'keys'))
    try {
      const url = server.url('shop/catalog.git')
      const own = at.repository({ url, credentials: { key: new Secret('K', server.key) } })
      expect(await contentOf(await own.open(undefined, signal))).toBe('one')
      const [file] = await readdir(join(at.folder, 'keys'))
      expect((await stat(join(at.folder, 'keys', file ?? ''))).mode & 0o777).toBe(0o600)
      expect(await readFile(join(at.folder, 'known_hosts'), 'utf8')).toContain('ssh-ed25519')

      const strange = at.repository({ url, credentials: { key: new Secret('K', server.strangersKey) } })
      await expect(strange.open(undefined, signal)).rejects.toMatchObject({
        message: expect.stringContaining('refuses who asks'),
        hint: expect.stringContaining('public half'),
      })
      await writeFile(join(at.folder, 'known_hosts'), `[127.0.0.1]:${server.port} ${server.otherHostKey}\n`)
      await expect(own.open(undefined, signal)).rejects.toMatchObject({
        message: expect.stringContaining('another host key'),
      })
    } finally {
      server.close()
    }
  })
})
