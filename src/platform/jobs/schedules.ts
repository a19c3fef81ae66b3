import type { Transaction } from '../../api/database.ts'
import { jitter } from './backoff.ts'
import type { ResolvedKind } from './kind.ts'
import {
  findUnfinished,
  insertJob,
  listSchedules,
  removeOtherSchedules,
  type ScheduleRow,
  saveSchedule,
} from './store.ts'

/** Dedupe key of the jobs that a schedule, or someone in its place, asks for. */
export const scheduleKey = 'schedule'

export interface Schedules {
  /** Reads what the last process left; a kind seen for the first time, or whose turn was missed, is due at once. */
  load(tx: Transaction): Promise<void>
  next(): Date | undefined
  /** Adds a job for each kind whose turn has come, unless its last one has not ended yet. */
  enqueueDue(tx: Transaction): Promise<void>
  /** Call after the commit of `enqueueDue`: only then the turns it took are over. */
  committed(): void
}

export function createSchedules(options: {
  kinds: Iterable<ResolvedKind>
  now: () => Date
  id: () => string
  random: () => number
}): Schedules {
  const { now, id, random } = options
  const kinds = [...options.kinds].flatMap(({ kind, every, version }) => (every ? [{ kind, every, version }] : []))
  let turns: ScheduleRow[] = []
  let taken: ScheduleRow[] = []

  async function load(tx: Transaction): Promise<void> {
    const known = new Map((await listSchedules(tx)).map((row) => [row.kind, row]))
    turns = kinds.map(({ kind, every }) => ({ kind, every, ...firstTurn(every, known.get(kind)) }))
    await removeOtherSchedules(
      tx,
      turns.map((turn) => turn.kind),
    )
    for (const turn of turns) await saveSchedule(tx, turn)
  }

  function firstTurn(every: number, row: ScheduleRow | undefined): Pick<ScheduleRow, 'nextAt' | 'lastAt'> {
    if (!row) return { nextAt: now(), lastAt: null }
    const { lastAt } = row
    const nextAt = row.every === every ? row.nextAt : lastAt ? turnAfter(lastAt, every) : now()
    // A clock that was wrong when the turn was written must not put it off for years.
    const latest = now().getTime() + every * 1.1
    return { nextAt: nextAt.getTime() > latest ? turnAfter(now(), every) : nextAt, lastAt }
  }

  function next(): Date | undefined {
    return turns.reduce<Date | undefined>((first, { nextAt }) => (first && first <= nextAt ? first : nextAt), undefined)
  }

  async function enqueueDue(tx: Transaction): Promise<void> {
    const at = now()
    taken = []
    for (const turn of turns.filter(({ nextAt }) => nextAt <= at)) {
      const { kind, every } = turn
      if (!(await findUnfinished(tx, kind, scheduleKey))) await insertScheduled(tx, kind, at)
      const row = { kind, every, nextAt: turnAfter(at, every), lastAt: at }
      await saveSchedule(tx, row)
      taken.push(row)
    }
  }

  async function insertScheduled(tx: Transaction, kind: string, at: Date): Promise<void> {
    const version = kinds.find((known) => known.kind === kind)?.version
    await insertJob(tx, { id: id(), kind, key: scheduleKey, version, runAfter: at, createdAt: at })
  }

  function committed(): void {
    turns = turns.map((turn) => taken.find(({ kind }) => kind === turn.kind) ?? turn)
    taken = []
  }

  function turnAfter(at: Date, every: number): Date {
    return new Date(Math.round(at.getTime() + jitter(every, 0.1, random)))
  }

  return { load, next, enqueueDue, committed }
}
