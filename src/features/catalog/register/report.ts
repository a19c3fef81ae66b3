import { z } from 'zod'
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

/** @param isSeen whether the actor may see the entity of that name which there is */
export function reviewReport(review: Review, isSeen: (ref: string) => boolean): ReviewReport {
  const { id, written, failure, found, progress } = review
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
    entities: found?.documents.map((document) => entityReport(document, isSeen)) ?? [],
    problems: found?.problems.map(problemReport) ?? [],
    counts: found?.counts ?? { error: 0, warning: 0, info: 0 },
    overlaps: found?.overlaps.map(({ sourceId, title, files }) => ({ source: sourceId, title, files })) ?? [],
  }
}

function entityReport({ ref, path, outcome, held }: Found['documents'][number], isSeen: (ref: string) => boolean) {
  const shown = ref !== undefined && isSeen(ref) ? held : undefined
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
