import { eq, lt } from 'drizzle-orm'
import type { Actor } from '../../api/actor.ts'
import type { Transaction } from '../../api/database.ts'
import { type AuditClock, writeAudit } from './audit.ts'
import { auditLines, auditRetention } from './schema.ts'

const only = 1

/**
 * The one way in which lines go: opens the triggers for what is older than `keepFrom`, deletes that, closes them,
 * and leaves a line which says who did so and how many went.
 *
 * @returns how many lines were deleted
 */
export async function removeAuditBefore(
  tx: Transaction,
  { keepFrom, actor }: { keepFrom: Date; actor: Actor },
  clock: AuditClock,
): Promise<number> {
  await tx.insert(auditRetention).values({ id: only, keepFrom })
  const removed = await tx.delete(auditLines).where(lt(auditLines.at, keepFrom)).returning({ id: auditLines.id })
  await tx.delete(auditRetention).where(eq(auditRetention.id, only))
  const detail = { keepFrom, lines: removed.length }
  await writeAudit(tx, { action: 'audit.prune', actor, target: 'audit', detail }, clock)
  return removed.length
}
