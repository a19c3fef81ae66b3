import { z } from 'zod'
import { durationOption } from '../../api/duration-option.ts'
import { Secret } from '../../api/env.ts'
import { parseRef } from '../../api/ref.ts'

const duration = durationOption('30s, 5m, 6h or 1d')

const secret = z.instanceof(Secret, { message: "write secret('SMTP_PASSWORD') and set that variable" })

const ref = z.string().refine(
  (text) => {
    try {
      return parseRef(text, { kind: 'group' }) !== undefined
    } catch {
      return false
    }
  },
  { message: 'write a reference such as group:default/platform' },
)

const severity = z.enum(['low', 'normal', 'high', 'critical'])

const httpUrl = (text: string) => /^https?:\/\//i.test(text) && URL.canParse(text)

const address = z
  .union([z.string(), z.instanceof(Secret)])
  .refine((given) => httpUrl(typeof given === 'string' ? given : given.reveal()), {
    message: 'write an http(s) address, best as a secret: secret("CHAT_WEBHOOK")',
  })

export const EmailOptions = z.strictObject({
  host: z.string().trim().min(1).describe('Name of the mail server.'),
  port: z.number().int().min(1).max(65535).optional().describe('465 with secure, else 587.'),
  secure: z.boolean().default(false).describe('TLS from the first byte; else STARTTLS where the server offers it.'),
  requireTls: z.boolean().optional().describe('Sends nothing in the clear. On where there is a password.'),
  user: z.string().min(1).optional().describe('Who signs in.'),
  password: secret.optional().describe('The password of user.'),
  from: z
    .string()
    .trim()
    .regex(/^[^\s@<>,]+@[^\s@<>,]+$/, 'write an address such as portal@acme.dev')
    .describe('Sender of every mail.'),
  mode: z.enum(['digest', 'now', 'off']).default('digest').describe('For who has not chosen in the settings.'),
  digest: duration.default('1d').describe('How long a digest collects.'),
  broadcast: z.boolean().default(false).describe('Whether what is for everyone is mailed to everyone.'),
  perMinute: z.number().int().min(1).max(10_000).default(60).describe('Most mails in a minute.'),
})
export type EmailOptions = z.output<typeof EmailOptions>

export const WebhookOptions = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'use lower-case letters, digits and hyphens'),
  url: address.describe('Where it is sent to.'),
  preset: z.enum(['json', 'slack', 'teams', 'mattermost']).default('json').describe('The form of what is sent.'),
  secret: z.instanceof(Secret).optional().describe('Key of the signature, for json.'),
  topics: z.array(z.string().min(1)).min(1).optional().describe('Only these topics; every one unless given.'),
  severity: severity.default('low').describe('Only what is at least as grave.'),
  recipients: z
    .array(z.union([z.enum(['everyone', 'admins']), ref]))
    .min(1)
    .optional()
    .describe('Only what is sent to one of these; everything unless given.'),
  perMinute: z.number().int().min(1).max(10_000).default(30).describe('Most calls in a minute.'),
})
export type WebhookOptions = z.output<typeof WebhookOptions>

export const NotificationOptions = z.strictObject({
  email: EmailOptions.optional().describe('Notifications by mail; none unless given.'),
  webhooks: z
    .array(WebhookOptions)
    .default([])
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, { message: 'each needs an id of its own' })
    .describe('Notifications to chats and programs.'),
  admins: z.array(ref).default([]).describe('Who runs the portal; whoever has notifications.admin unless given.'),
  problems: z.boolean().default(true).describe('Whether owners are told of new problems in what they own.'),
  sources: z.boolean().default(true).describe('Whether administrators are told of sources that keep failing.'),
  keep: duration.default('90d').describe('How long what somebody read or did is kept.'),
  most: z.number().int().min(10).max(100_000).default(1000).describe('Most notifications for one recipient.'),
})
export type NotificationOptions = z.output<typeof NotificationOptions>
