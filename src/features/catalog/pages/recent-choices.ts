import type { Actor } from '../../../api/actor.ts'
import { formatRef, parseRef } from '../../../api/ref.ts'
import type { RecentChoice, RecentChoices, RecentQuery } from '../contract.ts'
import { changesHref, feedHref } from '../feed-link.ts'
import type { CatalogService } from '../service.ts'
import type { RecentFilter } from '../store/entity.ts'
import type { KindNames } from './kinds.ts'

/** Owners to choose from: more make a list that nobody reads. Those beyond are found on the page of changes. */
const mostOwners = 40

const mine = 'mine'

/** @throws PortalError `invalid` for an owner that is no reference */
export function recentFilter(actor: Actor, { kind, owner }: RecentQuery): RecentFilter {
  return { kind: kind?.toLowerCase(), owners: owner === undefined ? undefined : ownersOf(actor, owner) }
}

/** What can be chosen, and what is. A choice that leads to nothing stays among them. */
export function recentChoices(
  actor: Actor,
  query: RecentQuery,
  service: CatalogService,
  kinds: { counts: readonly (readonly [string, number])[]; names: KindNames },
): RecentChoices {
  const filter = recentFilter(actor, query)
  const owner = query.owner === undefined || query.owner === mine ? query.owner : filter.owners?.[0]
  const frequent = [...service.countByOwner(actor).keys()].slice(0, mostOwners)
  const titleOf = (ref: string) => service.titleOf(actor, ref) ?? parseRef(ref).name
  const subject = { kind: filter.kind === undefined ? [] : [filter.kind], owner: filter.owners ?? [] }
  return {
    kinds: choices(
      kinds.counts.map(([kind]) => kind),
      filter.kind,
      kinds.names.plural,
    ),
    owners: [
      ...(identitiesOf(actor).length > 0 || owner === mine
        ? [{ value: mine, title: 'Mine, or of my groups', chosen: owner === mine }]
        : []),
      ...choices(frequent, owner === mine ? undefined : owner, titleOf),
    ],
    isFiltered: filter.kind !== undefined || owner !== undefined,
    changesHref: changesHref(subject),
    feedHref: feedHref(subject),
  }
}

function choices(values: readonly string[], chosen: string | undefined, title: (value: string) => string) {
  const all = chosen === undefined || values.includes(chosen) ? values : [...values, chosen]
  return all
    .map((value): RecentChoice => ({ value, title: title(value), chosen: value === chosen }))
    .sort((a, b) => a.title.localeCompare(b.title, 'en'))
}

function ownersOf(actor: Actor, owner: string): readonly string[] {
  return owner === mine ? identitiesOf(actor) : [formatRef(parseRef(owner, { kind: 'group' }))]
}

/** All that the actor can own something as. */
function identitiesOf({ ref, groups }: Actor): string[] {
  return ref === undefined ? [...groups] : [ref, ...groups]
}
