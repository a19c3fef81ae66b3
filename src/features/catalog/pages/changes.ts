import type { Actor } from '../../../api/actor.ts'
import type { Entity } from '../../../api/entity.ts'
import { type EntityRef, entityPath, formatRef, parseRef } from '../../../api/ref.ts'
import type { Contributions } from '../../../platform/contributions.ts'
import { type ChangeAddress, readChangeQuery } from '../change-query.ts'
import { changeWords, fieldTitle, reasonOf, shownFields } from '../change-words.ts'
import type { Crawler } from '../crawler.ts'
import { atomFeed, type FeedEntry } from '../feed.ts'
import { feedHref } from '../feed-link.ts'
import type { HistoryService } from '../history-service.ts'
import { type ChangesPage, changesView, type HistoryTab, historyTab, hrefOf, valueText } from '../history-views.ts'
import type { CatalogService } from '../service.ts'
import type { ListedChange } from '../store/history.ts'
import { kindNames } from './kinds.ts'

export interface ChangePagesArgs {
  service: CatalogService
  history: HistoryService
  crawler: Crawler
  contributions: Contributions
  /** Name of the portal. */
  title: string
}

export interface ChangePages {
  changes(actor: Actor, address: ChangeAddress): ChangesPage
  /** @param origin scheme and host of the portal, for the addresses in it */
  feed(actor: Actor, address: ChangeAddress, origin: string): string
  /** The History tab of an entity that the actor may see. */
  tab(actor: Actor, entity: Entity, query: Readonly<Record<string, string | undefined>>): HistoryTab
}

const longestInFeed = 500

export function createChangePages({ service, history, crawler, contributions, title }: ChangePagesArgs): ChangePages {
  const names = kindNames(contributions)
  const nameOf = (actor: Actor, ref: string) => service.titleOf(actor, ref) ?? parseRef(ref).name

  return {
    changes(actor, address) {
      const query = readChangeQuery(address)
      const counts = history.groups(actor, query)
      // All owners at once: one by one they take as long as everything else.
      const titles = service.titlesOf(
        actor,
        counts.owner.map(({ value }) => value),
      )
      return changesView({
        listing: history.list(actor, query),
        counts,
        query,
        address,
        titleOf: (ref) => titles.get(ref) ?? service.titleOf(actor, ref),
        kindName: names.name,
      })
    },

    feed(actor, address, origin) {
      const query = { ...readChangeQuery(address), after: undefined, before: undefined }
      const { action, kind, owner } = query.chosen
      const about = [
        ...query.refs.map((ref) => nameOf(actor, ref)),
        ...kind.map(names.plural),
        ...owner.map((ref) => nameOf(actor, ref)),
      ]
      const parameters = new URLSearchParams()
      for (const [name, values] of Object.entries({ action, kind, owner, ref: query.refs })) {
        for (const value of values) parameters.append(name, value)
      }
      const asked = parameters.size === 0 ? '' : `?${parameters}`
      return atomFeed({
        title: about.length === 0 ? `${title}: changes` : `${title}: changes of ${about.join(', ')}`,
        subtitle: 'What was added, changed and removed in the catalog',
        author: title,
        self: `${origin}/catalog/changes.atom${asked}`,
        alternate: `${origin}/catalog/changes${asked}`,
        entries: history.list(actor, query).rows.map((row) => entryOf(row, origin)),
      })
    },

    tab(actor, entity, { after, before }) {
      const ref = refOf(entity)
      const query = { chosen: { action: [], kind: [], owner: [] }, refs: [formatRef(ref)], after, before }
      const commitOf = (sourceId: string, revision: string) => {
        const provider = crawler.provider(sourceId)
        const href = provider?.commitUrl?.(revision) ?? null
        return href !== null || provider?.type === 'git' ? { href } : null
      }
      return historyTab(history.list(actor, query), entityPath(ref), commitOf, feedHref({ ref: [formatRef(ref)] }))
    },
  }
}

function entryOf(row: ListedChange, origin: string): FeedEntry {
  const href = row.exists === 1 ? `${entityPath(parseRef(row.ref))}/history` : hrefOf(row)
  const reason = reasonOf(row.revision)
  const words = reason === null ? changeWords(row) : `${changeWords(row)}: ${reason}`
  const lines = shownFields(row).map(({ path, before, after }) => {
    return `${fieldTitle(path)}: ${wordsOf(before)} → ${wordsOf(after)}`
  })
  return {
    key: row.id,
    title: `${row.title}: ${changeWords(row)}`,
    at: row.at,
    href: `${origin}${href}`,
    category: row.kind,
    content: [`${words}. ${row.ref}, ${row.path}`, ...lines].join('\n'),
  }
}

function wordsOf(value: unknown): string {
  if (value === undefined) return 'not set'
  const text = valueText(value, 0)
  return text.length > longestInFeed ? `${text.slice(0, longestInFeed)}…` : text
}

function refOf({ kind, metadata }: Entity): EntityRef {
  return { kind, namespace: metadata.namespace ?? 'default', name: metadata.name }
}
