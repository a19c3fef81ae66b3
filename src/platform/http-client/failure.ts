/** `outcome` of the metrics too, so few and fixed. */
export type FailureKind =
  | 'refused'
  | 'resting'
  | 'lookup'
  | 'connection'
  | 'timeout'
  | 'certificate'
  | 'answer'
  | 'size'
  | 'redirects'

const outages = new Set<FailureKind>(['lookup', 'connection', 'timeout', 'certificate'])

/**
 * Why no whole answer came. The message is a predicate, which follows the address in the text that people read; of an
 * address that is refused it is the reason.
 */
export class Failure extends Error {
  readonly kind: FailureKind
  readonly hint: string
  /** The same request may go well in a moment. */
  readonly retryable: boolean

  constructor(
    kind: FailureKind,
    message: string,
    options: { hint?: string; retryable?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Failure'
    this.kind = kind
    this.hint =
      options.hint ?? 'Check that it can be reached from the machine of the portal; it is tried again by itself.'
    this.retryable = options.retryable ?? false
  }

  /** Whether it says that the host as a whole does not work, rather than this one answer. */
  get isOutage(): boolean {
    return outages.has(this.kind)
  }
}

export function refusal(reason: string, hint: string): Failure {
  return new Failure('refused', reason, { hint })
}

export function timedOut(what: string, milliseconds: number): Failure {
  return new Failure('timeout', `${what} within ${milliseconds / 1000} s`, { retryable: true })
}

export function tooLarge(maxBytes: number): Failure {
  return new Failure('size', `answered with more than ${maxBytes} bytes`, {
    hint: 'Ask for less, or raise the limit (outbound.maxBytes).',
  })
}

const certificateCodes = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO$|HOSTNAME_MISMATCH)/

/** What a socket, TLS or the parser of HTTP threw. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error
  const cause = error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (certificateCodes.test(code)) {
    return new Failure('certificate', `could not be trusted (${code})`, {
      hint: 'If its certificate comes from an authority of your own, name that in NODE_EXTRA_CA_CERTS.',
      cause,
    })
  }
  if (code === 'HPE_HEADER_OVERFLOW') return new Failure('size', 'answered with too large a head', { cause })
  if (code.startsWith('HPE_')) return new Failure('answer', `answered with broken HTTP (${code})`, { cause })
  if (code.startsWith('Z_') || code.startsWith('ERR__ERROR_FORMAT') || code.startsWith('ERR_BROTLI')) {
    return new Failure('answer', 'answered with a broken compression', { cause })
  }
  const reasons: Record<string, string> = {
    ECONNREFUSED: 'refused the connection',
    ECONNRESET: 'broke the connection off',
    EPIPE: 'broke the connection off',
    ECONNABORTED: 'broke the connection off',
    ERR_STREAM_PREMATURE_CLOSE: 'broke the connection off',
    ETIMEDOUT: 'did not take the connection in time',
    EHOSTUNREACH: 'cannot be reached',
    ENETUNREACH: 'cannot be reached',
  }
  const what = reasons[code] ?? `could not be asked${code && ` (${code})`}`
  return new Failure('connection', what, { retryable: true, cause })
}
