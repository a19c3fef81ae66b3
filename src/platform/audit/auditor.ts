import type { Transaction } from '../../api/database.ts'
import type { AuditLine } from '../../api/plugin.ts'
import { type EventRef, eventRef, type ServiceRef, serviceRef } from '../../api/wiring.ts'
import type { Events } from '../events/events.ts'
import type { Senders } from '../http/senders.ts'
import { type AuditClock, writeAudit } from './audit.ts'

/** Something was written into the audit. */
export const auditWritten: EventRef<undefined> = eventRef('audit.written')

/** Writes a line in the transaction of what it tells about. */
export type Audit = (tx: Transaction, line: AuditLine) => Promise<void>

export const auditRef: ServiceRef<Audit> = serviceRef('platform.audit')

export interface AuditorHost extends AuditClock {
  senders: Pick<Senders, 'find'>
  events: Pick<Events, 'emit'>
}

/** Writes lines with the sender of their request, and says so once they are committed. */
export function createAuditor(host: AuditorHost): Audit {
  return async (tx, line) => {
    const sender = line.requestId === undefined ? undefined : host.senders.find(line.requestId)
    await writeAudit(tx, { ...sender, ...line }, host)
    host.events.emit(auditWritten, undefined)
  }
}
