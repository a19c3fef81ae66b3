import type { Actor } from '../../../api/actor.ts'
import type { PortalError } from '../../../api/errors.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { operator } from '../../../platform/auth/operator.ts'
import { newFileUrl } from '../../../platform/source/forges/forges.ts'
import { forgesRef } from '../../../platform/source/forges/forges-ref.ts'
import type { Crawler } from '../crawling.ts'
import { refLink } from '../list-view.ts'
import { type ReviewReport, reviewReport } from '../register/report.ts'
import type { Found } from '../register/review.ts'
import { locationHref, reviewView } from '../register/review-view.ts'
import type { Review } from '../register/reviews.ts'
import { RegisteredAlready, type RegisterService } from '../register/service.ts'
import type {
  DefinedGroup,
  RegisteredPage,
  RegisteredRow,
  RegisterPage,
  RemovalPage,
  ReviewFound,
  ReviewPage,
} from '../register/views.ts'
import type { SeenSources } from '../seen-sources.ts'
import type { CatalogService } from '../service.ts'
import { activityView } from '../source-state.ts'
import { type Registration, sourceOf } from '../store/registrations.ts'
import type { CountedSource } from '../store/sources.ts'

export interface RegisterPages {
  register(actor: Actor, written: string, error?: PortalError): Promise<RegisterPage>
  review(actor: Actor, review: Review): ReviewPage
  /** The same for programs. */
  report(actor: Actor, review: Review): ReviewReport
  location(actor: Actor, id: string): Promise<RegisteredPage>
  removal(actor: Actor, id: string): Promise<RemovalPage>
}

export interface RegisterPagesArgs {
  ctx: PluginContext
  service: CatalogService
  register: RegisterService
  crawler: Crawler
  seen: SeenSources
}

const most = 200

export function createRegisterPages(args: RegisterPagesArgs): RegisterPages {
  const { ctx, service, register, crawler, seen } = args
  const forges = ctx.use(forgesRef)
  const titleOf = (sourceId: string) => crawler.provider(sourceId)?.title ?? sourceId
  const sourcesHref = (actor: Actor) => (ctx.allows(actor, 'catalog.sources') ? '/catalog/sources' : null)

  const isSeen = (actor: Actor, ref: string) => actor === operator || service.titleOf(actor, ref) !== null

  async function rowsOf(actor: Actor, rows: readonly Registration[]): Promise<RegisteredRow[]> {
    const counted = new Map((await seen.list(actor)).map((source) => [source.id, source]))
    return rows.map((row) => rowView(row, counted.get(sourceOf(row.id)), crawler))
  }

  async function rowOf(actor: Actor, id: string): Promise<RegisteredRow> {
    const [row] = await rowsOf(actor, [register.find(actor, id)])
    if (!row) throw new Error('A registered location was lost on its way to the page')
    return row
  }

  function groupOf(rows: ReturnType<RegisterService['defines']>['rows'], count: number): DefinedGroup {
    return {
      count,
      rows: rows.map(({ ref, title, type, otherSourceId }) => ({
        ...refLink(ref, title, type),
        source: otherSourceId === null ? null : titleOf(otherSourceId),
      })),
    }
  }

  /** What somebody would write first, where there is nothing to register. */
  function exampleOf({ target, title, branch }: Found): ReviewFound['example'] {
    const [name = 'my-service'] = title
      .replace(/ \(.*$/, '')
      .split('/')
      .slice(-1)
    const at = target.repository === undefined ? undefined : forges.repositoryOf(target.repository)
    const folder = target.scope === 'tree' && target.path !== '' ? `${target.path}/` : ''
    const newFileHref = at && newFileUrl(at, branch, `${folder}catalog-info.yaml`)
    return { text: firstFile(name), newFileHref: newFileHref ?? null }
  }

  return {
    async register(actor, written, error) {
      const href = error instanceof RegisteredAlready ? locationHref(error.existing.id) : null
      return {
        written,
        fault: error ? { message: error.message, hint: error.hint ?? null, href } : null,
        locations: await rowsOf(actor, register.list(actor)),
        sourcesHref: sourcesHref(actor),
      }
    },

    review(actor, review) {
      const { found } = review
      return reviewView({
        review,
        existingId: found && register.existing(actor, found.target)?.id,
        provider: (sourceId) => (seen.shows(actor, sourceId) ? crawler.provider(sourceId) : undefined),
        isSeenSource: (sourceId) => seen.shows(actor, sourceId),
        isSeen: (ref) => isSeen(actor, ref),
        sourcesHref: sourcesHref(actor),
        example: found ? exampleOf(found) : null,
      })
    },

    report: (actor, review) =>
      reviewReport(review, {
        entity: (ref) => isSeen(actor, ref),
        source: (sourceId) => seen.shows(actor, sourceId),
      }),

    async location(actor, id) {
      const location = await rowOf(actor, id)
      const { rows, going, staying } = register.defines(actor, id, most)
      const source = encodeURIComponent(sourceOf(id))
      return {
        location,
        activity: activityView(crawler.activity(sourceOf(id)), (await seen.part(actor)) !== undefined),
        entities: rows.map(({ ref, title, type }) => refLink(ref, title, type)),
        more: going + staying - rows.length,
        problemsHref: location.problems > 0 ? `/catalog/problems?source=${source}` : null,
        refreshHref:
          ctx.allows(actor, 'catalog.refresh') && location.state !== 'leaving'
            ? `/catalog/sources/${source}/reading`
            : null,
      }
    },

    async removal(actor, id) {
      const { rows, going, staying } = register.defines(actor, id, most)
      return {
        location: await rowOf(actor, id),
        going: groupOf(
          rows.filter(({ otherSourceId }) => otherSourceId === null),
          going,
        ),
        staying: groupOf(
          rows.filter(({ otherSourceId }) => otherSourceId !== null),
          staying,
        ),
      }
    },
  }
}

function rowView(row: Registration, source: CountedSource | undefined, crawler: Crawler): RegisteredRow {
  const { id, target, type, registeredBy, registeredAt } = row
  return {
    id,
    title: crawler.provider(sourceOf(id))?.title ?? source?.title ?? target,
    target,
    href: locationHref(id),
    removalHref: `${locationHref(id)}/removal`,
    type,
    state: stateOf(row, source, crawler),
    entities: source?.entities ?? 0,
    problems: source?.problems ?? 0,
    by: registeredBy,
    at: registeredAt.getTime(),
    readAt: source?.readAt?.getTime() ?? null,
    error: source?.error ?? null,
    hint: source?.hint ?? null,
  }
}

function stateOf(
  { id, leavingAt }: Registration,
  source: CountedSource | undefined,
  crawler: Crawler,
): RegisteredRow['state'] {
  if (leavingAt !== null) return 'leaving'
  const activity = crawler.activity(sourceOf(id))
  if (activity && activity.phase !== 'waiting') return 'reading'
  if (source?.state === 'failed') return 'failed'
  if (!source?.okAt) return 'waiting'
  return source.problems > 0 ? 'partial' : 'ok'
}

const firstFile = (name: string) => `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: ${name.replace(/[^\w.-]+/g, '-').slice(0, 63)}
spec:
  type: service
  lifecycle: production
  owner: your-team
`
