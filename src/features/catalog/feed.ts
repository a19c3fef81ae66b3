import { createHash } from 'node:crypto'

/** What an Atom feed says (RFC 4287). Addresses are absolute, times milliseconds since 1970. */
export interface Feed {
  title: string
  subtitle: string
  author: string
  /** Its own address; also its id. */
  self: string
  /** The page with the same. */
  alternate: string
  entries: readonly FeedEntry[]
}

export interface FeedEntry {
  /** Whatever names it for good. */
  key: string
  title: string
  at: number
  href: string
  category: string
  content: string
}

/** The feed as XML. The same content is always the same text. */
export function atomFeed({ title, subtitle, author, self, alternate, entries }: Feed): string {
  const updated = Math.max(0, ...entries.map(({ at }) => at))
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <id>${escaped(self)}</id>
  <title>${escaped(title)}</title>
  <subtitle>${escaped(subtitle)}</subtitle>
  <updated>${timestamp(updated)}</updated>
  <author><name>${escaped(author)}</name></author>
  <link rel="self" type="application/atom+xml" href="${escaped(self)}"/>
  <link rel="alternate" type="text/html" href="${escaped(alternate)}"/>
${entries.map(entryXml).join('')}</feed>
`
}

/** The weak validator of a text: equal texts have equal ones. */
export function validatorOf(text: string): string {
  return `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`
}

/** Whether a request's `If-None-Match` names the validator; compared weakly, as for GET. */
export function isCurrent(header: string | undefined, validator: string): boolean {
  const strip = (tag: string) => tag.trim().replace(/^W\//, '')
  const tags = (header ?? '').split(',').map(strip)
  return tags.includes('*') || tags.includes(strip(validator))
}

function entryXml({ key, title, at, href, category, content }: FeedEntry): string {
  return `  <entry>
    <id>${uuidOf(key)}</id>
    <title>${escaped(title)}</title>
    <updated>${timestamp(at)}</updated>
    <link rel="alternate" type="text/html" href="${escaped(href)}"/>
    <category term="${escaped(category)}"/>
    <content type="text">${escaped(content)}</content>
  </entry>
`
}

/** A UUID (version 8, RFC 9562) made of a key: the id of an entry must outlive the address of the portal. */
function uuidOf(key: string): string {
  const bytes = createHash('sha256').update(`catalog change ${key}`).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Buffer.from(bytes).toString('hex')
  return `urn:uuid:${hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}`
}

const timestamp = (at: number) => new Date(at).toISOString()

const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text for XML 1.0, which cannot hold control characters and lone surrogates in any form. */
function escaped(text: string): string {
  return text.replace(notInXml, '\ufffd').replace(/[&<>"]/g, (sign) => signs[sign] ?? sign)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML forbids.
const notInXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu
