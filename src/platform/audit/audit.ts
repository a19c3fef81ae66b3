import { and, desc, eq, lt, sql } from 'drizzle-orm'
import type { Actor } from '../../api/actor.ts'
import type { Reader, Transaction } from '../../api/database.ts'
import type { AuditLine } from '../../api/plugin.ts'
import { idAfter } from '../db/id.ts'
import { type Given, prepared } from '../db/prepared.ts'
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
  /** Where it was asked from. */
  address?: string
  /** The proxy that it came through. */
  proxy?: string
  result: AuditResult
  detail?: unknown
  before?: unknown
  after?: unknown
}

export const auditResults = ['ok', 'denied', 'failed'] as const
export type AuditResult = (typeof auditResults)[number]

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

const lastLine = prepared(() => sql<{ id: string | null }>`select max(${auditLines.id}) as id from ${auditLines}`)

const insertLine = prepared((db, line: Given<typeof auditLines.$inferSelect>) => {
  const { id, at, action, target, requestId, address, proxy, result } = line
  const { actorId, actorKind, actorName, detail, before, after } = line
  const sent = { requestId, address, proxy, result }
  const told = { actorId, actorKind, actorName, detail, before, after }
  return db.insert(auditLines).values({ id, at, action, target, ...sent, ...told })
})

/**
 * Writes a line in the transaction of what it tells about, so that neither is there without the other. Secrets in
 * `detail` become dots, long texts and lists are cut.
 */
export async function writeAudit(
  tx: Transaction,
  line: AuditLine & { proxy?: string },
  { now, id }: AuditClock,
): Promise<void> {
  const { action, actor, target, result = 'ok', detail, before, after } = line
  const { requestId = null, address = null, proxy = null } = line
  insertLine.run(tx, {
    ...{
      id: beyond(lastLine.get(tx, {})?.id ?? '', id()),
      at: now(),
      action,
      target,
      requestId,
      address,
      proxy,
      result,
    },
    ...{ actorId: actor.id, actorKind: actor.kind, actorName: actor.name },
    detail: documentOf(detail),
    before: documentOf(before),
    after: documentOf(after),
  })
}

const documentOf = (given: unknown) => (given ? redact(given) : (given ?? null))

/** Lines stand in the order of their ids, also when the clock went back while the portal was down. */
const beyond = (last: string, id: string) => (id > last ? id : idAfter(last))

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

export function toRecord(row: typeof auditLines.$inferSelect): AuditRecord {
  const { id, at, action, target, result, requestId, address, proxy, detail, before, after } = row
  return {
    ...{ id, at, action, target, result },
    actor: { id: row.actorId, kind: row.actorKind, name: row.actorName },
    ...(requestId !== null && { requestId }),
    ...(address !== null && { address }),
    ...(proxy !== null && { proxy }),
    ...(detail !== null && { detail }),
    ...(before !== null && { before }),
    ...(after !== null && { after }),
  }
}
