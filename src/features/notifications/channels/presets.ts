import { createHmac } from 'node:crypto'
import { capital } from '../../../platform/views/plural.ts'
import type { WebhookOptions } from '../config.ts'
import type { Message } from './message.ts'

export interface WebhookCall {
  body: string
  headers: Record<string, string>
}

type Preset = WebhookOptions['preset']

const bodies: Record<Preset, (message: Message) => object> = { json, slack, teams, mattermost }

/** What a webhook is sent, in the form that its receiver understands. `delivery` stays the same when it is sent again. */
export function callOf(
  message: Message,
  { preset, secret }: Pick<WebhookOptions, 'preset' | 'secret'>,
  { delivery, now }: { delivery: string; now: Date },
): WebhookCall {
  const body = JSON.stringify(bodies[preset](message))
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  if (preset !== 'json') return { body, headers }
  const timestamp = String(Math.floor(now.getTime() / 1000))
  const signed = secret && createHmac('sha256', secret.reveal()).update(`${timestamp}.${body}`).digest('hex')
  return {
    body,
    headers: {
      ...headers,
      'callboard-delivery': delivery,
      'callboard-timestamp': timestamp,
      ...(signed !== undefined && { 'callboard-signature': `sha256=${signed}` }),
    },
  }
}

function json({ toldAt, recipients, ...message }: Message): object {
  return { event: 'notification', ...message, recipients: recipients.split(' '), toldAt: toldAt.toISOString() }
}

/** Slack's blocks. Its markup has three signs to be escaped, which also takes the meaning from `<!channel>`. */
function slack({ title, description, link, severity, topic }: Message): object {
  const head = link === null ? `*${ofSlack(title)}*` : `*<${ofSlack(link)}|${ofSlack(title)}>*`
  const text = description === null ? head : `${head}\n${ofSlack(description)}`
  return {
    text: ofSlack(title),
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: text.slice(0, 2900) } },
      { type: 'context', elements: [{ type: 'plain_text', text: `${capital(severity)} · ${topic}`, emoji: false }] },
    ],
  }
}

const ofSlack = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** An adaptive card, as Teams takes it through Workflows. Runs of text are plain: nothing in them is markup. */
function teams({ title, description, link, severity, topic }: Message): object {
  const rich = (text: string, look: object = {}) => {
    return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text, ...look }] }
  }
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      rich(title, { weight: 'Bolder', size: 'Medium' }),
      ...(description === null ? [] : [rich(description)]),
      rich(`${capital(severity)} · ${topic}`, { isSubtle: true, size: 'Small' }),
    ],
    actions: link === null ? [] : [{ type: 'Action.OpenUrl', title: 'Open', url: link }],
  }
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }
  return { type: 'message', attachments: [attachment] }
}

/** Mattermost's Markdown. `@all` and the like would call everybody, so nothing stands right behind an `@`. */
function mattermost({ title, description, link, severity, topic }: Message): object {
  const head =
    link === null
      ? `**${ofMarkdown(title)}**`
      : `[${ofMarkdown(title)}](${link.replaceAll('(', '%28').replaceAll(')', '%29')})`
  const parts = [
    head,
    description === null ? undefined : ofMarkdown(description),
    `_${severity} · ${ofMarkdown(topic)}_`,
  ]
  return { text: parts.filter((part) => part !== undefined).join('\n') }
}

function ofMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|~<>-]/g, (sign) => `\\${sign}`).replaceAll('@', '@\u200b')
}
