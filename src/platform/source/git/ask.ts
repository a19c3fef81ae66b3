import { env } from '../../../api/env.ts'
import { bodyOf } from '../../http-client/body.ts'
import { createConnector, PinnedAgent } from '../../http-client/connection.ts'
import { exchange } from '../../http-client/exchange.ts'
import { systemResolver } from '../../http-client/resolution.ts'
import { authorizationOf, type GitCredentials } from './access.ts'
import type { GitAddress } from './address.ts'
import { checkPinnable, type GitGuard } from './pin.ts'

export interface Question {
  address: GitAddress
  /** By which name the server knows the repository. */
  url: string
  /** `HEAD` or `refs/heads/…`. */
  ref: string
  credentials: GitCredentials
  guard: GitGuard | undefined
  signal: AbortSignal
}

export interface Head {
  id: string
  /** What HEAD stands for: `refs/heads/main`. */
  target: string | undefined
}

const agent = new PinnedAgent(createConnector(), true)

/** Milliseconds. A host that takes longer is left to git, which is more patient. */
const patience = 10_000
const limits = { connect: 5_000, head: patience, headBytes: 16_384 }
const maxBytes = 256_000

/** What was answered with something else, and until when git alone asks there: it may be an old server. */
const silent = new Map<string, number>()
const silence = 600_000

/**
 * Asks the host for one ref in one request over a connection that is kept, as version 2 of git's protocol has it
 * (`gitprotocol-v2`, `ls-refs`): a run of `git ls-remote` takes two processes and two requests. It is for repositories
 * that most likely have not moved; whatever is not a plain answer is for git, which can tell what is wrong.
 *
 * @returns undefined where git shall ask
 * @throws the reason of the signal, or of the guard where the address is refused
 */
export async function askForHead({
  address,
  url,
  ref,
  credentials,
  guard,
  signal,
}: Question): Promise<Head | undefined> {
  const { pathname, protocol } = new URL(url)
  const isHttp = protocol === 'https:' || protocol === 'http:'
  if (!isHttp || hasProxy() || (silent.get(url) ?? 0) > performance.now()) return undefined
  if (guard) checkPinnable(address)
  const addresses = await (guard ? guard.addressesOf(url) : systemResolver(bare(address.host)).catch(() => []))
  if (addresses.length === 0) return undefined
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(patience)])
  try {
    const response = await exchange({
      agent,
      target: { host: bare(address.host), port: portOf(address), secure: protocol === 'https:', addresses },
      method: 'POST',
      path: `${pathname}/git-upload-pack`,
      headers: { host: new URL(url).host, ...fixedHeaders, ...authorizationOf(address, credentials) },
      body: questionFor(ref),
      limits,
      signal: inTime,
    })
    const type = response.headers['content-type']
    if (response.statusCode !== 200 || type !== 'application/x-git-upload-pack-result') {
      response.destroy()
      return leaveToGit(url)
    }
    const chunks: Uint8Array[] = []
    for await (const chunk of bodyOf(response, { maxBytes, idle: patience, signal: inTime })) chunks.push(chunk)
    return headIn(Buffer.concat(chunks).toString('utf8'), ref) ?? leaveToGit(url)
  } catch {
    // Git asks in its turn, and says what is wrong.
    signal.throwIfAborted()
    return leaveToGit(url)
  }
}

function leaveToGit(url: string): undefined {
  const now = performance.now()
  for (const [one, until] of silent) if (until <= now) silent.delete(one)
  silent.set(url, now + silence)
}

const fixedHeaders = {
  accept: 'application/x-git-upload-pack-result',
  'accept-encoding': 'identity',
  'content-type': 'application/x-git-upload-pack-request',
  'git-protocol': 'version=2',
  'user-agent': 'git/2.0 (Callboard)',
}

/** A command with its capabilities, a delimiter, its arguments, and the end; each line has its length in front. */
function questionFor(ref: string): string {
  return `${line('command=ls-refs')}${line('agent=git/2.0-callboard')}0001${line('symrefs')}${line(`ref-prefix ${ref}`)}0000`
}

function line(text: string): string {
  return `${(Buffer.byteLength(text) + 5).toString(16).padStart(4, '0')}${text}\n`
}

/** The lines of other refs that begin with the same letters are passed over. */
function headIn(answer: string, ref: string): Head | undefined {
  if (!answer.endsWith('0000')) return undefined
  for (const [, id = '', name, target] of answer.matchAll(
    /[0-9a-f]{4}([0-9a-f]{40}|[0-9a-f]{64}) (\S+)(?: symref-target:(\S+))?\n/g,
  )) {
    if (name === ref) return { id, target }
  }
  return undefined
}

/** Git asks through a proxy where the environment names one; here nothing does. */
function hasProxy(): boolean {
  const names = ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) => [name, name.toUpperCase()])
  return names.some((name) => env(name, '') !== '')
}

const bare = (host: string) => host.replace(/^\[(.*)\]$/, '$1')

function portOf({ port, protocol }: GitAddress): number {
  return Number(port ?? (protocol === 'https' ? 443 : 80))
}
