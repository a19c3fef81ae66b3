import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { devNull, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { env } from '../../api/env.ts'
import type { Checkout } from './checkout.ts'
import type { Authored } from './tally.ts'

const run = promisify(execFile)
const limits = { commits: 2000, milliseconds: 10_000, bytes: 2_000_000 }

/** Which commits are asked for. */
export interface Asked {
  /** Those that touched what lies in this folder; all of them unless given. */
  folder?: string
  /** Milliseconds since 1970. */
  since?: number
  most?: number
}

/**
 * The newest commits of a checkout. Git is run on a folder of our own that only borrows its objects: no configuration,
 * attribute or hook of the repository is read, whoever owns it, and nothing is fetched.
 *
 * @returns nothing where the history cannot be read
 */
export async function authorsOf(
  { head, objects, shallow }: Checkout,
  signal: AbortSignal,
  { folder: below = '', since, most = limits.commits }: Asked = {},
): Promise<Authored[]> {
  if (head === undefined) return []
  const folder = await mkdtemp(join(tmpdir(), 'callboard-log-'))
  try {
    await prepare(folder, head, shallow)
    const format = ['--no-show-signature', '--no-mailmap', '--no-color', `--max-count=${most}`]
    if (since !== undefined) format.push('--no-merges', `--since=${new Date(since).toISOString()}`)
    const own = ['-c', 'core.fsmonitor=false', '-c', `core.hooksPath=${devNull}`, '-c', 'safe.directory=*']
    const { stdout } = await run(
      'git',
      [
        ...own,
        '--no-pager',
        `--git-dir=${folder}`,
        'log',
        ...format,
        '--format=%at%x09%ae%x09%an',
        head,
        '--',
        ...(below === '' ? [] : [below]),
      ],
      {
        cwd: folder,
        env: environment(objects),
        timeout: limits.milliseconds,
        killSignal: 'SIGKILL',
        maxBuffer: limits.bytes,
        signal,
      },
    )
    return stdout.split('\n').flatMap(authored)
  } catch {
    signal.throwIfAborted()
    return [] // No git, a history that is broken or takes too long: then nobody is named.
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function prepare(folder: string, head: string, shallow: string): Promise<void> {
  const format = head.length === 64 ? '1\n[extensions]\n\tobjectformat = sha256' : '0'
  await mkdir(join(folder, 'objects'))
  await mkdir(join(folder, 'refs'))
  await writeFile(join(folder, 'config'), `[core]\n\tbare = true\n\trepositoryformatversion = ${format}\n`)
  await writeFile(join(folder, 'HEAD'), `${head}\n`)
  if (shallow !== '') await writeFile(join(folder, 'shallow'), shallow)
}

/** Nothing of the portal's own environment, which may hold secrets or settings of git. */
function environment(objects: string): NodeJS.ProcessEnv {
  return {
    PATH: env('PATH', '/usr/local/bin:/usr/bin:/bin'),
    LC_ALL: 'C.UTF-8',
    GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(objects),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_CONFIG_SYSTEM: devNull,
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_NO_LAZY_FETCH: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_LITERAL_PATHSPECS: '1',
  }
}

function authored(line: string): Authored[] {
  const [at = '', email = '', ...name] = line.split('\t')
  return /^\d+$/.test(at) ? [{ at: Number(at), email, name: name.join(' ') }] : []
}
