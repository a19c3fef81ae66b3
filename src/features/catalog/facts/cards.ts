import type { EntityCard } from '../../../api/plugin.ts'
import type { FactsView } from '../../../platform/views/built-in.ts'
import { refOfEntity } from './ref.ts'
import { factsRef } from './shown.ts'

/** What other systems know of an entity. */
export const factCards: readonly EntityCard[] = [
  {
    id: 'facts',
    title: 'Facts',
    permission: 'catalog.read',
    place: 'side',
    view: 'facts',
    load: ({ entity, actor, ctx }): FactsView | undefined => {
      const facts = ctx.use(factsRef).ofEntity(actor, refOfEntity(entity), entity)
      if (facts.length === 0) return undefined
      return {
        facts: facts.map(({ title, cell, said, note }) => {
          return { title, value: cell, from: { text: note ?? 'source', title: said, href: null } }
        }),
      }
    },
    version: ({ entity, actor, ctx }) => ctx.use(factsRef).version(actor, refOfEntity(entity), entity),
  },
]
