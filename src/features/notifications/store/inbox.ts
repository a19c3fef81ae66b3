import { type SQL, sql } from 'drizzle-orm'
import type { Reader, Transaction } from '../../../api/database.ts'
import { PortalError } from '../../../api/errors.ts'
import { audience, items, states } from '../schema.ts'

export const inboxViews = ['unread', 'read', 'saved', 'done'] as const
export type InboxView = (typeof inboxViews)[number]

/** Who looks: the person whose marks count, and everything that the person is addressed by. */
export interface Reading {
  person: string
  keys: readonly string[]
  /** Topics that the person does not want to see. */
  muted: readonly string[]
  /** What is about something that the person may not see. */
  hidden: readonly string[]
}

export interface InboxQuery {
  /** Beside the views of the page: everything, and what is not unread. */
  view: InboxView | 'all' | 'seen'
  topic?: string | undefined
  /** The least place of the severity. */
  weight?: number | undefined
  text?: string | undefined
  createdAfter?: number | undefined
  after?: string | undefined
  before?: string | undefined
  offset?: number | undefined
}

export interface InboxRow {
  id: string
  origin: string
  topic: string
  scope: string | null
  recipients: string
  title: string
  description: string | null
  link: string | null
  severity: string
  createdAt: number
  toldAt: number
  settledAt: number | null
  readAt: number | null
  savedAt: number | null
  doneAt: number | null
}

export interface InboxPage {
  rows: InboxRow[]
  next: string | undefined
  previous: string | undefined
}

export type InboxCounts = Record<InboxView, number>

const conditions: Record<InboxQuery['view'], SQL> = {
  all: sql`1`,
  seen: sql`(${states.readAt} is not null or ${states.doneAt} is not null or ${items.settledAt} is not null)`,
  unread: sql`${states.readAt} is null and ${states.doneAt} is null and ${items.settledAt} is null`,
  read: sql`${states.readAt} is not null and ${states.doneAt} is null and ${items.settledAt} is null`,
  saved: sql`${states.savedAt} is not null`,
  done: sql`(${states.doneAt} is not null or ${items.settledAt} is not null)`,
}

const columns = sql`${items.id} as id, ${items.origin} as origin, ${items.topic} as topic, ${items.scope} as scope,
  ${items.recipients} as recipients, ${items.title} as title, ${items.description} as description, ${items.link} as link,
  ${items.severity} as severity, ${items.createdAt} as "createdAt", ${items.toldAt} as "toldAt",
  ${items.settledAt} as "settledAt", ${states.readAt} as "readAt", ${states.savedAt} as "savedAt", ${states.doneAt} as "doneAt"`

const listOf = (values: readonly string[]) => sql`(select value from json_each(${JSON.stringify(values)}))`

/** Everything the person may see, with the marks of the person. */
function visible({ person, keys, muted, hidden }: Reading): SQL {
  const unseen = hidden.length > 0 ? sql` and ${items.id} not in ${listOf(hidden)}` : sql``
  const silent =
    muted.length > 0 ? sql` and (${items.topic} not in ${listOf(muted)} or ${states.savedAt} is not null)` : sql``
  return sql`${items} left join ${states} on ${states.item} = ${items.id} and ${states.person} = ${person}
    where ${items.id} in (select ${audience.item} from ${audience} where ${audience.recipient} in ${listOf(keys)})${unseen}${silent}`
}

function chosen({ view, topic, weight, text, createdAfter }: Omit<InboxQuery, 'after' | 'before'>): SQL {
  const parts = [conditions[view]]
  if (topic !== undefined) parts.push(sql`${items.topic} = ${topic}`)
  if (weight !== undefined && weight > 0) parts.push(sql`${items.weight} >= ${weight}`)
  if (createdAfter !== undefined) parts.push(sql`${items.toldAt} > ${createdAfter}`)
  if (text !== undefined) {
    const word = text.toLowerCase()
    parts.push(
      sql`(instr(lower(${items.title}), ${word}) > 0 or instr(lower(coalesce(${items.description}, '')), ${word}) > 0)`,
    )
  }
  return sql.join(parts, sql` and `)
}

/** The youngest first, by keyset. */
export function listInbox(read: Reader, reading: Reading, query: InboxQuery, size: number): InboxPage {
  const cursor = readPlace(query.after ?? query.before)
  const backwards = query.after === undefined && query.before !== undefined
  const [sign, direction] = backwards ? [sql`>`, sql`asc`] : [sql`<`, sql`desc`]
  const beyond = cursor ? sql` and (${items.toldAt}, ${items.id}) ${sign} (${cursor.at}, ${cursor.id})` : sql``
  const found = read.all(
    sql`select ${columns} from ${visible(reading)} and ${chosen(query)}${beyond}
      order by ${items.toldAt} ${direction}, ${items.id} ${direction} limit ${size + 1} offset ${query.offset ?? 0}`,
  ) as unknown as InboxRow[]
  const more = found.length > size
  const rows = found.slice(0, size)
  if (backwards) rows.reverse()
  const [first, last] = [rows[0], rows.at(-1)]
  return {
    rows,
    next: last && (backwards || more) ? placeOf(last) : undefined,
    previous: first && (backwards ? more : cursor !== undefined) ? placeOf(first) : undefined,
  }
}

export function countInbox(read: Reader, reading: Reading, query: InboxQuery): number {
  const row = read.get(sql`select count(*) as n from ${visible(reading)} and ${chosen(query)}`) as unknown as {
    n: number
  }
  return row.n
}

export function countViews(read: Reader, reading: Reading): InboxCounts {
  const sums = inboxViews.map((view) => sql`coalesce(sum(${conditions[view]}), 0) as ${sql.raw(view)}`)
  return read.get(sql`select ${sql.join(sums, sql`, `)} from ${visible(reading)}`) as unknown as InboxCounts
}

/** Topics of what the person may see. */
export function topicsOf(read: Reader, reading: Reading): string[] {
  const all = { ...reading, muted: [] }
  const rows = read.all(sql`select distinct ${items.topic} as topic from ${visible(all)} order by 1`) as unknown as {
    topic: string
  }[]
  return rows.map(({ topic }) => topic)
}

export function findInInbox(read: Reader, reading: Reading, id: string): InboxRow | undefined {
  const all = { ...reading, muted: [] }
  return read.get(sql`select ${columns} from ${visible(all)} and ${items.id} = ${id}`) as unknown as
    | InboxRow
    | undefined
}

/** Which of these the person may see. */
export function visibleIds(read: Reader | Transaction, reading: Reading, ids: readonly string[]): string[] {
  const all = { ...reading, muted: [] }
  const rows = read.all(
    sql`select ${items.id} as id from ${visible(all)} and ${items.id} in ${listOf(ids)}`,
  ) as unknown as { id: string }[]
  return rows.map(({ id }) => id)
}

/** Everything that one view shows under some filters. */
export function chosenIds(read: Reader | Transaction, reading: Reading, query: InboxQuery, most: number): string[] {
  const rows = read.all(
    sql`select ${items.id} as id from ${visible(reading)} and ${chosen(query)} limit ${most}`,
  ) as unknown as { id: string }[]
  return rows.map(({ id }) => id)
}

export const marks = ['read', 'unread', 'saved', 'unsaved', 'done', 'undone'] as const
export type Mark = (typeof marks)[number]

export async function markItems(
  tx: Transaction,
  person: string,
  ids: readonly string[],
  mark: Mark,
  at: Date,
): Promise<void> {
  const changes = {
    read: { readAt: at },
    unread: { readAt: null, doneAt: null },
    saved: { savedAt: at },
    unsaved: { savedAt: null },
    done: { doneAt: at, readAt: sql`coalesce(${states.readAt}, ${at.getTime()})` },
    undone: { doneAt: null },
  }
  const fresh = {
    readAt: mark === 'read' || mark === 'done' ? at : null,
    doneAt: mark === 'done' ? at : null,
    savedAt: mark === 'saved' ? at : null,
  }
  for (const item of ids) {
    await tx
      .insert(states)
      .values({ person, item, ...fresh })
      .onConflictDoUpdate({ target: [states.person, states.item], set: changes[mark] })
  }
}

function placeOf({ toldAt, id }: InboxRow): string {
  return `${toldAt}-${id}`
}

function readPlace(text: string | undefined): { at: number; id: string } | undefined {
  if (text === undefined) return undefined
  const [, at, id] = /^(\d{1,15})-([\w-]{1,40})$/.exec(text) ?? []
  if (at !== undefined && id !== undefined) return { at: Number(at), id }
  throw new PortalError('invalid', 'The place in the list that the address names cannot be read', {
    hint: 'Leave out "after" and "before" to begin at the first page.',
  })
}

export function findMarks(read: Reader, person: string, item: string) {
  return read.get(
    sql`select ${states.readAt} as "readAt", ${states.doneAt} as "doneAt" from ${states}
      where ${states.person} = ${person} and ${states.item} = ${item}`,
  ) as unknown as { readAt: number | null; doneAt: number | null } | undefined
}

/** What is for somebody and leads to an entity, or is about what somebody owns. */
export function aboutEntities(read: Reader, keys: readonly string[]) {
  return read.all(
    sql`select ${items.id} as id, ${items.link} as link, ${items.scope} as scope, ${items.title} as title,
      ${items.description} as description, ${items.origin} as origin from ${items}
      where ${items.id} in (select ${audience.item} from ${audience} where ${audience.recipient} in ${listOf(keys)})
      and (${items.link} like '/%/%/%/%' or ${items.origin} = 'catalog')`,
  ) as unknown as Pick<InboxRow, 'id' | 'link' | 'scope' | 'title' | 'description' | 'origin'>[]
}
