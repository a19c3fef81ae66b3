import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitBatch, GitObject } from './batch.ts'

/** What git said of a clone, in small files inside it: to ask again takes a process, and a page waits for that. */
export interface Kept {
  /** @returns undefined where nothing is kept under this name, or not what was put there */
  get(name: string): Promise<Buffer | undefined>
  /** Does nothing where there is no room: git can be asked again. */
  put(name: string, content: Buffer): Promise<void>
  /** The repository has moved on. */
  clear(): Promise<void>
}

/** Files of the catalog are few and small, and so are the folders they are in. */
const limits = { files: 100, bytes: 64 * 1024 }
const folderName = 'callboard-kept'
const hashLength = 64

export function keptIn(clone: string): Kept {
  const folder = join(clone, folderName)
  let room: Promise<{ left: number }> | undefined

  async function roomLeft(): Promise<{ left: number }> {
    const names = await readdir(folder).catch(() => [])
    return { left: limits.files - names.length }
  }

  return {
    async get(name) {
      const bytes = readNow(join(folder, name))
      const content = bytes?.subarray(hashLength)
      // A process may have been killed while it wrote.
      return content && bytes?.toString('latin1', 0, hashLength) === hashOf(content) ? content : undefined
    },

    async put(name, content) {
      if (content.length > limits.bytes) return
      room ??= roomLeft()
      const own = await room
      if (own.left <= 0) return
      own.left--
      try {
        await mkdir(folder, { mode: 0o700 }).catch(() => undefined)
        await writeFile(join(folder, name), Buffer.concat([Buffer.from(hashOf(content)), content]), { mode: 0o600 })
      } catch {
        // A full disk, or a clone that is being replaced: git is asked the next time as well.
      }
    },

    async clear() {
      room = undefined
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A page asks for several, one after the other: from a local disk each is here sooner than it could be handed over. */
function readNow(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch {
    return undefined // Not kept.
  }
}

/** Objects as git told them first; they are the same for ever. */
export function keepingObjects(batch: GitBatch, kept: Kept): GitBatch {
  return {
    async read(name, maxBytes, signal) {
      signal?.throwIfAborted()
      const key = name.replace('^{tree}', '-tree')
      const known = isKey.test(key) ? await kept.get(key) : undefined
      if (known) return unpacked(known, maxBytes)
      const object = await batch.read(name, maxBytes, signal)
      if (object?.bytes && isKey.test(key)) await kept.put(key, packed(object, object.bytes))
      return object
    },
    close: () => batch.close(),
  }
}

const isKey = /^(?:[0-9a-f]{40}|[0-9a-f]{64})(?:-tree)?$/

function packed({ type }: GitObject, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${type}\n`), bytes])
}

function unpacked(content: Buffer, maxBytes: number): GitObject {
  const end = content.indexOf('\n')
  const bytes = content.subarray(end + 1)
  const size = bytes.length
  return { type: content.toString('latin1', 0, end), size, bytes: size > maxBytes ? undefined : bytes }
}

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
