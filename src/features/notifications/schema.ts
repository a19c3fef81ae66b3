import { sql } from 'drizzle-orm'
import { bool, index, integer, json, primaryKey, table, text, time, uniqueIndex } from '../../platform/db/columns.ts'

/** What was told, once for all its recipients. */
export const items = table(
  'notifications_items',
  {
    id: text().primaryKey(),
    origin: text().notNull(),
    topic: text().notNull(),
    scope: text(),
    /** Its recipients as the sender named them, sorted: what has the same scope and the same ones is the same item. */
    recipients: text().notNull(),
    title: text().notNull(),
    description: text(),
    link: text(),
    severity: text().notNull(),
    /** The place of the severity, 0 to 3: what filters compare. */
    weight: integer().notNull(),
    createdAt: time().notNull(),
    /** When people were last told. */
    toldAt: time().notNull(),
    /** Since when it is over. */
    settledAt: time(),
  },
  (t) => [
    uniqueIndex('notifications_items_scope').on(t.origin, t.scope, t.recipients).where(sql`scope is not null`),
    index('notifications_items_told').on(t.toldAt, t.id),
  ],
)

/** Who may see it: users, groups, `everyone`, `admins`. Members of groups stand here as they were when it was sent. */
export const audience = table(
  'notifications_audience',
  { recipient: text().notNull(), item: text().notNull() },
  (t) => [primaryKey({ columns: [t.recipient, t.item] }), index('notifications_audience_item').on(t.item)],
)

/** What somebody made of it; without a row it is unread. */
export const states = table(
  'notifications_states',
  { person: text().notNull(), item: text().notNull(), readAt: time(), savedAt: time(), doneAt: time() },
  (t) => [primaryKey({ columns: [t.person, t.item] }), index('notifications_states_item').on(t.item)],
)

/** What somebody chose for a topic. */
export const settings = table(
  'notifications_settings',
  {
    person: text().notNull(),
    topic: text().notNull(),
    portal: bool().notNull(),
    /** digest, now or off; null where that was not chosen. */
    email: text(),
  },
  (t) => [primaryKey({ columns: [t.person, t.topic] })],
)

/** What is to leave the portal, and what has left it. */
export const outbox = table(
  'notifications_outbox',
  {
    id: text().primaryKey(),
    item: text().notNull(),
    /** `email`, `digest`, or `webhook <id>`. */
    channel: text().notNull(),
    /** The user; empty for a webhook. */
    person: text().notNull(),
    /** waiting, sent, skipped or failed. */
    state: text().notNull(),
    attempts: integer().notNull(),
    createdAt: time().notNull(),
    dueAt: time().notNull(),
    endedAt: time(),
    error: text(),
  },
  (t) => [
    uniqueIndex('notifications_outbox_waiting').on(t.item, t.channel, t.person).where(sql`state = 'waiting'`),
    index('notifications_outbox_due').on(t.channel, t.dueAt).where(sql`state = 'waiting'`),
    index('notifications_outbox_ended').on(t.channel, t.endedAt),
    index('notifications_outbox_item').on(t.item),
  ],
)

/** What a sender of ours remembers of what it told. */
export const memory = table('notifications_memory', { key: text().primaryKey(), value: json<unknown>().notNull() })
