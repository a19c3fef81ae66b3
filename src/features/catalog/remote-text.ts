import { LRUCache } from 'lru-cache'
import { PortalError } from '../../api/errors.ts'
import type { HttpAnswer, HttpClient } from '../../api/http-client.ts'
import { shownAddress } from '../../platform/http-client/destination.ts'
import type { ListedHosts } from '../../platform/http-client/listed-hosts.ts'
import { type ContentRequest, contentRequest } from '../../platform/source/forges/content.ts'
import type { Forges } from '../../platform/source/forges/forges.ts'
import type { ReadUrl } from './placeholder-targets.ts'

/** Bytes that one crawl keeps of what it fetched. */
const keptBytes = 16_000_000

/**
 * Fetches the files that placeholders name by addresses which no source has: only of hosts that the configuration
 * names, through the guard, and each once in the crawl that it is made for.
 */
export function createRemoteText(args: {
  http: HttpClient
  hosts: Pick<ListedHosts, 'names'>
  forges: Forges
}): ReadUrl {
  const { http, hosts, forges } = args
  // Most crawls ask for none, and there may be hundreds of them.
  let kept: LRUCache<string, Promise<Uint8Array>> | undefined
  let bytes = 0

  async function fetched(url: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
    const answer = await http.request({ ...requestFor(url, forges), maxBytes, signal })
    if (answer.status !== 200) throw unanswered(url, answer)
    if (isPage(answer) && !/\.html?$/i.test(new URL(url).pathname)) throw onlyPage(url)
    return answer.body
  }

  const read = async (url: string, { maxBytes, signal }: { maxBytes: number; signal: AbortSignal }) => {
    kept ??= new LRUCache({ max: 2_000 })
    const known = kept.get(url)
    if (known) return known
    const reading = fetched(url, maxBytes, signal)
    kept.set(url, reading)
    const body = await reading
    bytes += body.byteLength
    if (bytes > keptBytes) {
      kept.clear()
      bytes = 0
    }
    return body
  }
  return Object.assign(read, { may: (url: string) => hosts.names(url) })
}

/** A page of a forge that shows a file stands for the file. @throws PortalError `invalid` */
function requestFor(url: string, forges: Forges): ContentRequest {
  const at = forges.parse(url)
  return at?.kind === 'file' ? contentRequest(at, forges) : { url, headers: {} }
}

const isPage = ({ headers }: HttpAnswer) => /^text\/html\b/i.test(headers['content-type'] ?? '')

function unanswered(url: string, { status }: HttpAnswer): PortalError {
  return new PortalError('upstream', `${shownAddress(url)} answered with status ${status}`, {
    hint: 'Check the address; if the file may not be read without signing in, name its host and a token in forges.',
  })
}

function onlyPage(url: string): PortalError {
  return new PortalError('upstream', `${shownAddress(url)} answered with a page in place of the file`, {
    hint: 'It may want one to sign in: name its host and a token in forges, or use the address of the raw file.',
  })
}
