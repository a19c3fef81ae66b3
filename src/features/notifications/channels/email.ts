import { plural } from '../../../platform/views/plural.ts'
import type { EmailOptions } from '../config.ts'
import { DeliveryFailure, type Message } from './message.ts'

export interface Letter {
  /** Stable: a letter that is sent once more after a crash has the same. */
  id: string
  to: { name: string; email: string }
  /** One, or the several of a digest. */
  messages: readonly Message[]
  isDigest: boolean
}

/** A way to the mail server, for as long as a run lasts. */
export interface Mailer {
  /** @throws DeliveryFailure */
  send(letter: Letter): Promise<void>
  close(): void
}

export interface MailerArgs {
  options: EmailOptions
  /** Name of the portal. */
  title: string
  settingsUrl: string
}

const ports = { smtps: 465, submission: 587 }

export async function createMailer({ options, title, settingsUrl }: MailerArgs): Promise<Mailer> {
  const { createTransport } = await import('nodemailer')
  const { host, secure, user, password, from } = options
  const transport = createTransport({
    host,
    port: options.port ?? (secure ? ports.smtps : ports.submission),
    secure,
    requireTLS: options.requireTls ?? password !== undefined,
    ...(user !== undefined && { auth: { user, pass: password?.reveal() ?? '' } }),
    pool: true,
    maxConnections: 1,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const domain = from.slice(from.indexOf('@') + 1)
  return {
    async send({ id, to, messages, isDigest }) {
      try {
        await transport.sendMail({
          from: { name: title, address: from },
          to: { name: to.name, address: to.email },
          subject: subjectOf(messages, isDigest, title),
          text: textOf(messages, settingsUrl),
          html: htmlOf(messages, settingsUrl),
          messageId: `<${id}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated', 'List-Unsubscribe': `<${settingsUrl}>` },
        })
      } catch (error) {
        throw failureOf(error, host)
      }
    },
    close: () => transport.close(),
  }
}

function subjectOf(messages: readonly Message[], isDigest: boolean, title: string): string {
  const [first] = messages
  if (!isDigest && first) return first.title
  return messages.length === 1 && first
    ? `${title}: ${first.title}`
    : `${title}: ${plural(messages.length, 'notification')}`
}

function textOf(messages: readonly Message[], settingsUrl: string): string {
  const parts = messages.map(({ title, description, link, severity }) =>
    [`${title}${gravity(severity)}`, description, link].filter(Boolean).join('\n'),
  )
  return `${parts.join('\n\n')}\n\n-- \nChoose what you get by mail: ${settingsUrl}\n`
}

function htmlOf(messages: readonly Message[], settingsUrl: string): string {
  const parts = messages.map(({ title, description, link, severity }) => {
    const head = link === null ? escaped(title) : `<a href="${escaped(link)}">${escaped(title)}</a>`
    const body = description === null ? '' : `<p>${escaped(description).replaceAll('\n', '<br>')}</p>`
    return `<h3>${head}${escaped(gravity(severity))}</h3>${body}`
  })
  const choose = `<a href="${escaped(settingsUrl)}">Choose what you get by mail</a>`
  return `<!doctype html><html lang="en"><body>${parts.join('<hr>')}<hr><p><small>${choose}</small></p></body></html>`
}

const gravity = (severity: string) => (severity === 'high' || severity === 'critical' ? ` (${severity})` : '')

const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => signs[sign] ?? sign)

/** What a mail server said, or that none could be reached. */
function failureOf(error: unknown, host: string): DeliveryFailure {
  const { code, responseCode, message } = error as { code?: string; responseCode?: number; message?: string }
  const said = `The mail server ${host} did not take it: ${message ?? String(error)}`
  const isAboutLetter = (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== 421
  const final = isAboutLetter && (responseCode === undefined || responseCode >= 500)
  return new DeliveryFailure(said.slice(0, 500), { final, outage: !isAboutLetter })
}
