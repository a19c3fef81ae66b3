import type { AuditRecord } from './audit.ts'

/** A line of the audit as one line of JSON, as the stream and the export write it. */
export function jsonLine({ id, at, actor, action, target, result, ...more }: AuditRecord): string {
  const { requestId, address, proxy, detail, before, after } = more
  // `log` tells it from lines of the log, where both go to standard output.
  const line = { log: 'audit', id, time: at.toISOString(), actor, action, target, result }
  return `${JSON.stringify({ ...line, requestId, address, proxy, detail, before, after })}\n`
}
