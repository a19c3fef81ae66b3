import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { parseGitAddress } from './address.ts'
import { cloneLimits } from './clone.ts'
import { contentOf, gitStage, protocols, signal } from './fixtures/stage.ts'
import { openRepository } from './repository.ts'

const at = gitStage()

describe('a clone that is not whole', () => {
  test.each([
    ['without its state', async (path: string) => rm(join(path, 'callboard.json'))],
    [
      'with a state that was cut short',
      async (path: string) => writeFile(join(path, 'callboard.json'), '{"version":1,"he'),
    ],
    ['without objects', async (path: string) => rm(join(path, 'objects'), { recursive: true })],
    [
      'without a pack',
      async (path: string) => {
        for (const name of await readdir(join(path, 'objects/pack'))) await rm(join(path, 'objects/pack', name))
      },
    ],
    [
      'with broken packs',
      async (path: string) => {
        for (const name of await readdir(join(path, 'objects/pack'))) {
          await rm(join(path, 'objects/pack', name))
          await writeFile(join(path, 'objects/pack', name), 'broken')
        }
      },
    ],
    [
      'with broken refs',
      async (path: string) => {
        await rm(join(path, 'packed-refs'), { force: true })
        await rm(join(path, 'refs'), { recursive: true })
        await writeFile(join(path, 'packed-refs'), 'broken\0')
      },
    ],
    ['without HEAD', async (path: string) => rm(join(path, 'HEAD'))],
    ['with settings that are none', async (path: string) => writeFile(join(path, 'config'), '[core\nbare')],
    [
      'that is an empty folder',
      async (path: string) => {
        await rm(path, { recursive: true })
        await mkdir(path)
      },
    ],
  ])('%s is made again', async (_, harm) => {
    await contentOf(await at.repository().open(undefined, signal))
    await harm(await at.clonePath())
    const head = at.source.commit({ 'catalog-info.yaml': 'two' })
    const tree = await at.repository().open(undefined, signal)
    expect(tree.revision).toBe(head)
    expect(await contentOf(tree)).toBe('two')
    expect((await readdir(at.folder)).filter((name) => /\.(new|old)-|busy/.test(name))).toEqual([])
  })

  test('is found out by who reads it, and is whole at the next opening', async () => {
    const tree = await at.repository().open(undefined, signal)
    await tree.prefetch(() => true, signal)
    const path = await at.clonePath()
    for (const name of await readdir(join(path, 'objects/pack'))) await rm(join(path, 'objects/pack', name))
    const again = await at.repository().open(undefined, signal)
    await expect(again.list()).rejects.toMatchObject({
      code: 'upstream',
      hint: expect.stringContaining('made again'),
    })
    expect(await contentOf(await at.repository().open(undefined, signal))).toBe('one')
  })

  test('because of what a killed process left behind is cleared', async () => {
    await at.repository().open(undefined, signal)
    const path = await at.clonePath()
    const left = [
      'packed-refs.lock',
      'refs/heads/main.lock',
      'refs/callboard/head.lock',
      'config.lock',
      'HEAD.lock',
      'gc.pid',
    ]
    for (const name of left) await writeFile(join(path, name), '')
    await writeFile(join(path, 'objects/pack/tmp_pack_x1'), 'half')
    await mkdir(`${path}.new-0badcafe`)
    await writeFile(`${path}.busy`, String(process.pid))
    at.source.commit({ 'catalog-info.yaml': 'two' })
    // A module of its own is what a process that starts anew is.
    vi.resetModules()
    const { openRepository: anew } = await import('./repository.ts')
    const tree = await anew({ address: parseGitAddress(at.url, protocols), folder: at.folder }).open(undefined, signal)
    expect(await contentOf(tree)).toBe('two')
    expect(left.filter((name) => existsSync(join(path, name)))).toEqual([])
    expect(existsSync(`${path}.new-0badcafe`)).toBe(false)
  })

  test('kill -9 at any moment: the next process reads everything', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 400 }, (_, i) => [`d${i}/catalog-info.yaml`, `${i} `.repeat(200)]),
    )
    at.source.commit(files)
    const program = `
      const { parseGitAddress } = await import(${JSON.stringify(new URL('./address.ts', import.meta.url).href)})
      const { openRepository } = await import(${JSON.stringify(new URL('./repository.ts', import.meta.url).href)})
      const [url, folder] = process.argv.slice(-2)
      process.send('ready')
      await new Promise((resolve) => process.once('message', resolve))
      const tree = await openRepository({ address: parseGitAddress(url, ['http']), folder }).open(undefined, new AbortController().signal)
      await tree.prefetch(() => true)
      const read = await Promise.all((await tree.list()).map(({ path }) => tree.read(path)))
      process.send(read.length)
      process.exit(0)`
    const file = join(at.base, 'reader.mts')
    await writeFile(file, program)
    let isDone = false
    for (let requests = 1; !isDone && requests < 12; requests++) {
      at.source.commit({ 'catalog-info.yaml': `round ${requests}` })
      const seen = at.server.requests.length
      const child = spawn(process.execPath, ['--import', 'tsx', file, at.url, at.folder], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        cwd: process.cwd(),
      })
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.on('message', (message) => {
        if (message === 'ready') child.send('go')
        else isDone = message === 402
      })
      // The first process is killed at its first request, the next at its second, until one comes to its end.
      at.server.behave(() => {
        if (at.server.requests.length - seen >= requests) child.kill('SIGKILL')
        return undefined
      })
      await exited
    }
    expect(isDone).toBe(true)
    at.server.behave(undefined)
    const tree = await at.repository().open(undefined, signal)
    expect(await contentOf(tree, 'd399/catalog-info.yaml')).toBe('399 '.repeat(200))
  })
})

test('many fetches leave few packs', async () => {
  const limits = { ...cloneLimits, packs: 3 }
  for (let i = 0; i < 8; i++) {
    at.source.commit({ 'catalog-info.yaml': `round ${i}` })
    expect(await contentOf(await at.repository({ limits }).open(undefined, signal))).toBe(`round ${i}`)
  }
  const packs = await readdir(join(await at.clonePath(), 'objects/pack'))
  expect(packs.filter((name) => name.endsWith('.pack')).length).toBeLessThanOrEqual(5)
})

test('a full disk is told as one', async (context) => {
  const disk = join(at.base, 'disk')
  await mkdir(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'none', disk], { stdio: 'ignore' })
  } catch {
    return context.skip('a small disk cannot be mounted here')
  }
  try {
    at.source.commit({ 'noise.bin': randomBytes(2_000_000) })
    const small = openRepository({ address: parseGitAddress(at.url, protocols), folder: join(disk, 'git') })
    const full = {
      code: 'internal',
      message: expect.stringContaining('disk is full'),
      hint: expect.stringContaining('Make room'),
    }
    const tree = await small.open(undefined, signal)
    await expect(tree.prefetch(() => true, signal)).rejects.toMatchObject(full)
    await tree.prefetch((path) => path === 'catalog-info.yaml', signal)
    expect(Buffer.from(await tree.read('catalog-info.yaml')).toString()).toBe('one')
  } finally {
    execFileSync('umount', ['-l', disk])
  }
})
