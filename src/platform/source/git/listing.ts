import { PortalError } from '../../../api/errors.ts'
import type { TreeEntry } from '../../../api/source-tree.ts'
import { isExcluded } from '../tree-path.ts'
import { type GitRun, runGit } from './program.ts'

/** All that one commit holds, as git names it; links are not followed yet. */
export interface Listing {
  files: TreeEntry[]
  links: { path: string; blob: string; isHere: boolean }[]
  /** Paths that no honest tool writes: with `..`, an empty part or bytes that are no text, or inside `.git`. */
  hostile: number
  submodules: number
}

export interface ListingLimits {
  /** Files of one commit. */
  files: number
  /** Symbolic links that are looked at; those beyond are left out. */
  links: number
}

export const listingLimits: ListingLimits = { files: 250_000, links: 5000 }

const longestPath = 4096

/**
 * Lists a commit with one process. Sizes come with it; those of blobs that were not fetched are 0. Nothing is fetched.
 *
 * @throws PortalError `invalid` when there are more files than allowed
 */
export async function listCommit(
  run: Pick<GitRun, 'repository' | 'home' | 'signal'>,
  commit: string,
  limits: ListingLimits = listingLimits,
): Promise<Listing> {
  const listing: Listing = { files: [], links: [], hostile: 0, submodules: 0 }
  let rest: Buffer = Buffer.alloc(0)
  let isTooLong = false
  const take = (chunk: Buffer) => {
    const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let from = 0
    for (let end = text.indexOf(0, from); end !== -1; end = text.indexOf(0, from)) {
      addLine(listing, text.subarray(from, end))
      from = end + 1
    }
    rest = text.subarray(from)
    isTooLong = listing.files.length + listing.links.length > limits.files
    return !isTooLong
  }
  await runGit({
    ...run,
    args: ['ls-tree', '-r', '-z', '-l', '--full-tree', commit],
    onOutput: take,
    maxBytes: Number.POSITIVE_INFINITY, // Bounded by the number of files.
    timeout: 120_000,
  })
  if (isTooLong) throw tooMany(limits.files)
  return listing
}

function addLine(listing: Listing, line: Buffer): void {
  const tab = line.indexOf(9)
  const [mode = '', , blob = '', size = ''] = line.toString('latin1', 0, tab).split(/ +/)
  if (mode === '160000') {
    listing.submodules++
    return
  }
  const path = line.toString('utf8', tab + 1)
  if (!isHonest(path, line.length - tab - 1)) {
    listing.hostile++
    return
  }
  if (path.split('/').some(isExcluded)) return
  const isHere = /^\d+$/.test(size)
  if (mode === '120000') listing.links.push({ path, blob, isHere })
  else listing.files.push({ path, blob, size: isHere ? Number(size) : 0 })
}

/** Bytes that are no UTF-8 become replacement characters, which take another number of bytes than there were. */
function isHonest(path: string, bytes: number): boolean {
  if (bytes === 0 || bytes > longestPath || path.includes('\ufffd')) return false
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git')
}

function tooMany(limit: number): PortalError {
  return new PortalError('invalid', `The repository holds more than ${limit} files`, {
    hint: 'Leave it out, or move what belongs into the catalog to a repository of its own.',
  })
}

/** Name, mode and id of each entry of one tree object, as far as they are honest. */
export interface TreeNode {
  kind: 'file' | 'link' | 'tree'
  id: string
}

/** Reads the bytes of a tree object: `<mode> <name>\0<20 or 32 bytes>`, again and again. */
export function parseTree(bytes: Buffer, idBytes: number): Map<string, TreeNode> {
  const nodes = new Map<string, TreeNode>()
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at)
    const end = bytes.indexOf(0, space)
    if (space === -1 || end === -1 || end + 1 + idBytes > bytes.length) break
    const mode = bytes.toString('latin1', at, space)
    const name = bytes.toString('utf8', space + 1, end)
    const id = bytes.toString('hex', end + 1, end + 1 + idBytes)
    const kind = kinds[mode.slice(0, -4)]
    if (kind && isHonest(name, end - space - 1) && !name.includes('/')) nodes.set(name, { kind, id })
    at = end + 1 + idBytes
  }
  return nodes
}

const kinds: Record<string, TreeNode['kind']> = { 10: 'file', 12: 'link', 4: 'tree', '04': 'tree' }
