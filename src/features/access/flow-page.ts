import type { ErrorCode, PortalError } from '../../api/errors.ts'

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
export function refusedPage({ error, way, wanted, alone, requestId }: RefusedFrom): Refused {
  const { code, message, hint } = error
  const to = wanted === '/' ? '' : `?to=${encodeURIComponent(wanted)}`
  const isOutage = code === 'upstream'
  const page: RefusedPage = {
    title: titleOf(code, way?.title),
    message,
    hint: hint ?? null,
    tone: isOutage ? 'bad' : code === 'not_found' ? 'plain' : 'warn',
    icon: isOutage ? 'unplug' : code === 'not_found' ? 'search-x' : 'lock',
    again: way ? `/auth/${way.id}/start${to}` : null,
    others: way && alone ? null : `/sign-in${to}`,
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
