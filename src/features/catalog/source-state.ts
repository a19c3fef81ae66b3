import type { Activity } from './activity.ts'
import type { Removal } from './store/removals.ts'
import type { Problem } from './views.ts'

/** `catalog/sources`. */
export interface SourcesPage {
  /** Own address, polled while something is read. */
  href: string
  sources: readonly SourceRow[]
  /** Problems of files that belong to no entity. */
  problems: readonly Problem[]
  /** Null when the actor may not register anything. */
  registerHref: string | null
  /** Why the actor may not have sources read again, as a sentence; null where they may. */
  refusal?: string | null
  /** Lines to add to portal.config.ts when there is no source. */
  example: string
}

export interface SourceRow {
  id: string
  title: string
  /** `folder`, `git`. */
  type: string
  location: string
  state: 'ok' | 'partial' | 'held' | 'failed' | 'reading' | 'waiting'
  entities: number
  files: number
  problems: number
  problemsHref: string | null
  readAt: number | null
  /** Milliseconds. */
  took: number | null
  revision: string | null
  error: string | null
  hint: string | null
  /** Since when it cannot be read, and when it could be for the last time. */
  failedSince: number | null
  okAt: number | null
  /** What is being done about it at this moment. */
  activity: SourceActivity | null
  /** What is missing and waits for a decision, or is kept by one. */
  removal: SourceRemoval | null
  /** POST here to read it again; null when the actor may not. */
  refreshHref: string | null
}

/** How far a source is, in words and numbers. */
export interface SourceActivity {
  /** `Reading files`. */
  words: string
  /** Both or none, while it is not known how many there are. */
  done: number | null
  total: number | null
  since: number
  /** Whether its turn has yet to come. */
  isWaiting: boolean
}

export interface SourceRemoval {
  count: number
  total: number
  /** The first of the references. */
  sample: readonly string[]
  /** How many there are besides. */
  more: number
  since: number
  /** Who decided to keep them, or to let them go; null while nobody has. */
  kept: { by: string; at: number } | null
  leaving: boolean
  /** Stands for the set that was asked about. */
  set: string
  /** POST the decision here; null when the actor may not. */
  decideHref: string | null
  /** Why the actor may not, as a sentence; null where they may. */
  refusal?: string | null
}

const words: Record<Activity['phase'], string> = {
  waiting: 'Waiting for its turn',
  opening: 'Asking the source what there is',
  listing: 'Listing files',
  reading: 'Reading files',
  storing: 'Storing',
}

/** @param isPart for somebody who does not see everything: how much there is to read is not said */
export function activityView(activity: Activity | undefined, isPart = false): SourceActivity | null {
  if (!activity) return null
  const { phase, done, total, since } = activity
  const isCounted = total !== undefined && total > 0 && !isPart
  return {
    words: words[phase],
    done: isCounted ? done : null,
    total: isCounted ? total : null,
    since: since.getTime(),
    isWaiting: phase === 'waiting',
  }
}

export function removalView(
  removal: Removal | undefined,
  decideHref: string | null,
  refusal: string | null,
): SourceRemoval | null {
  if (!removal) return null
  const { count, total, sample, askedAt, decision, decidedAt, decidedBy, digest } = removal
  const isKept = decision === 'keep' && decidedAt !== null && decidedBy !== null
  return {
    count,
    total,
    sample,
    more: count - sample.length,
    since: askedAt.getTime(),
    kept: isKept ? { by: decidedBy, at: decidedAt.getTime() } : null,
    leaving: decision === 'apply',
    set: digest,
    decideHref,
    refusal,
  }
}
