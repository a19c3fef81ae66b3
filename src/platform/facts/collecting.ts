import type { Database } from '../../api/database.ts'
import { messageOf, PortalError } from '../../api/errors.ts'
import type { FactEntity, FactResult, FactSpec } from '../../api/fact.ts'
import { milliseconds } from '../../api/time.ts'
import type { Contributed } from '../contributions.ts'
import { safeHref } from '../views/words.ts'
import { attemptsOf, dropFacts, factsOf, putFacts, type StoredFact } from './store.ts'

export interface CollectingArgs {
  db: Database
  fact: Contributed<FactSpec>
  /** Every entity there is, in batches; or only those asked for. */
  entities: Iterable<readonly FactEntity[]>
  /** Only these are asked for, whether their time has come or not. */
  only?: ReadonlySet<string> | undefined
  now(): Date
  signal: AbortSignal
  progress(done: number): void
  /** Told of entities of which pages show something else now. */
  changed(refs: readonly string[]): void
}

export interface Collected {
  asked: number
  failed: number
}

const most = { batch: 50, text: 300, error: 300 }
/** After which what failed is asked for again, if its own interval is not shorter. */
export const rescue = milliseconds('5m')
/** A turn that is a little early counts as in time: jobs have a jitter of their own. */
const early = 0.8

/** Collects one fact of all entities whose time has come. What fails keeps what was known, and says why. */
export async function collectFact(args: CollectingArgs): Promise<Collected> {
  const { db, fact, entities, only, now, signal } = args
  const { spec } = fact
  const total: Collected = { asked: 0, failed: 0 }
  const tried = attemptsOf(db.read, fact.id)
  const gone = new Set(only ?? tried.keys())
  const isDue = ({ ref }: FactEntity) => {
    if (only) return only.has(ref)
    const last = tried.get(ref)
    if (!last) return true
    const every = milliseconds(spec.every)
    const wait = last.failed ? Math.min(every, rescue) : every
    return now().getTime() - last.at.getTime() >= wait * early
  }
  if ((await spec.ready?.(fact.ctx)) === false) return total
  const waiting: FactEntity[] = []
  for (const some of entities) {
    signal.throwIfAborted()
    for (const one of some) {
      if (spec.when?.(one.entity) === false) continue
      gone.delete(one.ref)
      if (isDue(one)) waiting.push(one)
    }
    const size = spec.batch ?? most.batch
    while (waiting.length >= size) await ask(waiting.splice(0, size))
    // Pages come first.
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (waiting.length > 0) await ask(waiting)
  const left = [...gone].filter((ref) => tried.has(ref))
  if (left.length > 0) {
    await db.write((tx) => dropFacts(tx, fact.id, left))
    args.changed(left)
  }
  return total

  async function ask(batch: readonly FactEntity[]): Promise<void> {
    const { rows, without, failed } = await collectBatch(args, batch)
    await db.write(async (tx) => {
      putFacts(tx, rows)
      await dropFacts(tx, fact.id, without)
    })
    total.asked += batch.length
    total.failed += failed
    args.progress(total.asked)
    args.changed(batch.map(({ ref }) => ref))
  }
}

async function collectBatch({ db, fact, now, signal }: CollectingArgs, batch: readonly FactEntity[]) {
  const known = new Map(
    factsOf(
      db.read,
      batch.map(({ ref }) => ref),
      [fact.id],
    ).map((row) => [row.ref, row]),
  )
  const failedRow = (ref: string, error: string): StoredFact => {
    const before = known.get(ref) ?? { fact: fact.id, ref, value: null, state: 'plain', href: null, asOf: null }
    return { ...before, triedAt: now(), error: error.slice(0, most.error) }
  }
  try {
    const results = new Map((await withTime(fact, batch, signal)).map((result) => [result.ref, result]))
    const rows = batch.flatMap(({ ref }): StoredFact[] => {
      const result = results.get(ref)
      if (!result) return []
      const wrong = wrongWith(result)
      if (wrong) return [failedRow(ref, wrong)]
      const { value, state = 'plain', href = null } = result
      return [{ fact: fact.id, ref, value, state, href, asOf: now(), triedAt: now(), error: null }]
    })
    const without = batch.flatMap(({ ref }) => (results.has(ref) ? [] : [ref]))
    return { rows, without, failed: rows.filter(({ error }) => error !== null).length }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    fact.ctx.log.warn({ fact: fact.id, err: error }, `${fact.spec.title} could not be collected: ${messageOf(error)}`)
    return { rows: batch.map(({ ref }) => failedRow(ref, messageOf(error))), without: [], failed: batch.length }
  }
}

/** A collector that does not heed its signal is left behind. */
async function withTime({ spec, ctx }: Contributed<FactSpec>, batch: readonly FactEntity[], stop: AbortSignal) {
  const allowed = spec.timeout ?? '30s'
  const controller = new AbortController()
  const signal = AbortSignal.any([stop, controller.signal])
  const timer = setTimeout(() => {
    controller.abort(new PortalError('upstream', `No answer within ${allowed}`))
  }, milliseconds(allowed))
  try {
    const over = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    return await Promise.race([spec.collect(batch, ctx, signal), over])
  } finally {
    clearTimeout(timer)
  }
}

/** @returns what a plugin's author has to mend; undefined for a result that can be shown */
function wrongWith({ value, state = 'plain', href }: FactResult): string | undefined {
  const isMoment = typeof value === 'object' && value !== null && Number.isFinite(value.at)
  if (typeof value === 'string' ? value.length > most.text : !isMoment && !Number.isFinite(value))
    return `Its value is neither a text of at most ${most.text} characters nor a number nor a moment`
  if (!['ok', 'warn', 'bad', 'plain'].includes(state)) return `Its state is "${String(state)}"`
  if (href !== undefined && !safeHref(href)) return 'Its link is no address that may be shown'
  return undefined
}
