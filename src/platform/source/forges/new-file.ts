import { newFileUrl } from './forges.ts'
import { encodePart } from './path.ts'
import type { Repository } from './repository.ts'

/** Longer addresses are refused by some servers. */
const longest = 7_000

/** Where a person writes a new file on the forge, with its text where the forge and the length of an address allow that. */
export function filledFileUrl(repository: Repository, path: string, text: string): string | undefined {
  const url = newFileUrl(repository, undefined, path)
  if (url === undefined || repository.forge !== 'github') return url
  const filled = `${url}&value=${encodePart(text)}`
  return filled.length > longest ? url : filled
}
