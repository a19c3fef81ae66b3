import { PortalError } from '../../api/errors.ts'

const name = /^[!#$%&'*+.^_`|~0-9a-z-]+$/
const value = /^[\t\u0020-\u007e\u0080-\u00ff]*$/
/** What belongs to the connection, or would say that the request is for another host than the one that was checked. */
const ours = new Set(
  'accept-encoding connection content-length expect host keep-alive proxy-authorization proxy-connection te trailer transfer-encoding upgrade'.split(
    ' ',
  ),
)

/**
 * The headers of a request, names in lower case.
 *
 * @throws PortalError `invalid` for one that cannot be sent or is not the caller's to set; its value is not told
 */
export function requestHeaders(given: Readonly<Record<string, string>> = {}): Record<string, string> {
  const headers: Record<string, string> = { accept: '*/*', 'user-agent': 'callboard' }
  for (const [key, text] of Object.entries(given)) {
    const lower = key.toLowerCase()
    if (!name.test(lower) || !value.test(text)) {
      throw new PortalError('invalid', `The header "${key.slice(0, 80)}" holds characters that cannot be sent`, {
        hint: 'Check it for line breaks; a secret read from a file may end in one.',
      })
    }
    if (ours.has(lower)) {
      throw new PortalError('invalid', `The header "${lower}" is set by the HTTP client`, { hint: 'Leave it out.' })
    }
    headers[lower] = text
  }
  return headers
}
