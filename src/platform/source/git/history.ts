import { createHash } from 'node:crypto'
import type { Commit, Contributors, ContributorsOptions } from '../../../api/source-tree.ts'
import { type Authored, createTally } from '../tally.ts'
import type { Kept } from './kept.ts'
import { GitFailure, type GitRun, runGit } from './program.ts'

export interface LastCommits {
  of(path: string): Promise<Commit | undefined>
}

type Run = Pick<GitRun, 'repository' | 'home' | 'signal'>

/** How far back is looked: in commits, and in paths that are remembered. */
export const historyLimits = { commits: 50_000, paths: 150_000, memory: 1024 * 1024 * 1024 }
const patience = 120_000
const format = '--format=%x01%H%x00%an%x00%at'

/**
 * The last commit of every file, from one walk through the history that begins with the first question. An answer
 * is given as soon as the walk has come to it. Merges count as what they bring.
 *
 * @param kept holds answers from one process to the next
 */
export function createLastCommits(run: Run, commit: string, kept?: Kept, limits = historyLimits): LastCommits {
  const found = new Map<string, Commit>()
  const waiting = new Map<string, (() => void)[]>()
  let walking: Promise<void> | undefined
  let isDone = false

  function note(path: string, last: Commit): boolean {
    if (!found.has(path)) found.set(path, last)
    for (const resolve of waiting.get(path) ?? []) resolve()
    waiting.delete(path)
    return found.size < limits.paths
  }

  async function walk(): Promise<void> {
    const take = logReader(note)
    try {
      await runGit({
        ...run,
        args: ['log', '-z', '--name-only', '--no-renames', `--max-count=${limits.commits}`, format, commit, '--'],
        onOutput: take,
        maxBytes: Number.POSITIVE_INFINITY,
        timeout: patience,
        maxMemory: limits.memory,
      })
      isDone = true
    } catch (error) {
      // One commit may hold more files than fit into memory; what was found of later ones stands.
      if (!(error instanceof GitFailure) || error.reason !== 'memory') throw error
      isDone = true
    } finally {
      waiting.clear()
      walking = undefined
    }
  }

  async function asked(path: string): Promise<Commit | undefined> {
    walking ??= walk()
    const arrived = new Promise<void>((resolve) => waiting.set(path, [...(waiting.get(path) ?? []), resolve]))
    await Promise.race([walking, arrived])
    return found.get(path)
  }

  return {
    async of(path) {
      const known = found.get(path)
      if (known || isDone) return known
      const name = `log-${createHash('sha256').update(`${commit}\n${path}`).digest('hex')}`
      const before = await kept?.get(name)
      if (before) return JSON.parse(before.toString('utf8')) as Commit
      const last = await asked(path)
      if (last) await kept?.put(name, Buffer.from(JSON.stringify(last)))
      return last
    },
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: our own mark, which hardly any path begins with.
const commitLine = /^\u0001[0-9a-f]{40,64}$/

/**
 * Reads `\x01<id>\0<author>\0<time>\0\n<path>\0<path>\0…`; with `-z` git puts a NUL behind each of them, and a
 * line feed in front of the first path.
 */
function logReader(note: (path: string, last: Commit) => boolean): (chunk: Buffer) => boolean {
  let rest: Buffer = Buffer.alloc(0)
  let head: string[] = []
  let last: Commit | undefined
  let isFirst = false
  return (chunk) => {
    const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let from = 0
    let goesOn = true
    for (let end = text.indexOf(0, from); end !== -1 && goesOn; end = text.indexOf(0, from)) {
      const part = text.toString('utf8', from, end)
      from = end + 1
      if (commitLine.test(part)) head = [part.slice(1)]
      else if (head.length === 1) head.push(part)
      else if (head.length === 2) {
        last = { id: head[0] ?? '', author: head[1] ?? '', at: Number(part) * 1000 }
        head = []
        isFirst = true
      } else if (last && part !== '') {
        goesOn = note(isFirst && part.startsWith('\n') ? part.slice(1) : part, last)
        isFirst = false
      }
    }
    rest = text.subarray(from)
    return goesOn
  }
}

/** How long one reading may take: somebody looks at the page. */
const contributorsPatience = 10_000

/**
 * Authors of the commits that touched what lies below a path; merges do not count.
 *
 * @param mailmap id of the blob that says which names and addresses belong together; empty for none
 */
export async function contributorsOf(
  run: Run,
  commit: string,
  { prefix, since, most, mailmap }: Omit<ContributorsOptions, 'signal'> & { prefix: string; mailmap: string },
): Promise<Contributors> {
  const tally = createTally(most)
  const take = partReader((line) => {
    const [name = '', email = '', time = ''] = line.split('\x01')
    if (time !== '') tally.add({ name, email, at: Number(time) })
  })
  await runGit({
    ...run,
    // Unless it is said, the mailmap of the default branch is read, which may not have been fetched.
    config: { 'mailmap.blob': mailmap },
    args: [
      'log',
      '-z',
      '--no-merges',
      `--max-count=${most + 1}`,
      `--since=${new Date(since).toISOString()}`,
      '--format=%aN%x01%aE%x01%at',
      commit,
      '--',
      ...(prefix === '' ? [] : [prefix]),
    ],
    onOutput: take,
    timeout: contributorsPatience,
  })
  return tally.result()
}

/** Each part ends with a NUL. */
function partReader(take: (part: string) => void): (chunk: Buffer) => boolean {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let from = 0
    for (let end = text.indexOf(0, from); end !== -1; end = text.indexOf(0, from)) {
      take(text.toString('utf8', from, end))
      from = end + 1
    }
    rest = text.subarray(from)
    return true
  }
}

const mostAuthored = 2000
const mostTags = 2000

/** Authors of the newest 2000 commits, each with its time. */
export async function authorsOf(run: Run, commit: string): Promise<Authored[]> {
  const args = ['log', '-z', `--max-count=${mostAuthored}`, '--format=%an%x01%ae%x01%at', commit, '--']
  const output = await runGit({ ...run, args, timeout: patience })
  return output
    .toString('utf8')
    .split('\0')
    .flatMap((line) => {
      const [name = '', email = '', time = ''] = line.split('\x01')
      return /^\d+$/.test(time) ? [{ name, email, at: Number(time) }] : []
    })
}

/** Names of the tags that were fetched, the newest first. */
export async function tagsOf(run: Run): Promise<string[]> {
  const count = `--count=${mostTags}`
  const args = ['for-each-ref', '--sort=-creatordate', count, '--format=%(refname:lstrip=2)', 'refs/tags/']
  const output = await runGit({ ...run, args, timeout: patience })
  return output.toString('utf8').split('\n').filter(Boolean)
}

/** Names of the branches that were fetched. */
export async function branchesOf(run: Run): Promise<string[]> {
  const args = ['for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads/']
  const output = await runGit({ ...run, args, timeout: patience })
  return output.toString('utf8').split('\n').filter(Boolean)
}
