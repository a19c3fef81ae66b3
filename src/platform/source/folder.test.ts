import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openFolder } from './folder.ts'
import { sourceTreeContract, type TreeFiles } from './source-tree.contract.ts'

sourceTreeContract('a folder', async () => {
  const base = await mkdtemp(join(tmpdir(), 'callboard-tree-'))
  const root = join(base, 'root')
  await write(base, { 'beside/secret.txt': 'secret', 'root/.git/config': 'secret' })
  return {
    outside: '../beside/secret.txt',
    write: (files) => write(root, files),
    open: () => openFolder(root),
    close: () => rm(base, { recursive: true, force: true }),
  }
})

async function write(root: string, files: TreeFiles): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const full = join(root, path)
    await mkdir(dirname(full), { recursive: true })
    if (content === undefined) await rm(full)
    else if (typeof content === 'object' && 'link' in content) await symlink(content.link, full)
    else await writeFile(full, content)
  }
}

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'callboard-folder-'))
  await chmod(root, 0o755)
})

afterEach(async () => {
  await rm(root, { recursive: true, force: true })
})

test('a missing folder and a file are refused with a hint', async () => {
  await expect(openFolder(join(root, 'none'))).rejects.toMatchObject({ code: 'not_found', hint: expect.any(String) })
  await write(root, { 'a.txt': '' })
  await expect(openFolder(join(root, 'a.txt'))).rejects.toMatchObject({ code: 'invalid', hint: expect.any(String) })
})

test('a root that is a link is followed', async () => {
  await write(root, { 'real/a.txt': 'x', link: { link: 'real' } })
  const tree = await openFolder(join(root, 'link'))
  expect((await tree.list()).map((entry) => entry.path)).toEqual(['a.txt'])
  expect((await tree.read('a.txt')).length).toBe(1)
})

test('more files or deeper folders than allowed are refused', async () => {
  await write(root, { 'a.txt': '', 'b/c/d.txt': '' })
  expect((await (await openFolder(root, { maxFiles: 2, maxDepth: 2 })).list()).length).toBe(2)
  await expect(openFolder(root, { maxFiles: 1 })).rejects.toThrow('more than 1 files')
  await expect(openFolder(root, { maxDepth: 1 })).rejects.toThrow('more than 1 folders inside one another')
})

test('folders that link to one another crosswise end at a limit', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']) {
    await write(root, { [`${name}/x.txt`]: '' })
    for (const other of 'abcdefghij') if (other !== name) await symlink(`../${other}`, join(root, name, other))
  }
  await expect(openFolder(root, { maxFiles: 1000 })).rejects.toMatchObject({ code: 'invalid' })
})

test('opening can be aborted', async () => {
  await expect(openFolder(root, { signal: AbortSignal.abort() })).rejects.toThrow('aborted')
})

test('what is neither file nor folder is left out and never waited for', async () => {
  await write(root, { 'a.txt': '' })
  execFileSync('mkfifo', [join(root, 'pipe')])
  const tree = await openFolder(root)
  expect((await tree.list()).map((entry) => entry.path)).toEqual(['a.txt'])
  await expect(tree.read('pipe')).rejects.toMatchObject({ code: 'not_found' })
  await expect(tree.readPart?.('pipe', { from: 0, bytes: 4 })).rejects.toMatchObject({ code: 'not_found' })
})

test('a folder that may not be read loses nothing else, and is told', async () => {
  await write(root, { 'a.txt': '', 'locked/b.txt': '', 'z/c.txt': '', 'shut.txt': 'x' })
  await chmod(join(root, 'locked'), 0o000)
  await chmod(join(root, 'shut.txt'), 0o000)
  const asNobody = process.getuid?.() === 0
  if (asNobody) process.seteuid?.(65_534)
  try {
    const tree = await openFolder(root)
    expect((await tree.list()).map((entry) => entry.path)).toEqual(['a.txt', 'shut.txt', 'z/c.txt'])
    expect(tree.warnings).toEqual([expect.stringContaining('locked could not be read: EACCES')])
    await expect(tree.read('shut.txt')).rejects.toMatchObject({ code: 'invalid', hint: expect.any(String) })
  } finally {
    if (asNobody) process.seteuid?.(0)
  }
})

test('a change of the same size right after the listing is seen', async () => {
  for (let round = 0; round < 20; round++) {
    await write(root, { 'a.txt': 'one' })
    const before = await openFolder(root)
    await write(root, { 'a.txt': 'two' })
    expect((await openFolder(root)).revision).not.toBe(before.revision)
  }
})
