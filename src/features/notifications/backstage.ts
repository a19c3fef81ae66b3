import { z } from 'zod'
import type { Actor } from '../../api/actor.ts'
import { PortalError } from '../../api/errors.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { personOf } from './audience.ts'
import { type NotificationDraft, type Notifications, type Severity, severities } from './contract.ts'
import type { InboxQuery, InboxRow, Mark } from './store/inbox.ts'

/** The parameters of a list, as Backstage's API has them. */
export interface BackstageQuery {
  offset: string | undefined
  limit: string | undefined
  search: string | undefined
  read: string | undefined
  saved: string | undefined
  createdAfter: string | undefined
  created_after: string | undefined
  topic: string | undefined
  minimumSeverity: string | undefined
  minimal_severity: string | undefined
}

const mostRows = 100

/** @throws PortalError `invalid` for a number, time or severity that is none */
export function readBackstage(query: BackstageQuery): { filter: InboxQuery; limit: number } {
  const severity = query.minimumSeverity ?? query.minimal_severity
  const weight = severity === undefined ? undefined : severities.indexOf(severity as Severity)
  if (weight === -1) throw invalid('minimumSeverity', `one of ${severities.join(', ')}`)
  const created = query.createdAfter ?? query.created_after
  const createdAfter = created === undefined ? undefined : Date.parse(created)
  if (Number.isNaN(createdAfter)) throw invalid('createdAfter', 'a time such as 2026-01-31T00:00:00Z')
  const view =
    query.saved === 'true' ? 'saved' : query.read === undefined ? 'all' : query.read === 'true' ? 'seen' : 'unread'
  return {
    filter: {
      view,
      topic: query.topic,
      weight,
      createdAfter,
      text: query.search,
      offset: count(query.offset, 'offset', 0),
    },
    limit: Math.min(count(query.limit, 'limit', 10), mostRows),
  }
}

function count(text: string | undefined, name: string, fallback: number): number {
  if (text === undefined) return fallback
  if (!/^\d{1,9}$/.test(text)) throw invalid(name, 'a whole number from 0')
  return Number(text)
}

function invalid(name: string, expected: string): PortalError {
  return new PortalError('invalid', `"${name}" cannot be read`, { hint: `Write ${expected}.` })
}

/** A notification as Backstage's clients expect it. */
export function toBackstage(row: InboxRow, actor: Actor): object {
  const { id, origin, title, description, link, severity, topic, scope } = row
  return {
    id,
    user: row.recipients === 'everyone' ? null : personOf(actor),
    origin,
    created: iso(row.createdAt),
    ...(row.toldAt !== row.createdAt && { updated: iso(row.toldAt) }),
    ...((row.readAt ?? row.doneAt ?? row.settledAt) !== null && {
      read: iso(row.readAt ?? row.doneAt ?? row.settledAt ?? 0),
    }),
    ...(row.savedAt !== null && { saved: iso(row.savedAt) }),
    payload: {
      title,
      ...(description !== null && { description }),
      ...(link !== null && { link }),
      ...{ severity, topic },
      ...(scope !== null && { scope }),
    },
  }
}

const iso = (at: number) => new Date(at).toISOString()

/** What an update asks for. @throws PortalError `invalid` when that is nothing */
export function updateOf({ read, saved }: { read?: boolean | undefined; saved?: boolean | undefined }): Mark[] {
  const marks: Mark[] = []
  if (read !== undefined) marks.push(read ? 'read' : 'unread')
  if (saved !== undefined) marks.push(saved ? 'saved' : 'unsaved')
  if (marks.length > 0) return marks
  throw new PortalError('invalid', 'The update changes nothing', { hint: 'Give read, saved or both.' })
}

const entityRef = z.union([z.string(), z.array(z.string()).min(1)])
const Sent = z.object({
  recipients: z.union([
    z.object({ type: z.literal('broadcast') }),
    z.object({ type: z.literal('entity'), entityRef, excludeEntityRef: entityRef.optional() }),
  ]),
  payload: z.object({
    title: z.string(),
    description: z.string().nullish(),
    link: z.string().nullish(),
    severity: z.enum(severities).optional(),
    topic: z.string().nullish(),
    scope: z.string().nullish(),
  }),
})

/** @throws PortalError `invalid` that names every field that is wrong */
export function readSent(body: unknown): Omit<NotificationDraft, 'origin'> {
  const result = Sent.safeParse(body)
  if (!result.success) {
    const parts = result.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`)
    throw new PortalError('invalid', `The notification cannot be read: ${parts.join('; ')}`, {
      hint: 'Send recipients and payload as Backstage’s notifications have them.',
    })
  }
  const { recipients, payload } = result.data
  const { title, description, link, severity, topic, scope } = payload
  return {
    recipients: recipients.type === 'broadcast' ? 'everyone' : [recipients.entityRef].flat(),
    ...(recipients.type === 'entity' &&
      recipients.excludeEntityRef && { exclude: [recipients.excludeEntityRef].flat() }),
    title,
    description: description ?? undefined,
    link: link ?? undefined,
    ...(severity && { severity }),
    ...(topic && { topic }),
    scope: scope ?? undefined,
  }
}

/** Sends in the name of the actor and leaves an audit line. */
export type SendFor = (actor: Actor, draft: Omit<NotificationDraft, 'origin'>, requestId: string) => Promise<object>

export const sendRef: ServiceRef<SendFor> = serviceRef('notifications.send')

/** Programs of others send under one origin: its scopes are not those of plugins. */
const origin = 'external'

export function createSend(ctx: PluginContext, service: Notifications): SendFor {
  return (actor, draft, requestId) =>
    ctx.db.write(async (tx) => {
      const id = await service.send({ ...draft, origin }, tx)
      const detail = { recipients: draft.recipients, title: draft.title, topic: draft.topic }
      await ctx.audit(tx, { action: 'notifications.send', actor, target: id ?? '', requestId, detail })
      return { id, origin, ...draft }
    })
}
