import type { Actor } from '../../../api/actor.ts'
import type { Entity } from '../../../api/entity.ts'
import { PortalError } from '../../../api/errors.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { type EntityRef, entityPath } from '../../../api/ref.ts'
import { refusal } from '../../../platform/permissions/reason.ts'
import type { Crawler } from '../crawler.ts'
import { unmarked } from '../infer/mark.ts'
import { ownersFile } from '../infer/overlay.ts'
import type { Places } from '../places.ts'
import type { ProposalService } from '../proposal-service.ts'
import type { CatalogService } from '../service.ts'
import type { EntityRow } from '../store/entity.ts'
import type { Kinds } from '../store/winners.ts'
import { type Failure, nounOf, type ProposalView, textProblems, type WrittenView, wayView } from '../written-views.ts'

export interface WrittenPages {
  /** @throws PortalError `not_found` where somebody wrote the file */
  tab(actor: Actor, entity: Entity, signal: AbortSignal): Promise<WrittenView>
  /** What the forge says of a proposal that is open. */
  proposal(actor: Actor, ref: EntityRef, signal: AbortSignal): Promise<ProposalView>
  /**
   * Proposes the text. @returns the tab with what is wrong, where something is
   *
   * @throws PortalError `not_found`, `forbidden`
   */
  propose(actor: Actor, ref: EntityRef, text: string, request: ProposeRequest): Promise<Proposed>
}

export interface ProposeRequest {
  id: string
  signal: AbortSignal
}

export type Proposed = { href: string } | { view: WrittenView; status: number }

export interface WrittenPagesArgs {
  ctx: PluginContext
  service: CatalogService
  crawler: Crawler
  places: Places
  proposals: ProposalService
  kinds: () => Kinds
}

const statuses: Readonly<Partial<Record<PortalError['code'], number>>> = { rate_limited: 429, upstream: 502 }

export function createWrittenPages(args: WrittenPagesArgs): WrittenPages {
  const { ctx, service, crawler, places, proposals, kinds } = args

  async function rowOf(actor: Actor, ref: EntityRef): Promise<EntityRow> {
    const row = await service.find(actor, ref)
    if (!row) throw new PortalError('not_found', `There is no ${ref.kind} called ${ref.name}`)
    return row
  }

  async function view(actor: Actor, row: EntityRow, given: string | undefined, signal: AbortSignal) {
    const { sourceId, path } = row
    const at = crawler.provider(sourceId)?.locationOf(path) ?? path
    const location = at.replace(/^(file|url):/, '')
    const text = given ?? unmarked(await places.text(sourceId, path, signal))
    const target = await proposals.target(row, signal)
    const way =
      target &&
      wayView({
        target,
        root: location.endsWith(`/${path}`) ? location.slice(0, -path.length - 1) : location,
        text,
        href: `${entityPath(row)}/proposal`,
        refusal: refusal(ctx, actor, 'catalog.propose', row.entity),
        remembered: proposals.remembered(target),
      })
    return { location: path === ownersFile ? null : location, text, way: way ?? null } satisfies WrittenView
  }

  return {
    async tab(actor, { kind, metadata }, signal) {
      const { namespace = 'default', name } = metadata
      return view(actor, await rowOf(actor, { kind, namespace, name }), undefined, signal)
    },

    async proposal(actor, ref, signal) {
      const row = await rowOf(actor, ref)
      const target = await proposals.target(row, signal)
      const about = { noun: nounOf(target?.repository.forge ?? 'github'), lookHref: null }
      try {
        return { ...about, proposal: await proposals.find(actor, ref, signal), failure: null }
      } catch (error) {
        return { ...about, proposal: null, failure: failureOf(error) }
      }
    },

    async propose(actor, ref, given, { id, signal }) {
      const row = await rowOf(actor, ref)
      ctx.authorize(actor, 'catalog.propose', row.entity)
      const text = asFile(given)
      // Loaded when somebody proposes something: it brings a parser of 6 MB.
      const { checkText } = await import('../validate/checked-file.ts')
      // Nothing that it names is read: whoever writes it is not known to be the owner of this machine.
      const problems = textProblems(await checkText('', text, kinds().kinds), 'catalog-info.yaml')
      const again = async (more: object) => {
        const shown = await view(actor, row, text, signal)
        return { ...shown, way: shown.way && { ...shown.way, ...more } }
      }
      if (problems.some(({ severity }) => severity === 'error')) return { view: await again({ problems }), status: 422 }
      try {
        await proposals.propose(actor, ref, text, id)
        return { href: `${entityPath(row)}/write` }
      } catch (error) {
        const failure = failureOf(error)
        const { code } = error as PortalError
        return { view: await again({ failure }), status: statuses[code] ?? 409 }
      }
    },
  }
}

/** What the person is told beside the form. Everything else is a page of its own. */
function failureOf(error: unknown): Failure {
  if (!(error instanceof PortalError) || ['not_found', 'forbidden', 'unauthenticated'].includes(error.code)) throw error
  return { message: error.message, hint: error.hint ?? null }
}

/** A browser sends line ends as CRLF. */
function asFile(text: string): string {
  return `${text.replace(/\r\n?/g, '\n').trimEnd()}\n`
}
