import type { HomeCard } from '../../api/plugin.ts'
import { contributionsRef } from '../../platform/contributions.ts'
import { readerMarks } from '../search/contract.ts'
import { ownWorkRef } from './own-work.ts'
import { type AroundCard, type MineCard, mineCard, type OwnProblems, ownProblems } from './own-work-views.ts'
import { kindNames } from './pages/kinds.ts'
import { recentRow } from './pages/summary.ts'
import { catalogService } from './service.ts'

const permission = 'catalog.read'
/** Starred things whose neighbours count as near: the newest. */
const mostStarred = 200

/** What the home page says of what its reader owns. */
export const ownWorkCards: readonly HomeCard[] = [
  {
    id: 'own-problems',
    title: 'Problems in what you own',
    permission,
    place: 'waiting',
    view: 'catalog/_own-problems',
    load: ({ actor, ctx }): OwnProblems | undefined => {
      const work = ctx.use(ownWorkRef)
      const mine = work.mine(actor)
      const { rows, gravest } = work.worst(actor)
      return mine && ownProblems(mine, rows, gravest, (ref) => ctx.use(catalogService).titleOf(actor, ref))
    },
  },
  {
    id: 'mine',
    title: 'Yours and your groups’',
    permission,
    view: 'catalog/_mine',
    load: ({ actor, ctx }): MineCard | undefined => {
      const mine = ctx.use(ownWorkRef).mine(actor)
      const names = kindNames(ctx.use(contributionsRef))
      return mine && mineCard(mine, names, (ref) => ctx.use(catalogService).titleOf(actor, ref))
    },
  },
  {
    id: 'around',
    title: 'Changed near you',
    permission,
    view: 'catalog/_around',
    load: ({ actor, ctx }): AroundCard | undefined => {
      const starred = ctx.tryUse(readerMarks)?.starred(actor) ?? []
      // Keys of what is no entity lead nowhere.
      const found = ctx.use(ownWorkRef).around(actor, starred.slice(0, mostStarred))
      if (found.length === 0) return undefined
      const titleOf = (ref: string | null) => (ref === null ? null : ctx.use(catalogService).titleOf(actor, ref))
      return { rows: found.map((change) => recentRow({ ...change, ownerTitle: titleOf(change.owner) })) }
    },
  },
]
