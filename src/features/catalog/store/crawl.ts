import { eq, sql } from 'drizzle-orm'
import type { Database, Transaction } from '../../../api/database.ts'
import type { Entity } from '../../../api/entity.ts'
import type { Provider } from '../../../api/provider.ts'
import { attendance } from '../../../platform/attendance.ts'
import { type Given, prepared } from '../../../platform/db/prepared.ts'
import type { CatalogChanged } from '../contract.ts'
import type { LocationIn, LocationProblem } from '../locations.ts'
import type { Inclusion, ReadDocument, ReadFile } from '../reading.ts'
import { files, inclusions, problems, sources } from '../schema.ts'
import { inclusionsOf, replaceInclusions } from './inclusions.ts'
import { closeFile, type IngestClock, type Origin, problemId, problemRow, putDocuments } from './ingest.ts'
import { createInterned } from './interned.ts'
import { locationsOf } from './locations.ts'
import { refsOfDifference, settleProblems, type Touched } from './references.ts'
import {
  dropMissing,
  dropSuperseded,
  forgetMissingFiles,
  judgeRemoval,
  markGone,
  type RemovalLimit,
} from './removals.ts'
import { findSource } from './sources.ts'
import { chooseWinners, type Kinds } from './winners.ts'

/** A file that an earlier crawl read with the same program. */
export interface KnownFile {
  blob: string
  locations: LocationIn[]
  /** What its documents took from other files. */
  inclusions?: Inclusion[]
}

/** Where one crawl of one source writes to. Every transaction leaves the catalog as a whole. */
export interface CrawlStore {
  /**
   * Whether this very revision was read to its end by the same program, so that nothing can have changed.
   *
   * @returns how many files the source has, undefined when it must be read
   */
  unchanged(provider: Provider, revision: string): Promise<number | undefined>
  /** @returns the files known to be read, unless they must be read again */
  begin(provider: Provider, revision: string, full: boolean): Promise<ReadonlyMap<string, KnownFile>>
  put(files: readonly ReadFile[]): Promise<void>
  /**
   * Forgets what is gone, unless it is so much that somebody must be asked, and compares what was read. The notes are
   * shown with the source.
   */
  finish(gone: readonly string[], misses: readonly LocationProblem[], notes: readonly string[]): Promise<Gone>
}

/** What became of entities whose definition was not found any more. */
export interface Gone {
  removed: number
  held: number
}

export interface CrawlStoreArgs {
  db: Database
  kinds: Kinds
  /** Version of program and kinds: a file read by another one is read again. */
  reader: string
  /** The program that read the source last, as far as this process knows. */
  lastReader?: string | undefined
  clock: IngestClock
  /** How much may be removed without asking; anything unless given. */
  removal?: RemovalLimit | undefined
  /** Called in the transaction. */
  changed(change: Omit<CatalogChanged, 'generation'>): void
}

/**
 * Documents of one transaction: about those of one batch of files, since each transaction writes the same pages of the
 * indexes anew. Who else writes waits for it; pages do not, since it breathes. To commit so much takes 10 to 30 ms
 * though, in which nothing else is done, and to move it out of the journal as long again: less of it while people are there.
 */
const slice = () => (attendance.isLively() ? 100 : 600)
/** Entities that go in one transaction. */
const goneAtOnce = 250
/** Documents that are written in one go. */
const piece = 25

export function createCrawlStore(args: CrawlStoreArgs): CrawlStore {
  const { db, kinds, reader, lastReader, clock, removal, changed } = args
  const touched = new Set<string>()
  let including: ReadonlyMap<string, Inclusion[]> = new Map()
  let origin: Origin = { sourceId: '', revision: '', reader }
  let everything = false
  let wrote = false
  /** What the files had that are read although they need not be. */
  let before: ReadonlyMap<string, string> = new Map()
  const interned = createInterned()

  type Work = (tx: Transaction, written: Map<string, Entity>, asBefore: Set<string>) => Promise<string[]>

  async function write(work: Work): Promise<void> {
    try {
      await db.write(async (tx) => {
        const written = new Map<string, Entity>()
        const asBefore = new Set<string>()
        const refs = await work(tx, written, asBefore)
        const { revision } = origin
        const different = await chooseWinners(tx, refs, { revision, kinds, clock, interned, written })
        const shown = refs.filter((ref) => !asBefore.has(ref))
        if (different.length + shown.length > 0) changed({ refs: different, shown, content: true })
        for (const ref of refs) touched.add(ref)
      })
    } catch (error) {
      interned.forget()
      throw error
    }
  }

  return {
    async unchanged({ id }, revision) {
      const row = await findSource(db.read, id)
      if (!row?.settled || row.revision !== revision) return undefined
      // The error has taken the place of what was told of the listing: it is listed once, and nothing is read.
      if (row.state === 'failed') return undefined
      const read = filesRead.get(db.read, { sourceId: id, reader })
      if (!read || read.includesOthers || read.unlike > 0) return undefined
      // A source without files does not tell by which program it was read.
      if (read.files === 0 && lastReader !== reader) return undefined
      if (row.state !== 'ok') {
        const fine = { state: 'ok', error: null, hint: null, failedSince: null }
        await db.write((tx) => tx.update(sources).set(fine).where(eq(sources.id, id)))
      }
      return read.files
    },

    async begin(provider, revision, full) {
      origin = { sourceId: provider.id, revision, reader }
      everything = await startReading(db, provider, clock)
      including = inclusionsOf(db.read, provider.id)
      before = full ? blobsOf(db, provider.id) : new Map()
      // With another reader than any, every file counts as changed.
      return knownFiles(db, provider.id, full ? undefined : reader, including)
    },

    async put(read) {
      wrote ||= read.length > 0
      for (const group of grouped(read)) {
        await write(async (tx, written, asBefore) => {
          const refs: string[] = []
          for (const { file, documents, isLast } of group) {
            await tx.breathe()
            const isAsBefore = before.get(file.path) === file.blob
            const put = await putDocuments(tx, origin, file, documents, { clock, written, isAsBefore })
            refs.push(...put)
            if (isAsBefore) for (const ref of put) asBefore.add(ref)
            if (isLast) refs.push(...(await closeFile(tx, origin, file, clock)))
            // Few files have any, and to ask for each would cost as much as the rest.
            const { inclusions = [] } = file
            if (isLast && (inclusions.length > 0 || including.has(file.path))) {
              await replaceInclusions(tx, origin.sourceId, file.path, inclusions)
            }
          }
          return refs
        })
      }
    },

    async finish(gone, misses, notes) {
      let held = 0
      await write(async (tx) => {
        markGone(tx, origin.sourceId, gone, clock.now())
        const refs = dropSuperseded(tx, origin.sourceId)
        held = await judgeRemoval(tx, origin.sourceId, removal, clock)
        return refs
      })
      const removed = held > 0 ? 0 : await letGo()
      await forgetFiles()
      await db.write(async (tx) => {
        const { about, missed } = await replaceMisses(tx, origin.sourceId, misses, clock)
        const scope: Touched = everything ? 'all' : new Set([...touched, ...about])
        const shown = [...missed, ...(await settleProblems(tx, scope, clock))]
        await tx
          .update(sources)
          .set({
            state: 'ok',
            settled: true,
            revision: origin.revision,
            error: null,
            hint: noted(notes),
            failedSince: null,
          })
          .where(eq(sources.id, origin.sourceId))
        changed({ refs: [], shown, content: wrote || gone.length > 0 || shown.length > 0 })
      })
      return { removed, held }
    },
  }

  /** In small transactions: when they are cut short, fewer are missing the next time, which is allowed all the more. */
  async function letGo(): Promise<number> {
    const all = new Set<string>()
    for (let some = -1; some !== 0; ) {
      await write(async (tx) => {
        const refs = dropMissing(tx, origin.sourceId, goneAtOnce)
        some = refs.length
        for (const ref of refs) all.add(ref)
        return refs
      })
    }
    return all.size
  }

  async function forgetFiles(): Promise<void> {
    for (let some = -1; some !== 0; ) {
      await write(async (tx) => {
        some = await forgetMissingFiles(tx, origin.sourceId, goneAtOnce)
        return []
      })
    }
  }
}

const noted = (notes: readonly string[]) => (notes.length === 0 ? null : `${notes.join('. ')}.`)

/**
 * Files of a source, and how many of them were not read, or by another program; and whether it takes something from
 * other sources, which may have changed although it has not.
 */
const filesRead = prepared(
  (_, { sourceId, reader }: Given<{ sourceId: string; reader: string }>) =>
    sql<{ files: number; unlike: number; includesOthers: number }>`select count(*) as files,
      count(case when ${files.reader} <> ${reader} or ${files.blob} = '' then 1 end) as unlike,
      exists (select 1 from ${inclusions} where ${inclusions.sourceId} = ${sourceId}
        and ${inclusions.includedSourceId} <> ${sourceId}) as includesOthers
      from ${files} where ${files.sourceId} = ${sourceId}`,
)

interface Slice {
  file: ReadFile
  documents: readonly ReadDocument[]
  isLast: boolean
}

/** Cuts long files and gathers short ones, so that every transaction has about the same size. */
function* grouped(read: readonly ReadFile[]): Generator<Slice[]> {
  let group: Slice[] = []
  let size = 0
  for (const file of read) {
    for (let at = 0; at === 0 || at < file.documents.length; at += piece) {
      const documents = file.documents.slice(at, at + piece)
      group.push({ file, documents, isLast: at + piece >= file.documents.length })
      size += Math.max(documents.length, 1)
      if (size < slice()) continue
      yield group
      group = []
      size = 0
    }
  }
  if (group.length > 0) yield group
}

/** @returns whether an earlier crawl was cut short, so that everything must be compared anew */
async function startReading(db: Database, provider: Provider, clock: IngestClock): Promise<boolean> {
  return db.write(async (tx) => {
    const [row] = await tx.select({ settled: sources.settled }).from(sources).where(eq(sources.id, provider.id))
    await tx
      .update(sources)
      .set({ state: 'reading', settled: false, startedAt: clock.now() })
      .where(eq(sources.id, provider.id))
    return row?.settled === false
  })
}

function blobsOf(db: Database, sourceId: string): Map<string, string> {
  const rows = db.read.values(
    sql`select ${files.path}, ${files.blob} from ${files} where ${files.sourceId} = ${sourceId} and ${files.missingAt} is null`,
  ) as unknown as [string, string][]
  return new Map(rows)
}

async function knownFiles(
  db: Database,
  sourceId: string,
  reader: string | undefined,
  including: ReadonlyMap<string, Inclusion[]>,
): Promise<Map<string, KnownFile>> {
  const rows = await db.read.select().from(files).where(eq(files.sourceId, sourceId))
  const known = new Map<string, KnownFile>()
  for (const { path, blob, reader: by, missingAt } of rows) {
    // What is marked as missing is unmarked by reading it again.
    known.set(path, { blob: by === reader && missingAt === null ? blob : '', locations: [] })
  }
  for (const { sourceId: _, ...location } of locationsOf(db.read, sourceId)) {
    known.get(location.path)?.locations.push(location)
  }
  for (const [path, inclusions] of including) {
    const file = known.get(path)
    if (file) file.inclusions = inclusions
  }
  return known
}

/** Targets that lead nowhere. @returns the Locations concerned, now or before, and those with whom it is new */
async function replaceMisses(
  tx: Transaction,
  sourceId: string,
  misses: readonly LocationProblem[],
  clock: IngestClock,
) {
  const known = tx.all<{ id: string; ref: string; at: number }>(
    sql`select ${problems.id} as id, ${problems.ref} as ref, ${problems.firstSeenAt} as at from ${problems}
      where ${problems.origin} = 'location' and ${problems.sourceId} = ${sourceId}`,
  ) as unknown as { id: string; ref: string; at: number }[]
  const firstSeen = new Map(known.map(({ id, at }) => [id, new Date(at)]))
  tx.bulkDelete(
    problems.id,
    known.map(({ id }) => id),
  )
  const rows = misses.map(({ path, position, ref, problem }) => {
    const id = problemId(['location', sourceId, path, ref, problem.code, JSON.stringify(problem.path)])
    return problemRow(
      { id, origin: 'location', sourceId, path, position, ref },
      problem,
      firstSeen.get(id) ?? clock.now(),
    )
  })
  tx.bulkInsert(problems, rows, 'ignore')
  const about = [...known.map(({ ref }) => ref), ...misses.map(({ ref }) => ref)]
  return { about, missed: refsOfDifference(known, rows) }
}
