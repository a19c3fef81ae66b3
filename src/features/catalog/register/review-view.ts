import { messageOf } from '../../../api/errors.ts'
import type { Provider } from '../../../api/provider.ts'
import { entityPath, parseRef } from '../../../api/ref.ts'
import type { Activity } from '../activity.ts'
import { activityView } from '../source-state.ts'
import { entityIcon } from '../views.ts'
import { type FoundDocument, type Outcome, seenOutcome } from './compare.ts'
import type { Found, FoundLocation } from './review.ts'
import type { Review } from './reviews.ts'
import type { ReviewFound, ReviewGroup, ReviewLocation, ReviewPage, ReviewRow } from './views.ts'

export interface ReviewViewArgs {
  review: Review
  /** Where the same is registered. */
  existingId: string | undefined
  provider(sourceId: string): Provider | undefined
  /** Whether the actor may see the entity of that name which there is. */
  isSeen(ref: string): boolean
  isSeenSource(sourceId: string): boolean
  sourcesHref: string | null
  example: ReviewFound['example']
}

export const reviewHref = (id: string) => `/catalog-import/reviews/${id}`
export const locationHref = (id: string) => `/catalog-import/locations/${id}`

const most = { rows: 100, files: 50, targets: 20, locations: 50 }

export function reviewView(args: ReviewViewArgs): ReviewPage {
  const { id, written, begun, progress, failure, found } = args.review
  const phase = (progress?.what ?? 'opening') as Activity['phase']
  const activity = progress && activityView({ phase, done: progress.done, total: progress.total, since: begun })
  return {
    href: reviewHref(id),
    written,
    againHref: `/catalog-import?url=${encodeURIComponent(written)}`,
    state: failure ? 'failed' : found ? 'done' : 'looking',
    activity: activity ?? null,
    fault: failure ? { message: messageOf(failure), hint: failure.hint ?? null } : null,
    found: found ? foundView(found, args) : null,
  }
}

function foundView(found: Found, args: ReviewViewArgs): ReviewFound {
  const { review, existingId, sourcesHref } = args
  const shown = found.problems.length
  const { error, warning, info } = found.counts
  return {
    title: found.title,
    branch: found.branch ?? null,
    revision: found.target.type === 'git' ? found.revision.slice(0, 8) : null,
    files: found.files.slice(0, most.files),
    moreFiles: Math.max(0, found.files.length - most.files),
    groups: outcomes.flatMap((outcome) => groupOf(outcome, found, args)),
    locations: found.locations.slice(0, most.locations).map((one) => locationView(one, args)),
    overlaps: found.overlaps
      .filter(({ sourceId }) => args.isSeenSource(sourceId))
      .map(({ title, files }) => ({ title, files, href: sourcesHref })),
    problems: found.problems,
    moreProblems: error + warning + info - shown,
    notes: found.notes,
    existingHref: existingId === undefined ? null : locationHref(existingId),
    registerHref: existingId === undefined && found.files.length > 0 ? `${reviewHref(review.id)}/registration` : null,
    example: found.files.length === 0 ? args.example : null,
  }
}

const outcomes: readonly Outcome[] = ['added', 'changed', 'second', 'refused', 'unusable', 'same']

export const outcomeTitles: Record<Outcome, string> = {
  added: 'Would be added',
  changed: 'Would be changed',
  same: 'There already, and the same',
  second: 'Defined elsewhere, and that definition holds',
  refused: 'Not allowed by the rules',
  unusable: 'Cannot be used',
}

function groupOf(outcome: Outcome, { documents }: Found, args: ReviewViewArgs): ReviewGroup[] {
  const all = documents.filter((document) => seenOutcome(document, args.isSeen) === outcome)
  if (all.length === 0) return []
  const rows = all.slice(0, most.rows).map((document) => rowView(document, args))
  return [{ outcome, title: outcomeTitles[outcome], count: all.length, rows }]
}

function rowView(document: FoundDocument, { provider, isSeen }: ReviewViewArgs): ReviewRow {
  const { ref, title, path, kind, type, held, outcome } = document
  const parts = ref === undefined ? undefined : parseRef(ref)
  const isThere = ref !== undefined && outcome !== 'added' && isSeen(ref)
  return {
    title: title ?? parts?.name ?? `Document ${document.position + 1}`,
    ref: ref ?? null,
    icon: entityIcon(kind ?? parts?.kind ?? 'component', type),
    href: isThere && parts ? entityPath(parts) : null,
    file: path,
    fileHref: document.viewUrl ?? null,
    // Whoever may not see the entity that there is learns that the name is taken, and no more.
    held: held && isThere ? { file: held.path, source: provider(held.sourceId)?.title ?? held.sourceId } : null,
  }
}

function locationView({ ref, path, targets }: FoundLocation, { provider }: ReviewViewArgs): ReviewLocation {
  return {
    ref,
    file: path,
    targets: targets.slice(0, most.targets).map(({ written, leads, sourceId }) => {
      if (leads === 'here') return { written, words: 'read with it', tone: 'ok' }
      if (leads === 'nowhere') return { written, words: 'not followed', tone: 'bad' }
      return { written, words: `read by ${provider(sourceId ?? '')?.title ?? 'another source'}`, tone: 'info' }
    }),
    more: Math.max(0, targets.length - most.targets),
  }
}
