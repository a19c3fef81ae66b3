import type { Actor } from '../../../api/actor.ts'
import type { Entity } from '../../../api/entity.ts'
import { PortalError } from '../../../api/errors.ts'
import { type EntityRef, entityPath, formatRef } from '../../../api/ref.ts'
import { type ContributorsView, contributorRows, handleOf } from '../contributor-views.ts'
import type { ContributorReader, HistoryReading } from '../contributors.ts'
import type { PeopleLinks } from '../people-links.ts'
import type { CatalogService } from '../service.ts'

export interface ContributorPages {
  /** What is known without waiting. @returns undefined where there is nothing to show */
  card(actor: Actor, entity: Entity, signal: AbortSignal): Promise<ContributorsView | undefined>
  /** The same once the history was read. @throws PortalError `not_found` */
  region(actor: Actor, ref: EntityRef, signal: AbortSignal): Promise<ContributorsView>
}

export interface ContributorPagesArgs {
  service: CatalogService
  reader: ContributorReader
  links: PeopleLinks
}

export function createContributorPages({ service, reader, links }: ContributorPagesArgs): ContributorPages {
  async function placed(actor: Actor, ref: EntityRef, signal: AbortSignal) {
    const row = await service.find(actor, ref)
    if (!row) throw new PortalError('not_found', `There is no entity ${formatRef(ref)}`)
    return { href: `${entityPath(row)}/contributors`, place: await reader.place(row, signal) }
  }

  function view(actor: Actor, href: string, folder: string, reading: HistoryReading | undefined): ContributorsView {
    const nobody = { href, folder, message: null, hint: null, rows: [], rest: [], commits: 0, isPartial: false }
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
      const { href, place } = await placed(actor, ref, signal)
      return place && view(actor, href, place.shown, reader.known(place))
    },

    async region(actor, ref, signal) {
      const { href, place } = await placed(actor, ref, signal)
      if (!place) throw new PortalError('not_found', `There is no history of ${ref.name} here`)
      return view(actor, href, place.shown, await reader.read(place))
    },
  }
}
