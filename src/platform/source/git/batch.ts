import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { PortalError } from '../../../api/errors.ts'
import { type GitRun, startGit, stop } from './program.ts'

export interface GitObject {
  type: string
  size: number
  /** Absent when it is larger than was asked for. */
  bytes: Buffer | undefined
}

/** Reads objects of one repository through a process that stays, and never fetches. */
export interface GitBatch {
  /**
   * @param name an object id, or a commit's `id^{tree}`; never text from outside
   * @returns undefined when the object is not there
   */
  read(name: string, maxBytes: number, signal?: AbortSignal): Promise<GitObject | undefined>
  /** Ends the process; the next read starts another one. */
  close(): void
}

export interface BatchLimits {
  /** Readers that may wait in front of one process. */
  waiting: number
  /** Milliseconds without a reader after which the process ends. */
  idle: number
  /** Processes of all repositories together. */
  processes: number
}

export const batchLimits: BatchLimits = { waiting: 2000, idle: 20_000, processes: 6 }

/** Those that have a process, the longest unused first. */
const open = new Set<{ end(): void; busy: boolean }>()

export function createBatch(run: Pick<GitRun, 'repository' | 'home'>, limits: BatchLimits = batchLimits): GitBatch {
  let conversation: Conversation | undefined
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  let timer: NodeJS.Timeout | undefined
  const self = { busy: false, end: close }

  function close(): void {
    clearTimeout(timer)
    open.delete(self)
    conversation?.end()
    conversation = undefined
  }

  function converse(): Conversation {
    open.delete(self)
    for (const other of open) {
      if (open.size < limits.processes) break
      if (!other.busy) other.end()
    }
    open.add(self)
    if (!conversation?.alive) conversation = startConversation(run)
    return conversation
  }

  async function turn(name: string, maxBytes: number, signal: AbortSignal | undefined) {
    signal?.throwIfAborted()
    clearTimeout(timer)
    self.busy = true
    try {
      try {
        return await converse().ask(name, maxBytes)
      } catch {
        close() // The process may have ended by itself, between two questions: asked once more.
        return await converse().ask(name, maxBytes)
      }
    } catch (error) {
      close()
      throw error
    } finally {
      self.busy = false
      timer = setTimeout(close, limits.idle).unref()
    }
  }

  return {
    read(name, maxBytes, signal) {
      if (waiting >= limits.waiting) {
        return Promise.reject(
          new PortalError('rate_limited', 'Too many files of one repository are read at once', {
            hint: 'Try again in a moment.',
          }),
        )
      }
      waiting++
      const answer = last.then(() => turn(name, maxBytes, signal)).finally(() => waiting--)
      last = answer.catch(() => undefined)
      return answer
    },
    close,
  }
}

interface Conversation {
  readonly alive: boolean
  ask(name: string, maxBytes: number): Promise<GitObject | undefined>
  end(): void
}

const longestLine = 4096
const patience = 30_000

/** One question at a time; what is larger than wanted is read and dropped. */
function startConversation(run: Pick<GitRun, 'repository' | 'home'>): Conversation {
  const child = startGit({ ...run, args: ['cat-file', '--batch'] })
  let alive = true
  let listener: Listener | undefined
  const gone = (why: string) => {
    alive = false
    listener?.fail(new Error(why))
  }
  child.on('error', (error) => gone(`git could not be started: ${error.message}`))
  child.on('close', (code) => gone(`git cat-file ended with ${code}`))
  child.stdin.on('error', (error) => gone(`git cat-file does not listen: ${error.message}`))
  child.stderr.resume()
  child.stdout.on('data', (chunk: Buffer) => {
    if (!listener) gone('git cat-file spoke without being asked')
    else listener.take(chunk)
  })
  return {
    get alive() {
      return alive
    },
    ask(name, maxBytes) {
      return new Promise<GitObject | undefined>((resolve, reject) => {
        const timer = setTimeout(() => listener?.fail(new Error('git cat-file does not answer')), patience)
        const settle = (done: () => void) => {
          clearTimeout(timer)
          listener = undefined
          done()
        }
        listener = listen(
          maxBytes,
          (object) => settle(() => resolve(object)),
          (error) => settle(() => reject(error)),
        )
        if (alive) child.stdin.write(`${name}\n`)
        else listener.fail(new Error('git cat-file has ended'))
      })
    },
    end: () => finish(child),
  }
}

function finish(child: ChildProcessWithoutNullStreams): void {
  child.stdin.end() // It ends by itself when nothing is asked any more; a stuck one is killed.
  if (child.exitCode === null && child.signalCode === null) stop(child)
}

interface Listener {
  take(chunk: Buffer): void
  fail(error: Error): void
}

/** Takes `<id> <type> <size>\n<bytes>\n`, or `<name> missing\n`. */
function listen(
  maxBytes: number,
  done: (object: GitObject | undefined) => void,
  fail: (error: Error) => void,
): Listener {
  let head: Buffer = Buffer.alloc(0)
  let object: GitObject | undefined
  let kept: Buffer[] = []
  let left = 0

  function takeBody(chunk: Buffer): void {
    left -= chunk.length
    if (left < 0) fail(new Error('git cat-file said more than it was asked'))
    if (object?.bytes !== undefined) kept.push(chunk)
    if (left !== 0 || !object) return
    const bytes = object.bytes && Buffer.concat(kept).subarray(0, object.size)
    kept = []
    done({ ...object, bytes })
  }

  return {
    fail,
    take(chunk) {
      if (object) return takeBody(chunk)
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
      const end = head.indexOf(10)
      if (end === -1) return head.length > longestLine ? fail(new Error('git cat-file is not understood')) : undefined
      const line = head.toString('latin1', 0, end)
      if (/ (missing|ambiguous)$/.test(line)) return done(undefined)
      const [, type = '', digits = ''] = /^[0-9a-f]+ (\w+) (\d+)$/.exec(line) ?? []
      if (type === '') return fail(new Error('git cat-file is not understood'))
      const size = Number(digits)
      left = size + 1
      object = { type, size, bytes: size <= maxBytes ? Buffer.alloc(0) : undefined }
      if (head.length > end + 1) takeBody(head.subarray(end + 1))
    },
  }
}
