import type * as Library from 'openid-client'
import { messageOf, PortalError } from '../../../api/errors.ts'
import type { HttpClient, HttpMethod } from '../../../api/http-client.ts'
import { Unproven } from './unproven.ts'

export type OpenId = typeof Library

/** Ways to sign an ID token that are accepted: none that a client's secret or a public key could make. */
export const algorithms: readonly string[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]

/** Loaded with the first sign-in: 11 MB that a portal without providers never needs. */
export const loadOpenId = (): Promise<OpenId> => import('openid-client')

/** How the library asks: through the one guarded way out, within its limits, and without following redirects. */
export function askThrough(http: HttpClient, ended?: AbortSignal): Library.CustomFetch {
  return async (url, { method, headers, body, signal }) => {
    const signals = [signal, ended].filter((one) => one !== undefined)
    const answer = await http.request({
      url,
      method: method as HttpMethod,
      headers,
      ...(body !== undefined && body !== null && { body: String(body) }),
      timeout: '10s',
      maxBytes: 500_000,
      retries: 1,
      redirects: 0,
      signal: AbortSignal.any(signals),
    })
    const isEmpty = answer.status === 204 || answer.status === 205 || answer.status === 304
    return new Response(isEmpty ? null : new Uint8Array(answer.body), {
      status: answer.status,
      headers: answer.headers,
    })
  }
}

/**
 * Runs what asks a provider, and says in our words what went wrong.
 *
 * @throws Unproven when the answer proves nothing, PortalError `upstream` when there was none that could be used
 */
export async function asking<T>(title: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw explained(title, error)
  }
}

interface LibraryError {
  code?: string
  /** RFC 6749's, in answers that are errors. */
  error?: string
  cause?: unknown
}

function explained(title: string, error: unknown): unknown {
  const ours = causesOf(error).find((one) => one instanceof PortalError)
  if (ours instanceof Unproven) return ours
  // The address stands in the configuration, so that it is refused is nothing that whoever signs in did.
  if (ours)
    return new PortalError('upstream', `${title} cannot be asked: ${ours.message}`, { ...hintOf(ours), cause: error })
  const { code = '', error: said } = error as LibraryError
  if (said === 'invalid_client' || said === 'unauthorized_client') return wrongClient(title, error)
  if (said === 'invalid_grant') {
    return new Unproven('code not accepted', `${title} does not accept the code that it sent along (any more)`, {
      hint: 'A code works once and for a few minutes. Sign in again.',
      cause: error,
    })
  }
  if (said !== undefined)
    return unusable(title, `it answered with the error ${JSON.stringify(said).slice(0, 60)}`, error)
  const reason = reasonOf(code, error)
  if (reason !== undefined) {
    return new Unproven(reason, `What ${title} sent back is not accepted: ${reason}`, {
      hint: 'Sign in again. If it stays, whoever runs the portal finds the reason in the audit.',
      cause: error,
    })
  }
  if (code === '') return error
  return unusable(title, messageOf(error), error)
}

/** Why an ID token or the answer that brought a code is not accepted. */
function reasonOf(code: string, error: unknown): string | undefined {
  const details = causesOf(error).map((one) => (one instanceof Error ? one.cause : one))
  const detail = details.filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null)
  const has = (name: string) => detail.some((one) => Object.hasOwn(one, name))
  const claim = detail.map((one) => one.claim).find((one) => typeof one === 'string')
  const claims: Record<string, string> = {
    iss: 'wrong issuer',
    aud: 'wrong audience',
    azp: 'wrong audience',
    nonce: 'wrong nonce',
    exp: 'expired',
    nbf: 'not yet valid',
  }
  if (claim !== undefined) return claims[String(claim)] ?? `wrong ${claim}`
  if (code === 'OAUTH_KEY_SELECTION_FAILED') return 'signed with an unknown key'
  if (code === 'OAUTH_UNSUPPORTED_OPERATION') return 'signed in a way that is not accepted'
  if (code !== 'OAUTH_INVALID_RESPONSE' && code !== 'OAUTH_PARSE_ERROR') return undefined
  if (has('signature')) return 'wrong signature'
  if (has('header')) return 'signed in a way that is not accepted'
  if (has('parameters')) return 'not an answer of this issuer'
  if (has('claims')) return 'a claim is missing'
  return 'no ID token that can be read'
}

/** An error and what it names as its cause, outermost first. */
function causesOf(error: unknown): unknown[] {
  const found: unknown[] = []
  for (let one = error; one instanceof Error && found.length < 8; one = one.cause) found.push(one)
  return found
}

function wrongClient(title: string, cause: unknown): PortalError {
  return new PortalError('upstream', `${title} does not know this portal: client id or secret are not accepted`, {
    hint: 'Whoever runs the portal compares clientId and clientSecret with what is registered there.',
    cause,
  })
}

function unusable(title: string, what: string, cause: unknown): PortalError {
  return new PortalError('upstream', `${title} gave an answer that cannot be used: ${what}`, {
    hint: 'Try again. If it stays, whoever runs the portal compares its options with what is registered there.',
    cause,
  })
}

const hintOf = ({ hint }: PortalError) => (hint === undefined ? {} : { hint })
