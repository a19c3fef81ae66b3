import { setImmediate } from 'node:timers/promises'
import type { Actor } from '../../../api/actor.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { AskedAgain } from '../../../platform/asked-again.ts'
import type { Contributions } from '../../../platform/contributions.ts'
import type { Crawler } from '../crawler.ts'
import type { Facts } from '../facts/shown.ts'
import { listView } from '../list-view.ts'
import { type ListAddress, readQuery } from '../query.ts'
import type { CatalogService } from '../service.ts'
import type { CatalogIndex } from '../views.ts'
import { kindNames } from './kinds.ts'

export interface ListPages {
  /** Props of the list, and the key under which they stay the same. */
  list(actor: Actor, address: ListAddress): Promise<{ props: CatalogIndex; key: string }>
}

export function createListPages(
  ctx: PluginContext,
  service: CatalogService,
  crawler: Crawler,
  contributions: Contributions,
  facts: Facts,
): ListPages {
  const names = kindNames(contributions)
  // Most readers look at the same few lists, and between two changes of the catalog these stay the same.
  const cache = new AskedAgain<CatalogIndex>({ recent: 1, max: 30 })

  const registerHref = (actor: Actor) => (ctx.allows(actor, 'catalog.register') ? '/catalog-import' : null)

  function view(actor: Actor, address: ListAddress): CatalogIndex {
    const query = readQuery(address)
    const listing = service.list(actor, query)
    const chosen = facts.columns.filter(({ id }) => address.fact.includes(id))
    const known = facts.ofList(
      actor,
      listing.rows.map(({ ref }) => ref),
      chosen.map(({ id }) => id),
    )
    return listView({
      listing,
      query,
      address,
      facts: { offered: facts.columns, chosen, of: (ref, id) => known.get(ref)?.get(id) },
      titlesOf: (refs) => service.titlesOf(actor, refs),
      pluralOf: names.plural,
      kindName: names.name,
      registerHref: registerHref(actor),
      reading: crawler.running > 0,
      countWithout: (other) => service.count(actor, other),
    })
  }

  return {
    async list(actor, address) {
      await service.prepare(() => setImmediate())
      const shown = address.fact.length > 0 ? facts.generation : ''
      const state = `${service.version(actor)} ${shown} ${crawler.running > 0} ${registerHref(actor)}`
      const name = JSON.stringify(address)
      const key = `${state} ${name}`
      const known = cache.get(key)
      const props = known ?? view(actor, address)
      if (!known) cache.set(key, props, name)
      return { props, key }
    },
  }
}
