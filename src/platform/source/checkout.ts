import { lstat, open, readdir, realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'

/** What the `.git` of a checkout says, read as text: nothing that stands in its configuration is obeyed. */
export interface Checkout {
  /** Commit that is checked out; undefined where there is none, or it is kept in another way. */
  head: string | undefined
  /** Address of `origin`, and the line of the configuration on which it stands. */
  origin: { url: string; line: number } | undefined
  /** Names of tags. */
  tags: readonly string[]
  /** Folder of the objects, absolute. */
  objects: string
  /** The commits at which a shallow clone ends. */
  shallow: string
}

const most = { bytes: 1_000_000, tags: 2000, links: 5 }
const commit = /^[0-9a-f]{40}$|^[0-9a-f]{64}$/

/**
 * Reads the `.git` of a folder, be it a folder or the file of a worktree or submodule.
 *
 * @param within what it must not lead out of, absolute and without links
 * @returns undefined where there is none, or it lies elsewhere
 */
export async function readCheckout(folder: string, within: string): Promise<Checkout | undefined> {
  const git = await gitFolder(join(folder, '.git'), within)
  if (git === undefined) return undefined
  const shared = (await text(join(git, 'commondir'))).trim()
  const common = shared === '' ? git : await inside(resolve(git, shared), within)
  if (common === undefined) return undefined
  const objects = await inside(join(common, 'objects'), within)
  if (objects === undefined) return undefined
  const packed = await text(join(common, 'packed-refs'))
  return {
    head: await headOf(git, common, packed),
    origin: originIn(await text(join(common, 'config'))),
    tags: [...(await looseTags(common)), ...packedTags(packed)].slice(0, most.tags),
    objects,
    shallow: await text(join(common, 'shallow')),
  }
}

async function gitFolder(path: string, within: string): Promise<string | undefined> {
  const stats = await lstat(path).catch(() => undefined)
  if (stats?.isDirectory()) return inside(path, within)
  if (!stats?.isFile()) return undefined
  const target = /^gitdir:\s*(.+?)\s*$/m.exec((await text(path)).slice(0, 5000))?.[1]
  return target === undefined ? undefined : inside(resolve(path, '..', target), within)
}

async function inside(path: string, within: string): Promise<string | undefined> {
  const real = await realpath(path).catch(() => undefined)
  if (real === undefined) return undefined
  const inner = relative(within, real)
  return inner === '..' || inner.startsWith(`..${sep}`) || isAbsolute(inner) ? undefined : real
}

async function headOf(git: string, common: string, packed: string): Promise<string | undefined> {
  let value = (await text(join(git, 'HEAD'))).trim()
  for (let step = 0; step < most.links && value.startsWith('ref:'); step++) {
    const name = value.slice(4).trim()
    if (!/^refs\/[\w./-]+$/.test(name) || name.includes('..')) return undefined
    const line = packed.split('\n').find((one) => one.endsWith(` ${name}`))
    value = (await text(join(common, name))).trim() || (line?.split(' ')[0] ?? '')
  }
  return commit.test(value) ? value : undefined
}

function originIn(config: string): Checkout['origin'] {
  let section = ''
  for (const [index, line] of config.split(/\r?\n/).entries()) {
    const header = /^[ \t]*\[([^\]]+)\]/.exec(line)?.[1]
    if (header !== undefined) section = header.trim()
    const url = /^[ \t]*url[ \t]*=[ \t]*(\S+)/.exec(line)?.[1]
    if (url !== undefined && /^remote\s+"origin"$/.test(section))
      return { url: url.replace(/^"|"$/g, ''), line: index + 1 }
  }
  return undefined
}

async function looseTags(common: string): Promise<string[]> {
  const entries = await readdir(join(common, 'refs/tags'), { withFileTypes: true }).catch(() => [])
  return entries.flatMap((entry) => (entry.isFile() ? entry.name : []))
}

function packedTags(packed: string): string[] {
  return Array.from(packed.matchAll(/^\S+ refs\/tags\/(\S+)$/gm), ([, name = '']) => name)
}

/** Empty for what is no file, or too large. */
async function text(path: string): Promise<string> {
  try {
    const stats = await lstat(path)
    if (!stats.isFile() || stats.size > most.bytes) return ''
    const handle = await open(path, 'r')
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(stats.size), 0, stats.size, 0)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch {
    return '' // Gone, or not ours to read: then it says nothing.
  }
}
