import type { Actor } from '../../api/actor.ts'
import type { ServiceRef } from '../../api/wiring.ts'
import { contributionsRef } from '../../platform/contributions.ts'
import { portalTitle } from '../../platform/http/page.ts'
import { loadCard } from '../../platform/views/cards.ts'
import { catalogSummary } from '../catalog/contract.ts'
import { starredList, visitList } from './pages.ts'
import type { HomePage } from './views.ts'

const recentRows = 10
const markedRows = 8

/** What the first page shows, found through the actor. */
export async function homePage(
  use: <T>(service: ServiceRef<T>) => T,
  actor: Actor,
  { kind, owner }: { kind: string | undefined; owner: string | undefined },
): Promise<HomePage> {
  const { chosen, ...summary } = await use(catalogSummary).summarise(actor, { most: recentRows, kind, owner })
  const { contexts, homeCards, permissions } = use(contributionsRef)
  const may = (permission: string) => contexts.get('home')?.allows(actor, permission) ?? false
  // What a permission on entities covers, a card finds through the actor.
  const cards = homeCards.filter(({ spec, ctx }) => {
    return permissions.get(spec.permission)?.on === 'entity' || ctx.allows(actor, spec.permission)
  })
  const loaded = await Promise.all(
    cards.map(async (card) => {
      const loaded = await loadCard(card, (signal) => card.spec.load({ actor, ctx: card.ctx, signal }), 'page', null)
      return loaded && { card: loaded, place: card.spec.place ?? 'main' }
    }),
  )
  const placed = (place: 'waiting' | 'main' | 'side' | 'organisation') =>
    loaded.flatMap((one) => (one?.place === place ? [one.card] : []))
  const isKnown = actor.ref !== undefined || actor.groups.length > 0
  return {
    portalTitle: use(portalTitle),
    search: may('search.read')
      ? { action: '/search', name: 'query', placeholder: 'Search names, descriptions and tags' }
      : null,
    ...summary,
    sources: { ...summary.sources, href: may('catalog.sources') ? summary.sources.href : null },
    choices: chosen,
    isPersonal: isKnown,
    note: actor.kind === 'user' && !isKnown ? unknownPerson : null,
    waiting: placed('waiting'),
    main: placed('main'),
    side: placed('side'),
    organisation: placed('organisation'),
    starred: starredList(use, actor, markedRows),
    visits: visitList(use, actor, markedRows),
  }
}

const unknownPerson =
  'No User entity of the catalog stands for you, so the portal cannot tell what is yours or your group’s.'
