import { type FileHandle, open, stat } from 'node:fs/promises'

/** Where the stream goes. */
export interface AuditSink {
  /** What it is, for messages: `/var/log/callboard/audit.jsonl`. */
  readonly name: string
  /** Resolves when the whole text is there; after a failure none of it is, as far as the sink can take it back. */
  write(text: string): Promise<void>
  /** Opens the file anew with the next write. */
  reopen(): Promise<void>
  close(): Promise<void>
}

/** Appends to a file. One that was moved or removed is left for a new one of the same name. */
export function fileSink(path: string): AuditSink {
  let handle: FileHandle | undefined

  async function close(): Promise<void> {
    const old = handle
    handle = undefined
    await old?.close()
  }

  async function opened(): Promise<FileHandle> {
    if (handle && !(await isAt(handle, path))) await close()
    if (handle) return handle
    const fresh = await open(path, 'a+', 0o600)
    handle = fresh
    // What a crash cut off must not swallow the next line.
    if (!(await endsWhole(fresh))) await fresh.appendFile('\n')
    return fresh
  }

  return {
    name: path,
    reopen: close,
    close,

    async write(text) {
      const file = await opened()
      const before = await file.stat()
      try {
        await file.appendFile(text)
        if (before.isFile()) await file.datasync()
      } catch (error) {
        if (before.isFile()) await file.truncate(before.size).catch(() => undefined)
        await close().catch(() => undefined)
        throw error
      }
    },
  }
}

/** Writes to standard output, between the lines of the log. */
export function outputSink(stream: NodeJS.WritableStream = process.stdout): AuditSink {
  return {
    name: 'standard output',
    write: (text) =>
      new Promise((resolve, reject) => stream.write(text, (error) => (error ? reject(error) : resolve()))),
    reopen: async () => undefined,
    close: async () => undefined,
  }
}

async function isAt(handle: FileHandle, path: string): Promise<boolean> {
  const [own, named] = await Promise.all([handle.stat(), stat(path).catch(absent)])
  return named !== undefined && named.ino === own.ino && named.dev === own.dev
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}

async function endsWhole(file: FileHandle): Promise<boolean> {
  const stats = await file.stat()
  if (!stats.isFile() || stats.size === 0) return true
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, stats.size - 1)
  return buffer[0] === 0x0a
}
