import { and, asc, desc, eq, gt, gte, lt, or, type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../api/database.ts'
import { idAt } from '../db/id.ts'
import { type AuditRecord, type AuditResult, toRecord } from './audit.ts'
import { auditLines } from './schema.ts'

/** Which lines are looked for; all of it must hold. */
export interface AuditFilter {
  /** Id of a person or program, or a part of a name. */
  who?: string | undefined
  /** An action, or how it begins: `access.token`. */
  action?: string | undefined
  /** A target, or how it begins: `account:`. */
  target?: string | undefined
  result?: AuditResult | undefined
  from?: Date | undefined
  /** The first moment that does not count any more. */
  until?: Date | undefined
  /** Stands somewhere in the line. */
  text?: string | undefined
}

export interface AuditFound {
  lines: AuditRecord[]
  /** The key of the next page; undefined at the end. */
  next: string | undefined
  /** The search stopped where it had looked at so many lines that others would wait: there may be more. */
  isPartial: boolean
}

/** Lines that one page looks at at most. */
const farthest = 20_000
const exported = 500
/** Ids follow the clock of their moment; how far that may have been wrong. */
const slack = 86_400_000

/** A page of lines, the youngest first. */
export function findAudit(
  read: Reader,
  filter: AuditFilter,
  page: { limit: number; before?: string | undefined },
): AuditFound {
  const { indexed, others } = conditions(read, filter)
  const start = and(...indexed, page.before === undefined ? undefined : lt(auditLines.id, page.before))
  const floor = others.length === 0 ? undefined : floorOf(read, start)
  const rows = read
    .select()
    .from(auditLines)
    .where(and(start, floor === undefined ? undefined : gte(auditLines.id, floor), ...others))
    .orderBy(desc(auditLines.id))
    .limit(page.limit + 1)
    .all()
  const lines = rows.slice(0, page.limit).map(toRecord)
  if (rows.length > page.limit) return { lines, next: lines.at(-1)?.id, isPartial: false }
  return { lines, next: floor, isPartial: floor !== undefined }
}

export function findAuditLine(read: Reader, id: string): AuditRecord | undefined {
  const row = read.select().from(auditLines).where(eq(auditLines.id, id)).get()
  return row && toRecord(row)
}

/** Every line of a filter, the youngest first, in batches of which each is short work. Some batches are empty. */
export function* eachAudit(read: Reader, filter: AuditFilter): Generator<AuditRecord[]> {
  let before: string | undefined
  do {
    const { lines, next }: AuditFound = findAudit(read, filter, { limit: exported, before })
    yield lines
    before = next
  } while (before !== undefined)
}

/** Lines behind an id, the oldest first. */
export function auditAfter(read: Reader, id: string, limit: number): AuditRecord[] {
  const rows = read
    .select()
    .from(auditLines)
    .where(gt(auditLines.id, id))
    .orderBy(asc(auditLines.id))
    .limit(limit)
    .all()
  return rows.map(toRecord)
}

export function oldestAudit(read: Reader): Date | undefined {
  return read.select({ at: auditLines.at }).from(auditLines).orderBy(asc(auditLines.id)).limit(1).get()?.at
}

/** What was ever done, by its name. Steps from one to the next in the index. */
export function auditActions(read: Reader): string[] {
  const rows = read.all<{ action: string | null }>(sql`
    with recursive names(action) as (
      select min(action) from audit_lines
      union all
      select (select min(action) from audit_lines where action > names.action) from names where names.action is not null
    )
    select action from names where action is not null limit 500`)
  return rows.flatMap(({ action }) => (action === null ? [] : [action]))
}

/** The smallest id that a page looks at, where it cannot look at all. */
function floorOf(read: Reader, start: SQL | undefined): string | undefined {
  const id = { id: auditLines.id }
  return read.select(id).from(auditLines).where(start).orderBy(desc(auditLines.id)).limit(1).offset(farthest).get()?.id
}

/** What an index finds in the order of the ids, and what is asked of each line. */
function conditions(read: Reader, filter: AuditFilter): { indexed: SQL[]; others: SQL[] } {
  const { who, action, target, result, from, until, text } = filter
  const indexed: SQL[] = []
  const others: SQL[] = []
  const named = [
    [auditLines.actorId, who],
    [auditLines.action, action],
    [auditLines.target, target],
  ] as const
  for (const [column, value] of named) {
    if (value === undefined) continue
    const isWhole = read.select({ id: auditLines.id }).from(auditLines).where(eq(column, value)).limit(1).get()
    if (isWhole) indexed.push(eq(column, value))
    else others.push(column === auditLines.actorId ? contains(auditLines.actorName, value) : begins(column, value))
  }
  if (from) {
    indexed.push(gte(auditLines.id, idAt(new Date(from.getTime() - slack))))
    others.push(gte(auditLines.at, from))
  }
  if (until) {
    indexed.push(lt(auditLines.id, idAt(new Date(until.getTime() + slack))))
    others.push(lt(auditLines.at, until))
  }
  if (result) others.push(eq(auditLines.result, result))
  if (text !== undefined) others.push(anywhere(text))
  return { indexed, others }
}

type TextColumn = (typeof auditLines)['action' | 'actorId' | 'actorName' | 'target']

const pattern = (text: string) => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`
const contains = (column: SQL | TextColumn, text: string): SQL => sql`${column} like ${pattern(text)} escape '\\'`
const begins = (column: TextColumn, text: string): SQL =>
  sql`${column} >= ${text} and ${column} < ${`${text}\u{10ffff}`}`

function anywhere(text: string): SQL {
  const { actorName, actorId, action, target, requestId, address, detail, before, after } = auditLines
  const columns = [actorName, actorId, action, target, requestId, address, detail, before, after]
  return or(...columns.map((column) => contains(sql`${column}`, text))) as SQL
}
