import type { Actor } from '../../../api/actor.ts'
import { type EntityRef, entityPath } from '../../../api/ref.ts'
import type { Contributions } from '../../../platform/contributions.ts'
import { readMoment } from '../change-query.ts'
import { entityView, headView } from '../entity-view.ts'
import type { HistoryService } from '../history-service.ts'
import { asOfHref, type PastNote } from '../history-views.ts'
import type { CatalogService } from '../service.ts'
import type { AboutRow, EntityPage } from '../views.ts'
import { kindNames } from './kinds.ts'

export interface EarlierPagesArgs {
  service: CatalogService
  history: HistoryService
  contributions: Contributions
  now(): Date
}

export interface EarlierPages {
  /** The overview of an entity as it was. @throws PortalError `not_found`, `invalid` for what is no moment */
  overview(actor: Actor, ref: EntityRef, at: string): EntityPage
  /** What to say about something that is not there now, or was not at a moment. */
  past(actor: Actor, ref: EntityRef, at: string | undefined): PastNote | null
}

export function createEarlierPages({ service, history, contributions, now }: EarlierPagesArgs): EarlierPages {
  const names = kindNames(contributions)
  return {
    overview(actor, ref, at) {
      const moment = readMoment(at)
      const { row, related, until, exists } = history.at(actor, ref, moment)
      const path = entityPath(row)
      const titleOf = (other: string) => service.titleOf(actor, other)
      const tabs = exists ? [{ id: 'history', title: 'History' }] : []
      const links = { viewUrl: undefined, editUrl: undefined }
      const head = headView({ row, current: '', kindName: names.name(row.kind), titleOf, tabs, ...links })
      const page = entityView({
        overview: { row, related, problems: [], changes: [] },
        head,
        main: [],
        side: [],
        titleOf,
        problems: [],
        viewUrl: () => undefined,
        editUrl: undefined,
      })
      return {
        ...page,
        about: { editHref: null, rows: page.about.rows.map((one) => withoutLink(one, row.path)) },
        changes: null,
        earlier: {
          at: moment.getTime(),
          since: row.changedAt.getTime(),
          until: until?.getTime() ?? null,
          nowHref: exists ? path : null,
          historyHref: exists ? `${path}/history` : null,
        },
      }
    },

    past(actor, ref, at) {
      const moment = at === undefined ? now() : readMoment(at)
      const absence = history.absence(actor, ref, moment)
      const path = entityPath(ref)
      if (absence?.createdAt) {
        const time = absence.createdAt.getTime()
        const text = absence.removedAt ? 'It had been removed before, and came back' : 'It came'
        return { gone: false, text, at: time, href: asOfHref(path, time), linkText: 'See it as it came' }
      }
      if (!absence?.removedAt) return null
      const time = absence.removedAt.getTime()
      const href = asOfHref(path, time - 1)
      return { gone: true, text: 'It was removed', at: time, href, linkText: 'See it as it was last' }
    },
  }
}

/** The file may be another one by now, or gone. */
function withoutLink(row: AboutRow, path: string): AboutRow {
  return row.title === 'Defined in' ? { ...row, value: { as: 'code', text: path } } : row
}
