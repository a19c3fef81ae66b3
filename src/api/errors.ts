export const errorCodes = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'rate_limited',
  'upstream',
  'internal',
] as const

/** The closed list of what can go wrong, as far as a caller must tell cases apart. */
export type ErrorCode = (typeof errorCodes)[number]

/**
 * The one error that services throw. The message says what happened and why, the hint what to do next;
 * both are shown to people, so neither holds secrets or stack traces.
 */
export class PortalError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  /** Whole seconds after which it makes sense to try again. */
  readonly retryAfter: number | undefined

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown; retryAfter?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'PortalError'
    this.code = code
    this.hint = options.hint
    this.retryAfter = options.retryAfter
  }
}

/** The message of whatever was thrown, for places where only a text can be shown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
