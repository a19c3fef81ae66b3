import type { Duration } from './time.ts'

/** `GET`, `HEAD`, `OPTIONS`, `PUT` and `DELETE` may be sent again after a failure, `POST` and `PATCH` never are. */
export type HttpMethod = 'GET' | 'HEAD' | 'OPTIONS' | 'PUT' | 'DELETE' | 'POST' | 'PATCH'

export interface HttpRequest {
  /** Absolute. Without a user name or password: those go into a header. */
  url: string | URL
  /** `GET` unless given. */
  method?: HttpMethod
  /** Left behind when the answer leads to another origin, all but `accept`, `accept-language` and `user-agent`. */
  headers?: Readonly<Record<string, string>>
  body?: string | Uint8Array
  /** For the whole call with its retries and redirects, of a stream until its first byte. `outbound.timeout` unless given. */
  timeout?: Duration
  /** Most bytes of the answer, after decompression. `outbound.maxBytes` unless given. */
  maxBytes?: number
  signal?: AbortSignal
  /** Further attempts after a failure, or an answer that says "later"; 2 unless given. */
  retries?: number
  /** How many redirects are followed; 5 unless given. With 0 the redirect itself is the answer. */
  redirects?: number
  /**
   * The address was written by whoever configures the portal, never by somebody else: its host may be private and
   * spoken to by plain http. Where it redirects to another host, that one may not.
   */
  allowPrivate?: boolean
}

/** What came back, whatever its status. */
export interface HttpHead {
  status: number
  /** Names in lower case; values of repeated ones joined by a comma. */
  headers: Readonly<Record<string, string>>
  /** Where the answer came from, after redirects. */
  url: string
}

export interface HttpAnswer extends HttpHead {
  body: Uint8Array
  /** The body as UTF-8. */
  text(): string
  /** @throws PortalError `upstream` when the body is not JSON */
  json(): unknown
}

export interface HttpStream extends HttpHead {
  /** To be read to its end, or left by `break`; until then it counts as an open request to its host. */
  body: AsyncIterable<Uint8Array>
  /** Ends a stream that is not read. */
  close(): void
}

/**
 * The one way out to other systems. Every address, the first and each it redirects to, is checked before anything is
 * sent, and the connection goes to the very address that was checked.
 *
 * @throws PortalError `invalid` for an address that is refused, `upstream` when no whole answer came, each with the
 * reason; and the reason of `signal` when that ends it
 * @example const answer = await ctx.http.request({ url: 'https://ci.acme.dev/api/runs', timeout: '5s', signal })
 */
export interface HttpClient {
  request(request: HttpRequest): Promise<HttpAnswer>
  stream(request: HttpRequest): Promise<HttpStream>
}
