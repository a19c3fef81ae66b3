import { z } from 'zod'
import { seenOutcome } from './compare.ts'
import type { Found } from './review.ts'
import type { Review } from './reviews.ts'

const text = z.string().nullable()

/** What programs are told of a review. */
export const ReviewReport = z.object({
  id: z.string(),
  target: z.string(),
  state: z.enum(['looking', 'failed', 'done']),
  error: text,
  hint: text,
  /** What is being done about it. */
  activity: z.object({ what: z.string(), done: z.number(), total: z.number().nullable() }).nullable(),
  title: text,
  branch: text,
  revision: text,
  files: z.array(z.string()),
  entities: z.array(z.object({ ref: text, file: z.string(), outcome: z.string(), heldIn: text, heldBySource: text })),
  problems: z.array(
    z.object({
      severity: z.string(),
      code: z.string(),
      message: z.string(),
      hint: text,
      where: text,
      line: z.number().nullable(),
      column: z.number().nullable(),
    }),
  ),
  /** How many problems there are, those included that are not listed. */
  counts: z.object({ error: z.number(), warning: z.number(), info: z.number() }),
  /** Sources that read the same branch of the same repository already. */
  overlaps: z.array(z.object({ source: z.string(), title: z.string(), files: z.number() })),
})

export type ReviewReport = z.output<typeof ReviewReport>

/** What the actor may see: the entity of a name, if there is one, and a source. */
interface Seen {
  entity(ref: string): boolean
  source(sourceId: string): boolean
}

export function reviewReport(review: Review, seen: Seen): ReviewReport {
  const { id, written, failure, found, progress } = review
  const overlaps = found?.overlaps.filter(({ sourceId }) => seen.source(sourceId)) ?? []
  return {
    id,
    target: found?.target.text ?? written,
    state: failure ? 'failed' : found ? 'done' : 'looking',
    error: failure?.message ?? null,
    hint: failure?.hint ?? null,
    activity: progress ? { what: progress.what, done: progress.done, total: progress.total ?? null } : null,
    title: found?.title ?? null,
    branch: found?.branch ?? null,
    revision: found?.revision ?? null,
    files: found?.files ?? [],
    entities: found?.documents.map((document) => entityReport(document, seen)) ?? [],
    problems: found?.problems.map(problemReport) ?? [],
    counts: found?.counts ?? { error: 0, warning: 0, info: 0 },
    overlaps: overlaps.map(({ sourceId, title, files }) => ({ source: sourceId, title, files })),
  }
}

function entityReport(document: Found['documents'][number], seen: Seen) {
  const { ref, path, held } = document
  const shown = ref !== undefined && seen.entity(ref) ? held : undefined
  const outcome = seenOutcome(document, seen.entity)
  return { ref: ref ?? null, file: path, outcome, heldIn: shown?.path ?? null, heldBySource: shown?.sourceId ?? null }
}

function problemReport({ severity, message, hint, where, excerpt, helpHref }: Found['problems'][number]) {
  return {
    severity,
    code: helpHref?.split('#')[1] ?? '',
    message,
    hint,
    where,
    line: excerpt?.line ?? null,
    column: excerpt?.from ?? null,
  }
}
