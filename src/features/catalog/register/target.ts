import { PortalError } from '../../../api/errors.ts'
import { shownAddress } from '../../../platform/http-client/destination.ts'
import type { ListedHosts } from '../../../platform/http-client/listed-hosts.ts'
import { type Forges, repositoryKey } from '../../../platform/source/forges/forges.ts'
import { isCommit } from '../../../platform/source/forges/ref.ts'
import type { ForgeLocation } from '../../../platform/source/forges/repository.ts'
import { checkBranch, type GitAddress, parseGitAddress } from '../../../platform/source/git/address.ts'

/** What somebody wants to register: files of a repository, or one file by itself. */
export interface Target {
  type: 'git' | 'url'
  /** As it was written, without what stands behind #. */
  text: string
  /** What Git clones from; undefined for one file by itself. */
  repository: string | undefined
  /** Undefined: the default one. */
  branch: string | undefined
  /** Within the repository; empty for its root. */
  path: string
  scope: 'file' | 'tree'
  /** The address does not tell a file from a folder, or a branch from a path: that is known once it was read. */
  isOpen: boolean
}

export interface TargetReading {
  forges: Forges
  hosts: Pick<ListedHosts, 'malformed'>
}

export const longestTarget = 800

/**
 * Reads what somebody pasted: the address of a file, folder or repository on a forge, what Git clones from, or the
 * address of a file anywhere. Nothing is asked of anybody.
 *
 * @param refs the branches of the repository, once they are known, so that those with slashes are told from paths
 * @throws PortalError `invalid` with the reason
 */
export function readTarget(written: string, reading: TargetReading, refs?: readonly string[]): Target {
  const text = written.trim().replace(/^url:/i, '').replace(/#.*$/s, '')
  checkText(text)
  const address = httpsOf(text, reading.forges)
  const malformed = reading.hosts.malformed(address)
  if (malformed) throw refused(address, malformed.reason, malformed.hint)
  const at = reading.forges.parse(address, refs && (() => refs))
  if (at) return onForge(address, at)
  if (/\.git\/?$/i.test(new URL(address).pathname))
    return ofRepository(address, parseGitAddress(address, ['https', 'http']))
  return {
    type: 'url',
    text: address,
    repository: undefined,
    branch: undefined,
    path: '',
    scope: 'file',
    isOpen: false,
  }
}

/** The same for all ways to write one target. */
export function keyOf(
  { text, repository, branch, path, scope }: Pick<Target, 'text' | 'repository' | 'branch' | 'path' | 'scope'>,
  forges: Pick<Forges, 'repositoryOf'>,
): string {
  if (repository === undefined) return `url ${new URL(text).href}`
  const known = forges.repositoryOf(repository)
  const place = known ? repositoryKey(known) : parseGitAddress(repository, ['https', 'http']).id
  return ['git', place, branch ?? '', scope, path].join('\n')
}

function checkText(text: string): void {
  if (text === '') throw new PortalError('invalid', 'There is no address', { hint: examples })
  if (text.length > longestTarget) {
    throw new PortalError('invalid', `The address is longer than ${longestTarget} characters`, { hint: examples })
  }
  if (/[\p{Cc}\p{Z}\\]/u.test(text)) throw refused(text, 'it contains spaces, control characters or backslashes')
  if (text.startsWith('-')) throw refused(text, 'it begins with a hyphen, as an option does')
  if (/^[^/[]*::/.test(text)) throw refused(text, 'it names a helper program (::), and none is ever run')
}

/** People copy addresses for ssh from their forge; there the same repository is to be had by https. */
function httpsOf(text: string, forges: Forges): string {
  const isSsh = /^(ssh|git\+ssh|ssh\+git|git):\/\//i.test(text) || /^[\w.+-]+@[a-z0-9.-]+:(?!\/\/)/i.test(text)
  if (!isSsh) return text
  const repository = forges.repositoryOf(text)
  if (repository) return repository.https
  throw refused(
    text,
    'registered repositories are read by https',
    'Use its address with https, or name its host in forges.',
  )
}

function onForge(text: string, { repository, ref, path, kind }: ForgeLocation): Target {
  if (ref !== undefined && (isCommit(ref) || ref.startsWith('refs/tags/'))) {
    throw refused(text, 'it names a commit or a tag, which never changes', 'Use the address of the file on a branch.')
  }
  if (kind === 'repo' && ref !== undefined)
    throw refused(text, 'it names a commit', 'Use the address of the repository.')
  const branch = ref === undefined || ref === 'HEAD' ? undefined : checkBranch(ref)
  const scope = kind === 'file' ? 'file' : 'tree'
  const isOpen = kind !== 'repo' && (path !== '' || ref !== undefined)
  return { type: 'git', text, repository: repository.https, branch, path, scope, isOpen }
}

function ofRepository(text: string, address: GitAddress): Target {
  return { type: 'git', text, repository: address.url, branch: undefined, path: '', scope: 'tree', isOpen: false }
}

const examples =
  'Paste the address of a catalog-info.yaml, a folder or a repository, for example https://github.com/acme/shop.'

function refused(text: string, reason: string, hint = examples): PortalError {
  return new PortalError('invalid', `The address ${shownAddress(text)} is refused: ${reason}`, { hint })
}
