import type { Transaction } from '../../api/database.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { milliseconds } from '../../api/time.ts'
import type { Audience } from './audience.ts'
import type { NotificationOptions, WebhookOptions } from './config.ts'
import { directorySeam, severities } from './contract.ts'
import type { CheckedDraft } from './draft.ts'
import { digestsDue, insertPosts, listPostsOf, mailChannels, type OutboxRow, webhookChannel } from './store/outbox.ts'
import { type EmailMode, emailChoices } from './store/settings.ts'

/** What is told again and again leaves the portal no more often than this. */
const pause = milliseconds('10m')

/** Puts what is to leave the portal into the outbox, in the transaction of what is told. */
export async function post(
  tx: Transaction,
  ctx: PluginContext,
  options: NotificationOptions,
  { item, draft, audience }: { item: string; draft: CheckedDraft; audience: Audience },
): Promise<void> {
  const earlier = await listPostsOf(tx, item)
  const rows = [
    ...(await mailsOf(tx, ctx, options, { draft, audience, earlier })),
    ...options.webhooks
      .filter((one) => isFor(one, draft, audience))
      .map((one) => {
        const channel = webhookChannel(one.id)
        return { channel, person: '', dueAt: notBefore(ctx.now(), earlier, channel, '') }
      }),
  ]
  if (rows.length === 0) return
  const createdAt = ctx.now()
  insertPosts(
    tx,
    rows.map((row) => ({ ...row, id: ctx.id(), item, state: 'waiting', attempts: 0, createdAt })),
  )
  const first = rows.reduce((soonest, { dueAt }) => (dueAt < soonest ? dueAt : soonest), rows[0]?.dueAt ?? createdAt)
  await ctx.jobs.enqueue(tx, 'deliver', { key: 'deliver', after: first })
}

interface Addressed {
  draft: CheckedDraft
  audience: Audience
  earlier: readonly OutboxRow[]
}

type Post = Pick<OutboxRow, 'channel' | 'person' | 'dueAt'>

async function mailsOf(
  tx: Transaction,
  ctx: PluginContext,
  { email }: NotificationOptions,
  { draft, audience, earlier }: Addressed,
): Promise<Post[]> {
  if (!email || (audience.people === 'everyone' && !email.broadcast)) return []
  const people = [...(ctx.tryUse(directorySeam)?.addresses(audience.people).keys() ?? [])]
  if (people.length === 0) return []
  const choices = await emailChoices(tx, draft.topic, people)
  const digests = await digestsDue(tx)
  const now = ctx.now()
  const waiting = new Set(
    earlier.filter((row) => row.state === 'waiting' && isMail(row.channel)).map(({ person }) => person),
  )
  return people.flatMap((person): Post[] => {
    const mode: EmailMode = choices.get(person) ?? email.mode
    if (mode === 'off' || waiting.has(person)) return []
    if (mode === 'now' || draft.severity === 'critical') {
      return [{ channel: 'email', person, dueAt: notBefore(now, earlier, 'email', person) }]
    }
    const next = new Date(now.getTime() + milliseconds(email.digest))
    return [{ channel: 'digest', person, dueAt: digests.get(person) ?? next }]
  })
}

const isMail = (channel: string) => mailChannels.some((one) => one === channel)

function notBefore(now: Date, earlier: readonly OutboxRow[], channel: string, person: string): Date {
  const sent = earlier.filter((row) => row.state === 'sent' && row.channel === channel && row.person === person)
  const last = Math.max(0, ...sent.map(({ endedAt }) => endedAt?.getTime() ?? 0))
  return new Date(Math.max(now.getTime(), last + pause))
}

function isFor({ topics, severity, recipients }: WebhookOptions, draft: CheckedDraft, { keys }: Audience): boolean {
  if (topics && !topics.includes(draft.topic)) return false
  if (draft.weight < severities.indexOf(severity)) return false
  const named = typeof draft.recipients === 'string' ? [draft.recipients] : draft.recipients
  return !recipients || recipients.some((one) => named.includes(one.toLowerCase()) || keys.includes(one.toLowerCase()))
}
