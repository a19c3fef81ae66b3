import { Readable } from 'node:stream'
import type { Reader } from '../../../api/database.ts'
import type { AuditRecord } from '../../../platform/audit/audit.ts'
import { jsonLine } from '../../../platform/audit/json-line.ts'
import { type AuditFilter, eachAudit } from '../../../platform/audit/query.ts'
import { csvCell } from '../../../platform/csv.ts'

const heads = ['id', 'time', 'actor', 'name', 'kind', 'action', 'target', 'result', 'address', 'proxy', 'request']
const documents = ['before', 'after', 'detail'] as const

/** What a filter leaves as comma-separated values (RFC 4180), with every line of it. */
export function csvOf(read: Reader, filter: AuditFilter): Readable {
  const head = `${[...heads, ...documents].join(',')}\r\n`
  return streamOf(read, filter, head, (line) => `${cellsOf(line).map(csvCell).join(',')}\r\n`)
}

/** The same as lines of JSON, as the stream writes them. */
export function jsonLinesOf(read: Reader, filter: AuditFilter): Readable {
  return streamOf(read, filter, '', jsonLine)
}

function streamOf(read: Reader, filter: AuditFilter, head: string, format: (line: AuditRecord) => string): Readable {
  async function* parts() {
    if (head !== '') yield head
    for (const lines of eachAudit(read, filter)) {
      if (lines.length > 0) yield lines.map(format).join('')
      // Other requests have their turn between two batches.
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
  }
  return Readable.from(parts(), { objectMode: false, highWaterMark: 64 * 1024 })
}

function cellsOf(line: AuditRecord): (string | null)[] {
  const { id, at, actor, action, target, result, address = null, proxy = null, requestId = null } = line
  const plain = [
    id,
    at.toISOString(),
    actor.id,
    actor.name,
    actor.kind,
    action,
    target,
    result,
    address,
    proxy,
    requestId,
  ]
  return [...plain, ...documents.map((name) => (line[name] === undefined ? null : JSON.stringify(line[name])))]
}
