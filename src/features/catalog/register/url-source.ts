import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PortalError } from '../../../api/errors.ts'
import type { HttpAnswer, HttpClient } from '../../../api/http-client.ts'
import type { Provider, ProviderHost } from '../../../api/provider.ts'
import type { SourceTree } from '../../../api/source-tree.ts'
import type { Duration } from '../../../api/time.ts'
import { shownAddress } from '../../../platform/http-client/destination.ts'
import { globs } from '../../../platform/source/globs.ts'

export interface UrlSourceArgs {
  id: string
  url: string
  http: HttpClient
  every: Duration
  maxBytes: number
}

/** One file at an address that is on no forge. Asked for again, it costs nothing but a question while it is as it was. */
export function urlSource({ id, url, http, every, maxBytes }: UrlSourceArgs): Provider {
  const name = fileNameOf(url)
  const keptIn = ({ data }: ProviderHost) => join(data, registeredFolder, `${keptName(url)}.json`)

  async function fetched(file: string, signal: AbortSignal): Promise<Kept> {
    const known = await readKept(file)
    const answer = await http.request({ url, headers: { accept, ...conditions(known) }, maxBytes, signal })
    if (answer.status === 304 && known) return known
    if (answer.status !== 200) throw unanswered(url, answer)
    if (isPage(answer)) throw onlyPage(url)
    const { etag, 'last-modified': modified } = answer.headers
    const kept = {
      text: Buffer.from(answer.body).toString('base64'),
      ...(etag && { etag }),
      ...(modified && { modified }),
    }
    await keep(file, kept)
    return kept
  }

  return {
    id,
    title: `${new URL(url).host}/${name}`,
    type: 'url',
    paths: [name],
    every,
    timeout: '2m',
    async open(signal, host) {
      const kept = host.offline ? await readKept(keptIn(host)) : await fetched(keptIn(host), signal)
      if (kept) return treeOf(name, Buffer.from(kept.text, 'base64'))
      throw new PortalError('not_found', `${shownAddress(url)} has not been fetched yet`, {
        hint: 'Its state is shown with the sources of the catalog.',
      })
    },
    locationOf: (path) => (path === name || path === '' ? `url:${url}` : `url:${new URL(path, url).href}`),
    viewUrl: (path) => (path === name ? url : undefined),
    pathOf: (target) => (target.replace(/#.*$/s, '') === url ? name : undefined),
  }
}

/** The folder in the data folder for what was fetched of registered locations. */
export const registeredFolder = 'registered'

/** What the copy of a file at an address is called, without its ending. */
export function keptName(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 32)
}

interface Kept {
  /** In base64. */
  text: string
  etag?: string
  modified?: string
}

const accept = 'application/yaml, text/yaml, text/plain, application/json, */*;q=0.5'

function conditions(known: Kept | undefined): Record<string, string> {
  return {
    ...(known?.etag && { 'if-none-match': known.etag }),
    ...(known?.modified && { 'if-modified-since': known.modified }),
  }
}

async function readKept(file: string): Promise<Kept | undefined> {
  try {
    const kept = JSON.parse(await readFile(file, 'utf8')) as Partial<Kept>
    return typeof kept.text === 'string' ? (kept as Kept) : undefined
  } catch {
    return undefined // Not there, or cut short: it is fetched again.
  }
}

async function keep(file: string, kept: Kept): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 })
  await writeFile(`${file}.new`, JSON.stringify(kept), { mode: 0o600 })
  await rename(`${file}.new`, file)
}

function treeOf(name: string, bytes: Buffer): SourceTree {
  const blob = createHash('sha1').update(bytes).digest('hex')
  const entry = { path: name, blob, size: bytes.length }
  return {
    revision: blob,
    async list(patterns, signal) {
      signal?.throwIfAborted()
      return globs(patterns)(name) ? [entry] : []
    },
    async read(path, { maxBytes = 10_485_760, signal } = {}) {
      signal?.throwIfAborted()
      if (path !== name) throw new PortalError('not_found', `There is no file ${path} in this source`)
      if (bytes.length > maxBytes) {
        throw new PortalError('invalid', `${name} has ${bytes.length} bytes, and ${maxBytes} are allowed`)
      }
      return bytes
    },
    stat: async (path) => (path === name ? entry : undefined),
  }
}

/** A name for the file that its address ends in, as far as that is one. */
function fileNameOf(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1) ?? ''
  return /^\w[\w.-]{0,100}$/.test(last) ? last : 'catalog-info.yaml'
}

const isPage = ({ headers }: HttpAnswer) => /^text\/html\b/i.test(headers['content-type'] ?? '')

function unanswered(url: string, { status }: HttpAnswer): PortalError {
  return new PortalError('upstream', `${shownAddress(url)} answered with status ${status}`, {
    hint: 'Check the address, and whether it can be read without signing in.',
  })
}

function onlyPage(url: string): PortalError {
  return new PortalError('upstream', `${shownAddress(url)} answered with a page, and not with a YAML file`, {
    hint: 'For a repository use what Git clones from, which ends in .git; for a forge of your own name its host in forges of portal.config.ts.',
  })
}
