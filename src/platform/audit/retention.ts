import { eq, lt } from 'drizzle-orm'
import { type Actor, systemActor } from '../../api/actor.ts'
import type { Database, Transaction } from '../../api/database.ts'
import { type AuditClock, writeAudit } from './audit.ts'
import { auditLines, auditRetention } from './schema.ts'

const only = 1
/** Lines that go in one transaction: pages are served in between. */
const batch = 5000

/**
 * The one way in which lines go: opens the triggers for what is older than `keepFrom`, deletes `most` of that, closes
 * them, and leaves a line which says who did so and how many went. Where nothing is that old, there is no such line.
 *
 * @returns how many lines were deleted
 */
export async function removeAuditBefore(
  tx: Transaction,
  { keepFrom, actor, most = batch }: { keepFrom: Date; actor: Actor; most?: number },
  clock: AuditClock,
): Promise<number> {
  const id = { id: auditLines.id }
  const old = await tx.select(id).from(auditLines).where(lt(auditLines.at, keepFrom)).limit(most)
  if (old.length === 0) return 0
  await tx.insert(auditRetention).values({ id: only, keepFrom })
  const removed = tx.bulkDelete(
    auditLines.id,
    old.map((line) => line.id),
  )
  await tx.delete(auditRetention).where(eq(auditRetention.id, only))
  const detail = { keepFrom, lines: removed }
  await writeAudit(tx, { action: 'audit.prune', actor, target: 'audit', detail }, clock)
  return removed
}

/** Removes all that is older, some thousand lines at a time. @returns how many */
export async function pruneAudit(
  db: Pick<Database, 'write'>,
  keepFrom: Date,
  clock: AuditClock,
  signal: AbortSignal,
): Promise<number> {
  let total = 0
  for (let removed = batch; removed === batch; total += removed) {
    signal.throwIfAborted()
    removed = await db.write((tx) => removeAuditBefore(tx, { keepFrom, actor: systemActor }, clock))
  }
  return total
}
