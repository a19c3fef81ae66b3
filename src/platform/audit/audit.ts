import { and, desc, eq, lt } from 'drizzle-orm'
import type { Actor } from '../../api/actor.ts'
import type { Reader, Transaction } from '../../api/database.ts'
import type { AuditLine } from '../../api/plugin.ts'
import { redact } from './redaction.ts'
import { auditLines } from './schema.ts'

/** A line as it was written. */
export interface AuditRecord {
  id: string
  at: Date
  actor: Pick<Actor, 'id' | 'kind' | 'name'>
  action: string
  target: string
  requestId?: string
  result: 'ok' | 'denied' | 'failed'
  detail?: unknown
}

/** Where ids and times of lines come from. */
export interface AuditClock {
  now: () => Date
  id: () => string
}

export interface AuditPage {
  /** 50 unless given. */
  limit?: number
  /** Id of the last line of the page before. */
  before?: string
  actorId?: string
  target?: string
}

/**
 * Writes a line in the transaction of what it tells about, so that neither is there without the other. Secrets in
 * `detail` become dots, long texts and lists are cut.
 */
export async function writeAudit(tx: Transaction, line: AuditLine, { now, id }: AuditClock): Promise<void> {
  const { action, actor, target, requestId, result = 'ok', detail } = line
  await tx.insert(auditLines).values({
    ...{ id: id(), at: now(), action, target, requestId, result },
    ...{ actorId: actor.id, actorKind: actor.kind, actorName: actor.name },
    detail: detail && redact(detail),
  })
}

/** The youngest lines first. */
export async function listAudit(reader: Reader, page: AuditPage = {}): Promise<AuditRecord[]> {
  const { limit = 50, before, actorId, target } = page
  const rows = await reader
    .select()
    .from(auditLines)
    .where(
      and(
        before === undefined ? undefined : lt(auditLines.id, before),
        actorId === undefined ? undefined : eq(auditLines.actorId, actorId),
        target === undefined ? undefined : eq(auditLines.target, target),
      ),
    )
    .orderBy(desc(auditLines.id))
    .limit(limit)
  return rows.map(toRecord)
}

function toRecord(row: typeof auditLines.$inferSelect): AuditRecord {
  const { id, at, action, target, result, requestId, detail } = row
  return {
    ...{ id, at, action, target, result },
    actor: { id: row.actorId, kind: row.actorKind, name: row.actorName },
    ...(requestId !== null && { requestId }),
    ...(detail !== null && { detail }),
  }
}
