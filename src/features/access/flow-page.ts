import type { ErrorCode, PortalError } from '../../api/errors.ts'
import { NotAdmitted } from '../../platform/auth/sign-in.ts'

/** `access/refused`: a sign-in through a provider that did not come to its end. */
export interface RefusedPage {
  title: string
  message: string
  hint: string | null
  /** How grave it looks. */
  tone: 'plain' | 'warn' | 'bad'
  icon: string
  /** Begins again the same way; null where there is no such way. */
  again: string | null
  /** All ways to sign in; null where there is no other. */
  others: string | null
  /** The same way as somebody else; null for whom it did not say who they are. */
  another: string | null
  /** Ends the session that the browser has from before; takes a POST. Null where there is none. */
  signOut: string | null
  requestId: string
}

export interface Refused {
  status: number
  page: RefusedPage
}

export interface RefusedFrom {
  error: PortalError
  /** The way that was taken. */
  way: { id: string; title: string } | undefined
  /** Where it was to lead to. */
  wanted: string
  /** Whether it is the only way. */
  alone: boolean
  /** Whether the browser is signed in, from before. */
  signedIn: boolean
  requestId: string
}

const statuses: Partial<Record<ErrorCode, number>> = {
  forbidden: 403,
  not_found: 404,
  rate_limited: 429,
  upstream: 502,
  internal: 500,
}

/** What whoever came back without being signed in reads. */
export function refusedPage({ error, way, wanted, alone, signedIn, requestId }: RefusedFrom): Refused {
  const { code, message, hint } = error
  const to = wanted === '/' ? '' : `?to=${encodeURIComponent(wanted)}`
  const isOutage = code === 'upstream'
  const isKnown = error instanceof NotAdmitted
  const page: RefusedPage = {
    title: isKnown ? error.title : titleOf(code, way?.title),
    message,
    hint: hint ?? null,
    tone: isOutage ? 'bad' : code === 'not_found' ? 'plain' : 'warn',
    icon: isOutage ? 'unplug' : code === 'not_found' ? 'search-x' : 'lock',
    again: way ? `/auth/${way.id}/start${to}` : null,
    others: way && alone ? null : `/sign-in${to}`,
    another: way && isKnown ? `/auth/${way.id}/start${to}${to === '' ? '?' : '&'}other=1` : null,
    signOut: signedIn ? '/sign-out' : null,
    requestId,
  }
  return { status: statuses[code] ?? 400, page }
}

function titleOf(code: ErrorCode, title: string | undefined): string {
  if (code === 'not_found') return 'There is no such way to sign in'
  if (code === 'upstream') return `Sign-in with ${title} does not work at the moment`
  return 'You are not signed in'
}

/** What a provider said in its answer, so that it can only be read: no signs that steer, and not for long. */
export function quoted(text: string): string {
  const plain = text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()
  return `“${plain.length > 200 ? `${plain.slice(0, 199)}…` : plain}”`
}
