import { posix } from 'node:path'
import type { Actor } from '../../../api/actor.ts'
import type { Entity } from '../../../api/entity.ts'
import { PortalError } from '../../../api/errors.ts'
import { type EntityRef, entityPath, formatRef } from '../../../api/ref.ts'
import type { CodeOwnersReader } from '../code-owners.ts'
import {
  type CodeOwnersView,
  type ContributorsView,
  codeOwnersView,
  contributorRows,
  handleOf,
} from '../contributor-views.ts'
import type { ContributorReader, HistoryPlace, HistoryReading } from '../contributors.ts'
import type { Crawler } from '../crawler.ts'
import type { PeopleLinks } from '../people-links.ts'
import { isBeside } from '../places.ts'
import type { CatalogService } from '../service.ts'
import type { EntityRow } from '../store/entity.ts'

export interface ContributorPages {
  /** What is known without waiting. @returns undefined where there is nothing to show */
  card(actor: Actor, entity: Entity, signal: AbortSignal): Promise<ContributorsView | undefined>
  /** Equal as long as the card shows the same; undefined while it waits for what is being read. */
  version(actor: Actor, entity: Entity, signal: AbortSignal): Promise<string | undefined>
  /** The same once the history was read. @throws PortalError `not_found` */
  region(actor: Actor, ref: EntityRef, signal: AbortSignal): Promise<ContributorsView>
}

export interface ContributorPagesArgs {
  service: CatalogService
  crawler: Pick<Crawler, 'provider'>
  reader: ContributorReader
  codeOwners: CodeOwnersReader
  links: PeopleLinks
}

export function createContributorPages(args: ContributorPagesArgs): ContributorPages {
  const { service, crawler, reader, codeOwners, links } = args

  async function placed(actor: Actor, ref: EntityRef, signal: AbortSignal) {
    const row = await service.find(actor, ref)
    if (!row) throw new PortalError('not_found', `There is no entity ${formatRef(ref)}`)
    const place = await reader.place(row, signal)
    const owners = place ? await ownersOf(actor, row, place, signal) : null
    return { href: `${entityPath(row)}/contributors`, place, owners }
  }

  async function ownersOf(
    actor: Actor,
    row: EntityRow,
    { folder }: HistoryPlace,
    signal: AbortSignal,
  ): Promise<CodeOwnersView | null> {
    const { sourceId } = row
    const isOwn = posix.relative(posix.dirname(row.path), folder) === ''
    const path = isOwn ? row.path : posix.join(folder, 'catalog-info.yaml')
    const found = await codeOwners.of(actor, { sourceId, path }, signal)
    if (!found) return null
    const { file, line } = found
    const own = `${entityPath(row)}/source?file=${encodeURIComponent(file)}&line=${line}#L${line}`
    const href = crawler.provider(sourceId)?.viewUrl?.(file, line) ?? (isBeside(file, row.path) ? own : null)
    return codeOwnersView(found, href)
  }

  function view(actor: Actor, about: Placed, reading: HistoryReading | 'none' | undefined): ContributorsView {
    const nobody = { ...about, message: null, hint: null, rows: [], rest: [], commits: 0, isPartial: false }
    if (reading === 'none') return { ...nobody, state: 'none' }
    if (!reading) return { ...nobody, state: 'later' }
    if ('error' in reading) {
      return { ...nobody, state: 'failed', message: reading.error.message, hint: reading.error.hint ?? null }
    }
    const { contributors } = reading
    const found = links.of(actor, contributors.people.map(handleOf))
    const { commits, isPartial } = contributors
    return { ...nobody, ...contributorRows(contributors, found), commits, isPartial, state: 'ready' }
  }

  return {
    async card(actor, { kind, metadata }, signal) {
      const ref = { kind, namespace: metadata.namespace ?? 'default', name: metadata.name }
      const { href, place, owners } = await placed(actor, ref, signal)
      if (!place || (!place.hasHistory && !owners)) return undefined
      const reading = place.hasHistory ? reader.known(place) : 'none'
      return view(actor, { href, folder: place.shown, owners }, reading)
    },

    async version(actor, { kind, metadata }, signal) {
      const row = await service.find(actor, { kind, namespace: metadata.namespace ?? 'default', name: metadata.name })
      const place = row && (await reader.place(row, signal))
      if (!place) return ''
      const reading = place.hasHistory ? reader.known(place) : 'none'
      return reading === 'none' || (reading && 'contributors' in reading) ? place.key : undefined
    },

    async region(actor, ref, signal) {
      const { href, place, owners } = await placed(actor, ref, signal)
      if (!place?.hasHistory) throw new PortalError('not_found', `There is no history of ${ref.name} here`)
      return view(actor, { href, folder: place.shown, owners }, await reader.read(place))
    },
  }
}

type Placed = Pick<ContributorsView, 'href' | 'folder' | 'owners'>
