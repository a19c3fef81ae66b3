import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { setMaxListeners } from 'node:events'
import { readFileSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import { dirname } from 'node:path'
import { env } from '../../../api/env.ts'

/** How a run of git ended when it did not end well. Its text may hold addresses, never credentials. */
export class GitFailure extends Error {
  readonly reason: 'exit' | 'absent' | 'timeout' | 'output' | 'size' | 'memory'
  readonly stderr: string

  constructor(reason: GitFailure['reason'], message: string, stderr = '') {
    super(message)
    this.name = 'GitFailure'
    this.reason = reason
    this.stderr = stderr
  }
}

export interface GitRun {
  /** The caller puts `--` before anything that comes from outside. */
  args: readonly string[]
  /** The bare repository to work in; none for `ls-remote`. */
  repository?: string
  /** A private folder that stands for the home of a user without settings. */
  home: string
  /** Settings of this run only: they go through the environment, where no list of processes shows them. */
  config?: Readonly<Record<string, string>>
  env?: Readonly<Record<string, string>>
  input?: string
  /** Most bytes of output. */
  maxBytes?: number
  /** Milliseconds. */
  timeout: number
  signal?: AbortSignal | undefined
  /** Gets the output as it comes; then none is collected. Returning `false` ends the run early and well. */
  onOutput?(chunk: Buffer): boolean | undefined
  /** Nobody waits for it: it yields the processor to whatever else runs, such as the portal with its pages. */
  yields?: boolean
  /** Most bytes of memory it may take, where that can be seen: a hostile history makes git take all there is. */
  maxMemory?: number
  /** Asked every second; a text ends the run as too large, for that reason. */
  watch?(): Promise<string | undefined>
  /** Told of the process as soon as it runs. */
  started?(pid: number): void
}

const mebibyte = 1024 * 1024
const maxErrorBytes = 64 * 1024
/** How long git gets to remove its temporary files before it is killed. */
const grace = 2000
/** How much lower than ours the priority of a run is that yields: it gets a third of the processor that we would. */
const niceness = 5
const lowestPriority = 19
/** Milliseconds between two looks at the memory of a run; it may grow by half a gigabyte in that time. */
const weighed = 200
/** As /proc counts memory on the systems that have it. */
const pageBytes = 4096

/**
 * Runs git once, without a shell, prompts, hooks, settings of the machine or of users, and helpers of any kind.
 *
 * @returns what it wrote, empty when `onOutput` took it
 * @throws GitFailure, or the reason of the signal
 */
export async function runGit(run: GitRun): Promise<Buffer> {
  const { signal, input = '', timeout, maxBytes = 16 * mebibyte } = run
  signal?.throwIfAborted()
  const child = start(run)
  if (child.pid !== undefined && run.yields) lower(child.pid)
  if (child.pid !== undefined) run.started?.(child.pid)
  const chunks: Buffer[] = []
  const errors: Buffer[] = []
  let [length, errorLength] = [0, 0]
  let verdict: GitFailure | 'enough' | 'aborted' | undefined
  const end = (why: typeof verdict) => {
    verdict ??= why
    stop(child)
  }
  child.stdout.on('data', (chunk: Buffer) => {
    if (verdict) return
    length += chunk.length
    if (length > maxBytes) end(new GitFailure('output', `git wrote more than ${maxBytes} bytes`))
    else if (!run.onOutput) chunks.push(chunk)
    else if (run.onOutput(chunk) === false) end('enough')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    if (errorLength < maxErrorBytes) errors.push(chunk)
    errorLength += chunk.length
  })
  child.stdin.on('error', () => undefined) // It ended before it had read all; its exit code says why.
  child.stdin.end(input)
  const aborted = () => end('aborted')
  if (signal) setMaxListeners(0, signal) // One reading of many repositories runs git many times at once.
  signal?.addEventListener('abort', aborted)
  const timer = setTimeout(() => end(new GitFailure('timeout', `git took longer than ${timeout / 1000} s`)), timeout)
  const watching = run.watch && setInterval(() => void look(run.watch), 1000)
  const look = async (watch: GitRun['watch']) => {
    const excess = await watch?.().catch(() => undefined)
    if (excess) end(new GitFailure('size', excess))
  }
  const { maxMemory } = run
  const weighing =
    maxMemory &&
    setInterval(() => {
      if (memoryOf(child.pid) > maxMemory) end(new GitFailure('memory', `git took more than ${maxMemory} bytes`))
    }, weighed)
  try {
    const code = await exitOf(child)
    if (verdict === 'aborted') signal?.throwIfAborted()
    if (verdict instanceof GitFailure) throw verdict
    if (code !== 0 && verdict !== 'enough') throw failed(code, errors)
    return Buffer.concat(chunks)
  } finally {
    signal?.removeEventListener('abort', aborted)
    clearTimeout(timer)
    clearInterval(watching)
    clearInterval(weighing)
  }
}

/** Bytes of memory that a process takes; 0 where the system does not tell. */
function memoryOf(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * pageBytes
  } catch {
    return 0
  }
}

/** Starts git and leaves it running, for conversations. It does not keep the portal alive. */
export function startGit(run: Pick<GitRun, 'args' | 'repository' | 'home' | 'config'>): ChildProcessWithoutNullStreams {
  const child = start(run)
  child.unref()
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    if ('unref' in stream && typeof stream.unref === 'function') stream.unref()
  }
  return child
}

/** Ends a process with all that it started: first asked, then killed. */
export function stop(child: Pick<ChildProcessWithoutNullStreams, 'pid' | 'once'>): void {
  const { pid } = child
  if (pid === undefined) return
  signalGroup(pid, 'SIGTERM')
  const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), grace).unref()
  child.once('exit', () => {
    clearTimeout(timer)
    signalGroup(pid, 'SIGKILL')
  })
}

/** @returns whether there was such a group */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal)
  } catch {
    return false
  }
}

function start({
  args,
  repository,
  home,
  config = {},
  env: own = {},
}: Partial<GitRun> & Pick<GitRun, 'args' | 'home'>) {
  return spawn('git', [...(repository ? [`--git-dir=${repository}`] : []), ...args], {
    cwd: home,
    env: { ...inherited(), ...fixed(home), ...configEnvironment({ ...settings, ...config }), ...own },
    shell: false,
    detached: true, // A group of its own, so that what git starts ends with it.
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

/** Programs that it starts from now on inherit it. */
function lower(pid: number): void {
  try {
    setPriority(pid, Math.min(getPriority() + niceness, lowestPriority))
  } catch {
    // It has ended already, or the system has no such thing: it does its work all the same.
  }
}

function exitOf(child: ChildProcessWithoutNullStreams): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'ENOENT'
          ? new GitFailure('absent', 'The program git is not installed')
          : new GitFailure('exit', `git could not be started: ${error.message}`),
      )
    })
    child.on('close', (code) => resolve(code ?? -1))
  })
}

function failed(code: number, errors: readonly Buffer[]): GitFailure {
  const stderr = Buffer.concat(errors).toString('utf8').trim()
  return new GitFailure('exit', `git ended with ${code}`, stderr)
}

/** What git may know of the environment of the portal: where programs are, proxies, and certificates. */
const passed = [
  'PATH',
  'TMPDIR',
  'HTTP_PROXY',
  'http_proxy',
  'HTTPS_PROXY',
  'https_proxy',
  'ALL_PROXY',
  'all_proxy',
  'NO_PROXY',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
] as const

function inherited(): Record<string, string> {
  return Object.fromEntries(
    passed.flatMap((name) => {
      const value = env(name)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

function fixed(home: string): Record<string, string> {
  return {
    HOME: home,
    GIT_CEILING_DIRECTORIES: dirname(home), // The data folder may lie in a checkout.
    XDG_CONFIG_HOME: home,
    LC_ALL: 'C', // What it says is read by us.
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_ALLOW_PROTOCOL: '', // None, until a run that needs one names it.
  }
}

const settings: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.askPass': '',
  'core.attributesFile': '/dev/null',
  'credential.helper': '',
  'protocol.allow': 'never',
  'safe.directory': '*', // The folder is ours, whoever owns what it is mounted from.
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'log.showSignature': 'false',
  'log.mailmap': 'false',
  'submodule.recurse': 'false',
  'fetch.recurseSubmodules': 'false',
  'advice.detachedHead': 'false',
}

function configEnvironment(config: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(config)
  return Object.fromEntries([
    ['GIT_CONFIG_COUNT', String(entries.length)],
    ...entries.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ])
}
