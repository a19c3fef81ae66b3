import type { NotificationTopic } from './contract.ts'

/** `notifications/index`. */
export interface NotificationsPage {
  views: readonly { id: string; title: string; href: string; count: number; current: boolean }[]
  view: string
  topics: readonly { id: string; title: string; chosen: boolean }[]
  severities: readonly { id: string; title: string; chosen: boolean }[]
  filtered: boolean
  /** The same page without filters. */
  clearHref: string
  /** What the forms return to. */
  back: string
  /** The filters as they stand, for what marks everything. */
  topic: string | null
  severity: string | null
  rows: readonly NotificationRow[]
  pager: { from: null; to: null; total: number; previousHref: string | null; nextHref: string | null }
  /** Not null while there is nothing to show. */
  empty: 'filtered' | 'nothing' | null
}

export interface NotificationRow {
  id: string
  title: string
  description: string | null
  /** Goes where the notification leads and marks it as read; null where it leads nowhere. */
  href: string | null
  severity: string
  topic: string
  unread: boolean
  saved: boolean
  done: boolean
  /** The sender has ended it. */
  settled: boolean
  at: number
}

/** `notifications/settings`. */
export interface SettingsPage {
  topics: readonly { id: string; title: string; description: string | null; portal: boolean; email: string }[]
  /** Null where nothing is mailed to the reader. */
  mail: { address: string; digest: string } | null
  /** Why not. */
  noMail: 'unset' | 'no-address' | null
  /** Whether the choices have just been saved. */
  saved: boolean
  channels: readonly ChannelLine[] | null
}

/** `notifications/_summary`, on the page of one's settings. */
export interface SettingsSummary extends Pick<SettingsPage, 'mail' | 'noMail'> {
  /** How many topics there are, how many are told in the portal, and how many are mailed. */
  topics: { all: number; portal: number; now: number; digest: number }
}

export interface ChannelLine {
  title: string
  waiting: number
  sent: number
  failed: number
  error: string | null
}

const path = '/notifications'
const viewTitles = { unread: 'Unread', read: 'Read', saved: 'Saved', done: 'Done' } as const
type View = keyof typeof viewTitles
const severityTitles = { low: 'Any severity', normal: 'Normal and above', high: 'High and above', critical: 'Critical' }

export interface NotificationsViewArgs {
  view: View
  topic: string | undefined
  severity?: string | undefined
  counts: Record<View, number>
  total: number
  next: string | undefined
  previous: string | undefined
  rows: readonly {
    id: string
    title: string
    description: string | null
    link: string | null
    severity: string
    topic: string
    readAt: number | null
    savedAt: number | null
    doneAt: number | null
    settledAt: number | null
    toldAt: number
  }[]
  topics: readonly string[]
  named: ReadonlyMap<string, NotificationTopic>
  /** Path and query of the page itself. */
  own: string
}

export function notificationsView(args: NotificationsViewArgs): NotificationsPage {
  const { view, topic, severity, counts, rows, total, next, previous, named } = args
  const chosen = { topic, severity: severity === 'low' ? undefined : severity }
  const link = (change: Record<string, string | undefined>) => linkOf({ view, ...chosen, ...change })
  const filtered = topic !== undefined || chosen.severity !== undefined
  const titleOf = (id: string) => named.get(id)?.title ?? id
  return {
    views: Object.entries(viewTitles).map(([id, title]) => ({
      id,
      title,
      href: link({ view: id }),
      count: counts[id as View],
      current: id === view,
    })),
    view,
    topics: args.topics.map((id) => ({ id, title: titleOf(id), chosen: id === topic })),
    severities: Object.entries(severityTitles).map(([id, title]) => ({
      id,
      title,
      chosen: id === (severity ?? 'low'),
    })),
    filtered,
    clearHref: linkOf({ view }),
    back: args.own,
    topic: topic ?? null,
    severity: chosen.severity ?? null,
    rows: rows.map((row) => ({
      id: row.id,
      title: row.title,
      description: row.description,
      href: row.link === null ? null : `${path}/${encodeURIComponent(row.id)}/open`,
      severity: row.severity,
      topic: titleOf(row.topic),
      unread: row.readAt === null && row.doneAt === null && row.settledAt === null,
      saved: row.savedAt !== null,
      done: row.doneAt !== null,
      settled: row.settledAt !== null,
      at: row.toldAt,
    })),
    pager: {
      ...{ from: null, to: null, total },
      previousHref: previous ? link({ before: previous }) : null,
      nextHref: next ? link({ after: next }) : null,
    },
    empty: rows.length > 0 ? null : filtered ? 'filtered' : 'nothing',
  }
}

function linkOf(values: Record<string, string | undefined>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && !(name === 'view' && value === 'unread')) query.set(name, value)
  }
  return query.size === 0 ? path : `${path}?${query}`
}

export function settingsSummary({ topics, mail, noMail }: SettingsPage): SettingsSummary {
  const mailed = (mode: string) => topics.filter(({ email }) => email === mode).length
  const portal = topics.filter((topic) => topic.portal).length
  return { mail, noMail, topics: { all: topics.length, portal, now: mailed('now'), digest: mailed('digest') } }
}

/** `webhook chat` is called `Webhook chat`, `email` mail at once. */
export function channelTitle(channel: string): string {
  if (channel === 'email') return 'Mail at once'
  if (channel === 'digest') return 'Mail as a digest'
  return channel.replace(/^webhook /, 'Webhook ')
}

const units: Record<string, string> = { ms: 'millisecond', s: 'second', m: 'minute', h: 'hour', d: 'day' }

/** `1d` as one says it: `every day`; `every 6 hours`. */
export function everyText(duration: string): string {
  const [, value = '', unit = ''] = /^([\d.]+)(\w+)$/.exec(duration) ?? []
  const word = units[unit] ?? unit
  return value === '1' ? `every ${word}` : `every ${value} ${word}s`
}
