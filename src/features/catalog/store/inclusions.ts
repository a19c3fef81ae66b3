import { and, eq, ne } from 'drizzle-orm'
import type { Reader, Transaction } from '../../../api/database.ts'
import { type Given, prepared } from '../../../platform/db/prepared.ts'
import type { Fill } from '../model/filling.ts'
import type { Inclusion } from '../reading.ts'
import { candidates, inclusions } from '../schema.ts'

const ofSource = prepared((db, { sourceId }: Given<{ sourceId: string }>) =>
  db.select().from(inclusions).where(eq(inclusions.sourceId, sourceId)),
)

/** What the files of a source take from others, by their path. */
export function inclusionsOf(read: Reader, sourceId: string): Map<string, Inclusion[]> {
  const found = new Map<string, Inclusion[]>()
  for (const { path, includedSourceId, included, blob } of ofSource.all(read, { sourceId })) {
    const own = found.get(path) ?? []
    own.push({ sourceId: includedSourceId || null, file: included, blob })
    found.set(path, own)
  }
  return found
}

export async function replaceInclusions(
  tx: Transaction,
  sourceId: string,
  path: string,
  found: readonly Inclusion[],
): Promise<void> {
  await tx.delete(inclusions).where(and(eq(inclusions.sourceId, sourceId), eq(inclusions.path, path)))
  tx.bulkInsert(
    inclusions,
    found.map((one) => ({ sourceId, path, includedSourceId: one.sourceId ?? '', included: one.file, blob: one.blob })),
    'replace',
  )
}

const fromElsewhere = prepared((db, { sourceId }: Given<{ sourceId: string }>) => {
  const { sourceId: by, included, blob } = inclusions
  return db
    .selectDistinct({ by, included, blob })
    .from(inclusions)
    .where(and(eq(inclusions.includedSourceId, sourceId), ne(by, sourceId)))
})

/** What other sources take from the files of this one. */
export function includedElsewhere(read: Reader | Transaction, sourceId: string) {
  return fromElsewhere.all(read, { sourceId })
}

/** Which values of a definition came from other files: that of the version that is shown, also of a stale one. */
export function fillsOf(
  read: Reader,
  { sourceId, path, ref }: { sourceId: string; path: string; ref: string },
): readonly Fill[] {
  const row = read
    .select({ fills: candidates.fills })
    .from(candidates)
    .where(and(eq(candidates.ref, ref), eq(candidates.sourceId, sourceId), eq(candidates.path, path)))
    .get()
  return row?.fills ?? []
}
