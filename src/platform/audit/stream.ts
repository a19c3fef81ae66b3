import { desc } from 'drizzle-orm'
import type { Database } from '../../api/database.ts'
import { messageOf } from '../../api/errors.ts'
import type { Log } from '../../api/plugin.ts'
import type { After } from '../jobs/clock.ts'
import { jsonLine } from './json-line.ts'
import { auditAfter } from './query.ts'
import { auditLines, auditStream } from './schema.ts'
import type { AuditSink } from './sinks.ts'

export interface AuditStreamHost {
  db: Database
  log: Pick<Log, 'info' | 'error'>
  now(): Date
  after: After
  sink: AuditSink
}

/** What is wrong with the stream. */
export interface StreamTrouble {
  since: Date
  reason: string
}

/** Writes every line of the audit out, once it is committed, in order. */
export interface AuditStream {
  readonly target: string
  /** Writes out what a process before this one did not come to. */
  begin(): Promise<void>
  /** Something was written. Resolves when it is out, or cannot be for now. */
  wake(): Promise<void>
  /** Opens the file anew: it was moved. */
  reopen(): Promise<void>
  trouble(): StreamTrouble | undefined
  /** When the oldest line was written that is not out yet. */
  waiting(): Date | undefined
  close(): Promise<void>
}

const only = 1
const batch = 200
/** The first wait after a failure, and the longest. */
const waits = { first: 1000, longest: 60_000 }

/**
 * The table is what the stream is read from, and a row remembers how far it is: what a crash cuts off is written out at
 * the next start. A line may then be there twice, by its id, but none is missing.
 */
export function createAuditStream({ db, log, now, after, sink }: AuditStreamHost): AuditStream {
  let cursor: string | undefined
  let saved: string | undefined
  let trouble: StreamTrouble | undefined
  let running: Promise<void> | undefined
  let again = false
  let wait = waits.first
  let cancel: (() => void) | undefined
  let isClosed = false

  async function begin(): Promise<void> {
    const known = db.read.select().from(auditStream).get()
    // What was written before there was a stream is exported, not streamed.
    cursor = known?.lastId ?? newest(db)
    saved = known?.lastId
    if (!known) await save()
    await wake()
  }

  function wake(): Promise<void> {
    again = true
    running ??= run().finally(() => {
      running = undefined
      // Somebody woke it between its last look and its end.
      if (again && !trouble && !isClosed) void wake()
    })
    return running
  }

  async function run(): Promise<void> {
    while (again && cursor !== undefined && !isClosed) {
      again = false
      try {
        await writeOut()
        recovered()
      } catch (error) {
        failed(error)
        return
      }
    }
  }

  async function writeOut(): Promise<void> {
    for (;;) {
      const lines = auditAfter(db.read, cursor ?? '', batch)
      const last = lines.at(-1)
      if (last) {
        await sink.write(lines.map(jsonLine).join(''))
        cursor = last.id
      }
      if (cursor !== saved) await save()
      if (lines.length < batch) return
    }
  }

  async function save(): Promise<void> {
    const lastId = cursor ?? ''
    await db.write((tx) =>
      tx
        .insert(auditStream)
        .values({ id: only, lastId })
        .onConflictDoUpdate({ target: auditStream.id, set: { lastId } }),
    )
    saved = lastId
  }

  function failed(error: unknown): void {
    const reason = messageOf(error)
    // Said once: it is tried again until it works.
    if (trouble?.reason !== reason) {
      log.error(
        { err: error, sink: sink.name },
        `The audit cannot be written to ${sink.name}; it stays in the database and is tried again: ${reason}`,
      )
    }
    trouble = { since: trouble?.since ?? now(), reason }
    cancel?.()
    if (isClosed) return
    cancel = after(wait, () => void wake())
    wait = Math.min(wait * 2, waits.longest)
  }

  function recovered(): void {
    cancel?.()
    wait = waits.first
    if (trouble) log.info({ sink: sink.name }, `The audit is written to ${sink.name} again, with all that had waited`)
    trouble = undefined
  }

  return {
    target: sink.name,
    begin,
    wake,
    async reopen() {
      await running
      await sink.reopen()
      await wake()
    },
    trouble: () => trouble,
    waiting: () => auditAfter(db.read, cursor ?? db.read.select().from(auditStream).get()?.lastId ?? '', 1)[0]?.at,

    async close() {
      if (cursor !== undefined) await wake()
      isClosed = true
      cancel?.()
      await sink.close()
    },
  }
}

function newest(db: Database): string {
  const row = db.read.select({ id: auditLines.id }).from(auditLines).orderBy(desc(auditLines.id)).limit(1).get()
  return row?.id ?? ''
}
