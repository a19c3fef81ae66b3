import { index, integer, json, table, text, time } from '../db/columns.ts'

/** Who did what, in the order of the ids. Triggers refuse to change a line, and to delete one unless `retention.ts` does. */
export const auditLines = table(
  'audit_lines',
  {
    id: text().primaryKey(),
    at: time().notNull(),
    actorId: text().notNull(),
    actorKind: text({ enum: ['guest', 'user', 'service', 'system'] }).notNull(),
    actorName: text().notNull(),
    action: text().notNull(),
    target: text().notNull(),
    requestId: text(),
    /** Who sent the request: behind a proxy that is trusted, whom that had it from. */
    address: text(),
    /** The proxy that it came through. */
    proxy: text(),
    result: text({ enum: ['ok', 'denied', 'failed'] }).notNull(),
    detail: json<unknown>(),
    before: json<unknown>(),
    after: json<unknown>(),
  },
  (t) => [
    index('audit_lines_at').on(t.at),
    index('audit_lines_actor').on(t.actorId, t.id),
    index('audit_lines_target').on(t.target, t.id),
    index('audit_lines_action').on(t.action, t.id),
  ],
)

/** At most one row, 1: lines from before `keepFrom` may be deleted while it is there. */
export const auditRetention = table('audit_retention', {
  id: integer().primaryKey(),
  keepFrom: time().notNull(),
})

/** At most one row, 1: the last line that the stream has written out. */
export const auditStream = table('audit_stream', {
  id: integer().primaryKey(),
  lastId: text().notNull(),
})
