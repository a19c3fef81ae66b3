import { messageOf as reasonOf } from '../../api/errors.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { portalAddress } from '../../platform/http/address.ts'
import { portalTitle } from '../../platform/http/page.ts'
import { backoff } from '../../platform/jobs/backoff.ts'
import { createMailer, type Mailer } from './channels/email.ts'
import { DeliveryFailure, messageOf } from './channels/message.ts'
import { callWebhook } from './channels/webhook.ts'
import type { NotificationOptions, WebhookOptions } from './config.ts'
import { directorySeam } from './contract.ts'
import { createSight } from './sight.ts'
import { findMarks } from './store/inbox.ts'
import { findItem, type ItemRow } from './store/items.ts'
import {
  delayPosts,
  endPosts,
  listDigest,
  listDue,
  mailChannels,
  nextDue,
  type OutboxRow,
  sentSince,
  webhookChannel,
} from './store/outbox.ts'
import { emailChoices } from './store/settings.ts'

/** What takes things out of the portal. */
export interface Delivery {
  /** Hands over what is due, as far as the limits go. @returns when there is more to do */
  run(signal: AbortSignal): Promise<Date | undefined>
}

/** About half a day, with the pauses in between. */
const mostAttempts = 20
const minute = 60_000
/** As many rows as one look at the outbox takes. */
const batch = 100

interface Way {
  channels: readonly string[]
  perMinute: number
  /** @throws DeliveryFailure */
  send(row: OutboxRow, signal: AbortSignal): Promise<Sent>
  close?(): void
}

/** Which rows are done by it. */
interface Sent {
  ids: readonly string[]
  state: 'sent' | 'skipped'
  error?: string
}

export function createDelivery(ctx: PluginContext, options: NotificationOptions, random = Math.random): Delivery {
  const { read } = ctx.db
  const base = ctx.use(portalAddress)
  const sight = createSight(ctx)
  // Ways that do not work just now. A restart tries them at once, which does no harm.
  const resting = new Map<string, { failures: number; until: Date }>()

  async function deliver(way: Way, channel: string, signal: AbortSignal): Promise<Date | undefined> {
    const rest = resting.get(way.channels.join())
    if (rest && rest.until > ctx.now()) return rest.until
    for (;;) {
      const room = await roomOf(way)
      if (room.left === 0) return room.until
      const due = await listDue(read, channel, ctx.now(), Math.min(room.left, batch))
      const [row] = due
      if (!row) return nextDue(read, channel)
      const pause = await attempt(way, row, signal)
      if (pause) return pause
    }
  }

  /** @returns until when the way rests, where it does not work */
  async function attempt(way: Way, row: OutboxRow, signal: AbortSignal): Promise<Date | undefined> {
    signal.throwIfAborted()
    const key = way.channels.join()
    try {
      const { ids, state, error } = await way.send(row, signal)
      await ctx.db.write((tx) => endPosts(tx, ids, { state, at: ctx.now(), error }))
      if (state === 'sent') resting.delete(key)
      return undefined
    } catch (error) {
      signal.throwIfAborted()
      const failure = error instanceof DeliveryFailure ? error : new DeliveryFailure(reasonOf(error))
      const dueAt = await fail(row, failure)
      if (!failure.outage) return undefined
      const failures = (resting.get(key)?.failures ?? 0) + 1
      const until =
        failure.until ?? new Date(Math.max(dueAt?.getTime() ?? 0, ctx.now().getTime() + backoff(failures, random)))
      resting.set(key, { failures, until })
      return until
    }
  }

  /** @returns when it is tried again; undefined where it was given up */
  async function fail(row: OutboxRow, { message, final, until }: DeliveryFailure): Promise<Date | undefined> {
    const attempts = row.attempts + 1
    const detail = { channel: row.channel, item: row.item, person: row.person, attempts, error: message }
    const at = ctx.now()
    if (final || attempts >= mostAttempts) {
      await ctx.db.write((tx) => endPosts(tx, [row.id], { state: 'failed', at, error: message }))
      ctx.log.error(detail, 'A notification could not be delivered and was given up')
      return undefined
    }
    const next = new Date(at.getTime() + backoff(attempts, random))
    const dueAt = until && until > next ? until : next
    await ctx.db.write((tx) => delayPosts(tx, [row.id], dueAt, message))
    ctx.log.warn(detail, 'A notification could not be delivered and is tried again')
    return dueAt
  }

  async function roomOf({ channels, perMinute }: Way): Promise<{ left: number; until: Date }> {
    const sent = await sentSince(read, channels, new Date(ctx.now().getTime() - minute))
    const until = new Date((sent[0] ?? ctx.now()).getTime() + minute)
    return { left: Math.max(0, perMinute - sent.length), until }
  }

  function webhookWay(webhook: WebhookOptions): Way {
    return {
      channels: [webhookChannel(webhook.id)],
      perMinute: webhook.perMinute,
      async send({ id, item: itemId }, signal) {
        const item = await findItem(read, itemId)
        if (!item || item.settledAt) return { ids: [id], state: 'skipped' }
        await callWebhook(ctx, webhook, { message: messageOf(item, base), delivery: id, signal })
        return { ids: [id], state: 'sent' }
      },
    }
  }

  function mailWay(email: NonNullable<NotificationOptions['email']>): Way {
    let mailer: Promise<Mailer> | undefined
    const args = {
      options: email,
      title: ctx.use(portalTitle),
      settingsUrl: new URL('/notifications/settings', base).href,
    }
    return {
      channels: mailChannels,
      perMinute: email.perMinute,
      async send(row) {
        const isDigest = row.channel === 'digest'
        const rows = isDigest ? await listDigest(read, row.person) : [row]
        const ids = rows.map(({ id }) => id)
        const to = ctx.tryUse(directorySeam)?.addresses([row.person]).get(row.person)
        if (!to) return { ids, state: 'skipped', error: 'There is no address any more' }
        const items = await wantedItems(row.person, rows)
        if (items.length === 0) return { ids, state: 'skipped' }
        mailer ??= createMailer(args)
        await (await mailer).send({ id: row.id, to, messages: items.map((item) => messageOf(item, base)), isDigest })
        return { ids, state: 'sent' }
      },
      close: () => void mailer?.then((one) => one.close()),
    }
  }

  /** What the person may see, has not seen in the portal meanwhile, and still wants by mail. */
  async function wantedItems(person: string, rows: readonly OutboxRow[]): Promise<ItemRow[]> {
    const wanted: ItemRow[] = []
    const hidden = sight.hiddenFromUser(person)
    for (const row of rows) {
      const item = await findItem(read, row.item)
      if (!item || item.settledAt || hidden.includes(item.id)) continue
      const marks = findMarks(read, person, item.id)
      const choice = (await emailChoices(read, item.topic, [person])).get(person)
      if (!marks?.readAt && !marks?.doneAt && choice !== 'off') wanted.push(item)
    }
    return wanted
  }

  return {
    async run(signal) {
      const ways = [...(options.email ? [mailWay(options.email)] : []), ...options.webhooks.map(webhookWay)]
      const next: Date[] = []
      for (const way of ways) {
        try {
          for (const channel of way.channels) {
            const at = await deliver(way, channel, signal)
            if (at) next.push(at)
          }
        } finally {
          way.close?.()
        }
      }
      return next.sort((a, b) => a.getTime() - b.getTime())[0]
    },
  }
}
