import { PortalError } from '../../../api/errors.ts'

/** What came back from a provider does not prove who somebody is. */
export class Unproven extends PortalError {
  /** Short and for the audit: `wrong nonce`. */
  readonly reason: string
  /** As what they came, if that is known. */
  readonly who: string | undefined

  constructor(reason: string, message: string, options: { hint?: string; who?: string; cause?: unknown } = {}) {
    super('forbidden', message, options)
    this.reason = reason
    this.who = options.who
  }
}
