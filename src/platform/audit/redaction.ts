const dots = '••••••'
const deepest = 8
const longestText = 2000
const mostItems = 100

/** What secrets are called: by the last word of a name, or by its last two. */
const secretWords = new Set(
  'password passwd passphrase pwd secret token authorization cookie cookies credential credentials verifier nonce'.split(
    ' ',
  ),
)
const secretPairs = new Set(['api key', 'private key', 'access key', 'secret key', 'signing key', 'encryption key'])

/** What links and answers of providers call theirs. Such words mean something harmless in longer names: `statusCode`. */
const secretNames = new Set(['code', 'state', 'key'])

/**
 * A copy of the detail that can be kept: plain JSON of a bounded size, with dots for a `Secret`, for texts under a
 * name such as `password` or `apiKey`, for user and password in an address, and for what is secret in its query.
 */
export function redact(detail: object): unknown {
  return copy(detail, '', [])
}

function copy(value: unknown, name: string, above: readonly object[]): unknown {
  if (typeof value === 'string') return isSecretName(name) ? dots : text(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Error) return text(value.message)
  if (above.includes(value) || above.length >= deepest) return '…'
  const path = [...above, value]
  // Secrets, dates, addresses: what knows its own plain form.
  if ('toJSON' in value && typeof value.toJSON === 'function') return copy(value.toJSON(), name, path)
  if (Array.isArray(value)) return value.slice(0, mostItems).map((item) => copy(item, name, path))
  return fields(value, name, path)
}

function fields(value: object, name: string, path: readonly object[]): unknown {
  const entries: Iterable<[unknown, unknown]> =
    value instanceof Map ? value : value instanceof Set ? [...value].map((item, i) => [i, item]) : Object.entries(value)
  const result: Record<string, unknown> = {}
  for (const [key, item] of [...entries].slice(0, mostItems)) {
    // What lies under a secret name is secret whatever it is called itself.
    result[String(key)] = copy(item, isSecretName(name) ? name : String(key), path)
  }
  return result
}

function isSecretName(name: string): boolean {
  if (secretNames.has(name.toLowerCase())) return true
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
  return secretWords.has(words.at(-1) ?? '') || secretPairs.has(words.slice(-2).join(' ')) || words.at(-1) === 'apikey'
}

function text(value: string): string {
  const safe = value
    .replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]+@/gi, `$1${dots}@`)
    .replaceAll(/([?&#](?:key|code|state|[a-z_]*(?:token|secret|password))=)[^&#\s"'<>]+/gi, `$1${dots}`)
    .replaceAll(/\bcb[ps]_\w{8,}/g, dots)
    .replaceAll(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${dots}`)
  return safe.length > longestText ? `${safe.slice(0, longestText)}…` : safe
}
