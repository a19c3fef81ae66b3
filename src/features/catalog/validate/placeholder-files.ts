import { existsSync } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { messageOf } from '../../../api/errors.ts'
import type { JsonObject } from '../../../api/index.ts'
import { contentOf } from '../model/content.ts'
import { type Content, type Fault, type Filled, fill } from '../model/filling.ts'
import { parseLimits } from '../model/limits.ts'
import { type Placeholder, placeholdersOf } from '../model/placeholders.ts'

/**
 * Reads what the placeholders of a document name, from the files beside it. What cannot be read is a warning, what
 * is no JSON or YAML an error.
 *
 * @param file the file that the document stands in
 */
export async function fillPlaceholders(document: JsonObject, file: string): Promise<Filled> {
  const { placeholders } = placeholdersOf(document)
  const contents: Content[] = []
  for (const placeholder of placeholders) contents.push(await read(placeholder, file))
  return fill(document, (_, index) => contents[index])
}

async function read({ key, target }: Placeholder, file: string): Promise<Content> {
  const text = await textOf(target, file)
  return typeof text === 'string' ? contentOf(key, text) : text
}

async function textOf(target: string, file: string): Promise<string | Fault> {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) {
    return unread('it is an address, and nothing is fetched here', 'Nothing need be done.')
  }
  try {
    const folder = await realpath(dirname(resolve(file)))
    const root = rootOf(folder)
    const path = target.startsWith('/') ? join(root, target) : resolve(folder, target)
    if (!isInside(root, path)) return unread(`it lies outside of ${root}`)
    if (!isInside(root, await realpath(path))) return unread(`it is a link that leaves ${root}`)
    const stats = await stat(path)
    if (!stats.isFile()) return unread('it is not a file')
    if (stats.size > parseLimits.bytes) return unread(`it is larger than ${parseLimits.bytes} bytes`)
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return unread(code === 'ENOENT' ? 'there is no such file' : messageOf(error))
  }
}

/** The working copy that a folder belongs to; where there is none, the working directory if it contains the folder. */
function rootOf(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at
    if (at === dirname(at)) break
  }
  return isInside(process.cwd(), folder) ? process.cwd() : folder
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && resolve(root, way) === resolve(path)
}

/** The file may well be there where the portal reads it: alone, it is no fault of the document. */
function unread(
  why: string,
  hint = 'Check the path; it starts at the folder of this file, or with "/" at the root of the repository.',
): Fault {
  return { severity: 'warning', code: 'placeholder-unreadable', reason: `was not read: ${why}`, hint }
}
