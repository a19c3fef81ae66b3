import { z } from 'zod'
import { PortalError } from '../../api/errors.ts'
import { formatRef, parseRef } from '../../api/ref.ts'
import { ownPath } from '../../platform/http/preferences.ts'
import { type NotificationDraft, type Severity, severities } from './contract.ts'

const mostRecipients = 200

// Control characters, and those that turn the direction of the text behind them.
const unseen = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

const line = (most: number) =>
  z
    .string()
    .transform((text) => text.replace(unseen, ' ').replace(/\s+/g, ' ').trim())
    .pipe(z.string().min(1).max(most))

const paragraph = z
  .string()
  .transform((text) =>
    text
      .replace(/\r\n?/g, '\n')
      .replace(unseen, (sign) => (sign === '\n' || sign === '\t' ? sign : ' '))
      .trim(),
  )
  .pipe(z.string().max(2000))

const word = /^[a-z][\w.-]{0,79}$/i

const refs = z.array(z.string().transform((text) => formatRef(parseRef(text.trim())))).max(mostRecipients)
const recipients = z.union([z.enum(['everyone', 'admins']), refs.min(1)])

/** The checks of a draft; paths in what they find are its fields. */
export const Draft = z.strictObject({
  origin: z.string().regex(word),
  recipients,
  exclude: refs.default([]),
  title: line(200),
  description: paragraph.optional(),
  link: z
    .string()
    .max(2000)
    .refine(isLink, 'must be a path of the portal, or an http(s) address')
    .transform(plainLink)
    .optional(),
  severity: z.enum(severities).default('normal'),
  topic: z.string().regex(word).optional(),
  scope: line(300).optional(),
  quiet: z.boolean().default(false),
})

/** A draft that can be sent. */
export interface CheckedDraft {
  origin: string
  recipients: 'everyone' | 'admins' | readonly string[]
  /** The same as one text, for comparison. */
  recipientsKey: string
  exclude: readonly string[]
  title: string
  description: string | null
  link: string | null
  severity: Severity
  weight: number
  topic: string
  scope: string | null
  quiet: boolean
}

/** @throws PortalError `invalid` that names every field that is wrong */
export function checkDraft(draft: NotificationDraft): CheckedDraft {
  const result = Draft.safeParse(draft)
  if (!result.success) {
    const parts = result.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`)
    throw new PortalError('invalid', `The notification cannot be sent: ${parts.join('; ')}`, {
      hint: 'Correct what is named and send it again.',
      cause: result.error,
    })
  }
  const { recipients, description, link, severity, topic, scope, ...rest } = result.data
  const listed = typeof recipients === 'string' ? recipients : [...new Set(recipients)].sort()
  return {
    ...rest,
    recipients: listed,
    recipientsKey: typeof listed === 'string' ? listed : listed.join(' '),
    description: description || null,
    link: link ?? null,
    severity,
    weight: severities.indexOf(severity),
    topic: topic ?? `${rest.origin}.general`,
    scope: scope ?? null,
  }
}

function plainLink(text: string): string {
  return text.startsWith('/') ? ownPath(text) : new URL(text).href
}

/** Whether a link leads to a page of the portal or by http(s) elsewhere, without a user name or password in it. */
export function isLink(text: string): boolean {
  if (text.startsWith('/')) {
    try {
      ownPath(text)
      return true
    } catch {
      return false
    }
  }
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false
  const { username, password } = new URL(text)
  return username === '' && password === ''
}
