import type { Actor } from '../../api/actor.ts'
import type { ServiceRef } from '../../api/wiring.ts'
import { starService } from './star-service.ts'
import type { StarredList, StarsPage, VisitList } from './views.ts'
import { visitService } from './visit-service.ts'

type Use = <T>(service: ServiceRef<T>) => T

const starsPath = '/home/stars'
const pageSize = 100

/** The first of what somebody starred. */
export function starredList(use: Use, actor: Actor, most: number): StarredList {
  const list = allStarred(use, actor, '/')
  const isCut = list.rows.length > most
  return { ...list, rows: list.rows.slice(0, most), allHref: isCut ? starsPath : null, isWide: false }
}

/** All of it, by pages. */
export function starsPage(use: Use, actor: Actor, page: number): StarsPage {
  const first = (page - 1) * pageSize
  const hrefOf = (number: number) => (number > 1 ? `${starsPath}?page=${number}` : starsPath)
  const starred = allStarred(use, actor, hrefOf(page))
  const rows = starred.rows.slice(first, first + pageSize)
  const next = first + pageSize
  return {
    starred: { ...starred, rows },
    pager: {
      from: rows.length > 0 ? first + 1 : null,
      to: rows.length > 0 ? first + rows.length : null,
      total: starred.total,
      previousHref: page > 1 ? hrefOf(page - 1) : null,
      nextHref: next < starred.total ? hrefOf(page + 1) : null,
    },
  }
}

export function visitList(use: Use, actor: Actor, most: number): VisitList {
  const rows = use(visitService).list(actor, most)
  return { rows: rows.map(({ at, ...thing }) => ({ ...thing, at: at.getTime() })), clearHref: '/home/visits/removal' }
}

function allStarred(use: Use, actor: Actor, back: string): StarredList {
  const { things, gone } = use(starService).list(actor)
  return {
    rows: things.map(({ kind, ...thing }) => {
      return { ...thing, star: { kind, key: thing.key, title: thing.title, isStarred: true, back } }
    }),
    total: things.length,
    allHref: null,
    gone,
    goneHref: `${starsPath}/removal`,
    isWide: true,
  }
}
