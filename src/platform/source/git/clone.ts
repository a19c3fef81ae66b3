import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { GitAccess } from './access.ts'
import type { GitAddress } from './address.ts'
import { isComplaint, isDamage, isObjectRefusal, lastComplaint } from './failure.ts'
import { GitFailure, runGit, signalGroup } from './program.ts'

/** What is known of a clone that is complete; the file that holds it makes it one. */
export interface CloneState {
  version: 1
  url: string
  /** Newest commit seen of each branch that was asked for; of the branch without a name under ''. */
  heads: Record<string, string>
  /** Name of the default branch, as the server last said. */
  defaultBranch?: string
  /** The server gives no single objects, so all of them are here. */
  isWhole: boolean
  /** What git's own check said against the objects; they are read all the same, and never checked out. */
  complaint?: string
}

export interface CloneLimits {
  /** Bytes of one repository on the disk. */
  bytes: number
  /** Milliseconds of one fetch. */
  fetch: number
  /** Packs above which they are made into one. */
  packs: number
}

export const cloneLimits: CloneLimits = { bytes: 4 * 1024 ** 3, fetch: 15 * 60_000, packs: 40 }

export interface CloneArgs {
  address: GitAddress
  access: GitAccess
  /** The bare repository. */
  path: string
  home: string
  limits: CloneLimits
  signal: AbortSignal | undefined
}

const mostFolderBytes = 10_000_000
const stateFile = 'callboard.json'

export async function readState(path: string): Promise<CloneState | undefined> {
  try {
    // At once: it is a line of text on a local disk, and handing it over would take ten times as long.
    const state = JSON.parse(readFileSync(join(path, stateFile), 'utf8')) as CloneState
    return state.version === 1 ? state : undefined
  } catch {
    return undefined // Not there, or cut short: the clone is made again.
  }
}

/** Does nothing where there is no clone. */
export async function rememberDefault(path: string, defaultBranch: string): Promise<void> {
  const state = await readState(path)
  if (state && state.defaultBranch !== defaultBranch) await writeState(path, { ...state, defaultBranch })
}

/** After this the clone is made again. What it holds stays readable until then. */
export function forgetState(path: string): void {
  rmSync(join(path, stateFile), { force: true })
}

/**
 * Brings the clone up to date, and makes it, again where it must be: when there is none, when it is broken, or when
 * the server gives no single objects. What was there before stays until the new one is complete.
 *
 * @param branch the branch whose head is wanted, '' for that of the repository
 */
export async function fetchBranch(args: CloneArgs, branch: string): Promise<CloneState> {
  const known = await readState(args.path)
  if (!known) return makeClone(args, branch, {})
  try {
    return await fetchInto(args, branch, known)
  } catch (error) {
    if (!isDamage(error)) throw error
    return makeClone(args, branch, known)
  }
}

/** Brings single blobs, in one request. */
export async function fetchBlobs(args: CloneArgs, branch: string, ids: readonly string[]): Promise<void> {
  const known = await readState(args.path)
  if (known?.isWhole) return
  try {
    await fetchObjects(args, ids)
  } catch (error) {
    const isWhole = isObjectRefusal(error)
    if (!isWhole && !isDamage(error)) throw error
    await makeClone(args, branch, { ...known, isWhole })
    if (!isWhole) await fetchObjects(args, ids)
  }
}

async function fetchObjects(args: CloneArgs, ids: readonly string[]): Promise<void> {
  const options = ['--no-tags', '--filter=blob:none', '--stdin', '--', 'origin']
  const input = ids.map((id) => `${id}\n`).join('')
  await withoutComplaint((check) =>
    fetchWith(args, args.path, options, { 'fetch.negotiationAlgorithm': 'noop', ...check }, input),
  )
}

async function makeClone(args: CloneArgs, branch: string, known: Partial<CloneState>): Promise<CloneState> {
  const { path, address } = args
  const fresh = `${path}.new-${randomBytes(4).toString('hex')}`
  try {
    await runGit({ args: ['init', '--quiet', '--bare', '--template=', '--', fresh], home: args.home, timeout: 30_000 })
    const start: CloneState = { version: 1, url: address.url, heads: {}, isWhole: known.isWhole ?? false }
    const state = await fetchInto({ ...args, path: fresh }, branch, start)
    await runGit({ args: ['pack-refs', '--all'], repository: fresh, home: args.home, timeout: 60_000 })
    const old = `${path}.old-${randomBytes(4).toString('hex')}`
    await rename(path, old).catch(() => undefined)
    await rename(fresh, path)
    await rm(old, { recursive: true, force: true })
    return state
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    throw error
  }
}

async function fetchInto(args: CloneArgs, branch: string, known: CloneState): Promise<CloneState> {
  const refs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']
  const all = branch === '' ? [...refs, '+HEAD:refs/callboard/head'] : refs
  const filter = known.isWhole ? ['--no-filter'] : ['--filter=blob:none']
  const options = ['--prune', '--no-tags', ...filter, '--', 'origin', ...all]
  const complaint = await withoutComplaint((check) => fetchWith(args, args.path, options, check, ''))
  const ref = branch === '' ? 'refs/callboard/head' : `refs/heads/${branch}`
  const head = (await local(args, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`])).toString().trim()
  // Whether the trees are there, too: a clone that lost some would be found out by every reader.
  // The folders of a hostile one have no end.
  let seen = 0
  await local(args, ['ls-tree', '-r', '-d', '-z', '--name-only', head], ({ length }) => {
    seen += length
    return seen < mostFolderBytes
  })
  const told = complaint ?? known.complaint
  const heads = { ...known.heads, [branch]: head }
  const state = { ...known, url: args.address.url, heads, ...(told !== undefined && { complaint: told }) }
  await writeState(args.path, state)
  await keepSmall(args)
  return state
}

/** Git checks what it gets. What it complains about cannot harm a reader, so it is taken without the check, and told. */
async function withoutComplaint(run: (check: Record<string, string>) => Promise<void>): Promise<string | undefined> {
  try {
    await run({ 'transfer.fsckObjects': 'true' })
    return undefined
  } catch (error) {
    if (!isComplaint(error)) throw error
    await run({ 'transfer.fsckObjects': 'false' })
    const [first] = /^error: object [0-9a-f]+: (.*)$/m.exec(error.stderr)?.slice(1) ?? []
    return (first ?? lastComplaint(error.stderr)).slice(0, 200)
  }
}

async function fetchWith(
  args: CloneArgs,
  path: string,
  options: readonly string[],
  config: Readonly<Record<string, string>>,
  input: string,
): Promise<void> {
  const { access, home, limits, signal } = args
  const busy = busyFile(args.path)
  try {
    await runGit({
      args: ['fetch', '--quiet', '--force', '--no-write-fetch-head', '--no-recurse-submodules', ...options],
      repository: path,
      home,
      config: { ...access.config, ...promisor(args.address.url), ...config },
      env: access.env,
      input,
      timeout: limits.fetch,
      yields: true,
      signal,
      watch: () => excess(path, limits.bytes),
      started: (pid) => writeFileSync(busy, String(pid)),
    })
    const tooMuch = await excess(path, limits.bytes)
    if (tooMuch) throw new GitFailure('size', tooMuch)
  } catch (error) {
    await removeLeftovers(path)
    throw error
  } finally {
    await rm(busy, { force: true })
  }
}

// Only a run that fetches is told of the server: all others take what is not there for missing, and fetch nothing.
function promisor(url: string): Record<string, string> {
  return { 'remote.origin.url': url, 'remote.origin.promisor': 'true', 'remote.origin.partialCloneFilter': 'blob:none' }
}

async function local(args: CloneArgs, git: readonly string[], onOutput?: (chunk: Buffer) => boolean): Promise<Buffer> {
  const { path, home, signal } = args
  const rest = onOutput ? { onOutput, maxBytes: Number.POSITIVE_INFINITY } : {}
  return runGit({ args: git, repository: path, home, signal, timeout: 120_000, yields: true, ...rest })
}

async function writeState(path: string, state: CloneState): Promise<void> {
  const file = join(path, stateFile)
  await writeFile(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 })
  await rename(`${file}.new`, file)
}

async function excess(path: string, most: number): Promise<string | undefined> {
  const packs = join(path, 'objects/pack')
  let bytes = 0
  for (const name of await readdir(packs)) {
    bytes += (await stat(join(packs, name)).catch(() => undefined))?.size ?? 0
    if (bytes > most) return `it takes more than ${most} bytes`
  }
  return undefined
}

/** Every fetch leaves a pack; many of them make reading slow. */
async function keepSmall(args: CloneArgs): Promise<void> {
  const names = await readdir(join(args.path, 'objects/pack'))
  if (names.filter((name) => name.endsWith('.pack')).length <= args.limits.packs) return
  const config = promisor(args.address.url)
  const { path, home, signal, limits } = args
  await runGit({
    args: ['gc', '--quiet'],
    repository: path,
    home,
    config,
    signal,
    timeout: limits.fetch,
    yields: true,
  }).catch((error) => {
    if (!(error instanceof GitFailure)) throw error // A clone that stays large does no harm.
  })
}

/**
 * Clears up behind a process that was killed: a git of it that still runs, half-made clones, locks and temporary
 * files. Nobody else may be writing to the clone; the lock on the data folder and the queue see to that.
 */
export async function recoverClone(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  endOrphan(path)
  await rm(busyFile(path), { force: true })
  const prefix = basename(path)
  for (const name of await readdir(dirname(path))) {
    const isHalf = name.startsWith(`${prefix}.new-`) || name.startsWith(`${prefix}.old-`)
    if (isHalf) await rm(join(dirname(path), name), { recursive: true, force: true })
  }
  await removeLeftovers(path)
}

/** Whether a process was killed while it was fetching. */
export const wasCutShort = (path: string): boolean => existsSync(busyFile(path))

const busyFile = (path: string) => `${path}.busy`

/** @throws nothing: who cannot be told apart from a stranger is left alone */
function endOrphan(path: string): void {
  try {
    const pid = Number(readFileSync(busyFile(path), 'utf8'))
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    if (pid > 1 && command.includes(`--git-dir=${path}`)) signalGroup(pid, 'SIGKILL')
  } catch {
    // No such file, no such process, or a system without /proc.
  }
}

async function removeLeftovers(path: string): Promise<void> {
  const refs = await readdir(join(path, 'refs'), { recursive: true }).catch(() => [])
  const locks = refs.filter((name) => name.endsWith('.lock')).map((name) => join('refs', name))
  const inRoot = (await readdir(path).catch(() => [])).filter((name) => name.endsWith('.lock') || name === 'gc.pid')
  const objects = (await readdir(join(path, 'objects')).catch(() => []))
    .filter((name) => /^(tmp_|incoming-)/.test(name))
    .map((name) => join('objects', name))
  const packs = (await readdir(join(path, 'objects/pack')).catch(() => []))
    .filter((name) => /^(\.?tmp[_-])/.test(name))
    .map((name) => join('objects/pack', name))
  for (const name of [...locks, ...inRoot, ...objects, ...packs]) {
    await rm(join(path, name), { recursive: true, force: true })
  }
}
