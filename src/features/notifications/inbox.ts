import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import { PortalError } from '../../api/errors.ts'
import { shownChanged } from '../../api/live.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { keysOf, liveTopic, personOf } from './audience.ts'
import { createSight } from './sight.ts'
import {
  chosenIds,
  countInbox,
  countViews,
  findInInbox,
  type InboxCounts,
  type InboxPage,
  type InboxQuery,
  type InboxRow,
  listInbox,
  type Mark,
  markItems,
  type Reading,
  topicsOf,
  visibleIds,
} from './store/inbox.ts'
import { mutedTopics } from './store/settings.ts'

/** Notifications as one reader sees them. */
export interface Inbox {
  /** Number of unread ones; remembered, for every page asks. */
  unread(actor: Actor): number
  counts(actor: Actor): InboxCounts
  /** What open pages of the reader follow. */
  liveTopics(actor: Actor): string[]
  list(actor: Actor, query: InboxQuery, size: number): InboxPage & { total: number; counts: InboxCounts }
  topics(actor: Actor): string[]
  /** @throws PortalError `not_found` when there is none, or not for the actor */
  find(actor: Actor, id: string): InboxRow
  /** The same, or nothing. */
  visible(actor: Actor, id: string): InboxRow | []
  /** @throws PortalError `not_found` when the actor may see none of them */
  mark(actor: Actor, ids: readonly string[], mark: Mark): Promise<number>
  /** Everything that a view shows under its filters. */
  markAll(actor: Actor, query: InboxQuery, mark: Mark): Promise<number>
}

export const inboxRef: ServiceRef<Inbox> = serviceRef('notifications.inbox')

/** As many as are marked in one go. */
const mostAtOnce = 1000

export function createInbox(ctx: PluginContext): Inbox {
  const { read } = ctx.db
  const sight = createSight(ctx)
  const known = new LRUCache<string, InboxCounts>({ max: 500 })
  // Whoever tells or marks something says so to open pages: then the counts are others.
  ctx.on(shownChanged, ({ topics }) => {
    if (topics.some((topic) => topic.startsWith(liveTopic('')))) known.clear()
  })

  function readingOf(actor: Actor): Reading {
    const person = personOf(actor)
    const hidden = sight.hiddenFrom(actor)
    return { person, keys: keysOf(ctx, actor), muted: mutedTopics(read, person), hidden }
  }

  function countsOf(actor: Actor): InboxCounts {
    const hidden = sight.hiddenFrom(actor)
    const key = [personOf(actor), ...keysOf(ctx, actor), hidden.length, ...hidden].join(' ')
    const counts = known.get(key) ?? countViews(read, readingOf(actor))
    known.set(key, counts)
    return counts
  }

  async function write(actor: Actor, mark: Mark, choose: (reading: Reading) => readonly string[]): Promise<number> {
    const reading = readingOf(actor)
    const marked = await ctx.db.write(async (tx) => {
      const ids = choose(reading)
      await markItems(tx, reading.person, ids, mark, ctx.now())
      ctx.emit(shownChanged, { topics: [liveTopic(reading.person)] })
      return ids.length
    })
    known.clear()
    return marked
  }

  return {
    unread: (actor) => countsOf(actor).unread,
    counts: countsOf,
    liveTopics: (actor) => keysOf(ctx, actor).map(liveTopic),

    list(actor, query, size) {
      const reading = readingOf(actor)
      return {
        ...listInbox(read, reading, query, size),
        total: countInbox(read, reading, query),
        counts: countsOf(actor),
      }
    },

    topics: (actor) => topicsOf(read, readingOf(actor)),

    find(actor, id) {
      const found = findInInbox(read, readingOf(actor), id)
      if (found) return found
      throw absent()
    },

    visible: (actor, id) => findInInbox(read, readingOf(actor), id) ?? [],

    mark(actor, ids, mark) {
      if (visibleIds(read, readingOf(actor), ids).length === 0) throw absent()
      return write(actor, mark, (reading) => visibleIds(read, reading, ids.slice(0, mostAtOnce)))
    },

    markAll: (actor, query, mark) => write(actor, mark, (reading) => chosenIds(read, reading, query, mostAtOnce)),
  }
}

function absent(): PortalError {
  return new PortalError('not_found', 'There is no such notification', {
    hint: 'It may be older than notifications are kept. The list shows what there is.',
  })
}
