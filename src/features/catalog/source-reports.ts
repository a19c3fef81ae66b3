import { z } from 'zod'
import type { Crawler } from './crawler.ts'
import { activityView } from './source-state.ts'
import type { CountedSource } from './store/sources.ts'

const time = z.string().nullable()

/** What programs are told about a source. Times are in UTC, as `2026-11-21T10:00:00.000Z`. */
export const SourceReport = z.object({
  id: z.string(),
  title: z.string(),
  type: z.string(),
  location: z.string(),
  state: z.string(),
  revision: z.string().nullable(),
  entities: z.number(),
  files: z.number(),
  problems: z.number(),
  /** Milliseconds. */
  took: z.number().nullable(),
  readAt: time,
  okAt: time,
  failedSince: time,
  error: z.string().nullable(),
  hint: z.string().nullable(),
  /** What is being done, or has been asked for. */
  activity: z
    .object({ what: z.string(), done: z.number().nullable(), total: z.number().nullable(), since: z.string() })
    .nullable(),
  /** What the last reading without an error came to, if there was one since the start. */
  last: z.object({ files: z.number(), read: z.number(), removed: z.number(), held: z.number() }).nullable(),
})

export type SourceReport = z.output<typeof SourceReport>

/** @param seen what somebody sees of the sources who does not see everything, without what a reading comes to in all */
export async function sourceReports(crawler: Crawler, seen?: readonly CountedSource[]): Promise<SourceReport[]> {
  const iso = (at: Date | null) => at?.toISOString() ?? null
  return (seen ?? (await crawler.sources())).map((source) => {
    const { id, title, type, location, state, revision, entities, files, problems, took, error, hint } = source
    const activity = activityView(crawler.activity(id), seen !== undefined)
    const last = seen ? undefined : crawler.lastResult(id)
    return {
      ...{ id, title, type, location, state, revision, entities, files, problems, took },
      readAt: iso(source.readAt),
      okAt: iso(source.okAt),
      failedSince: iso(source.failedSince),
      error,
      hint,
      activity: activity && {
        what: activity.words,
        done: activity.done,
        total: activity.total,
        since: new Date(activity.since).toISOString(),
      },
      last: last ? { files: last.files, read: last.read, removed: last.removed, held: last.held } : null,
    }
  })
}
