import type { ChannelLine, NotificationRow, NotificationsPage, SettingsPage } from '../notifications/views.ts'
import { now } from './entity-fixtures.ts'

const hour = 3_600_000

const plain: NotificationRow = {
  id: 'n1',
  title: '2 problems in Checkout',
  description: 'The owner "group:default/paymnets" is not in the catalog. And 1 other.',
  href: '#',
  severity: 'normal',
  topic: 'Problems in what you own',
  unread: true,
  saved: false,
  done: false,
  settled: false,
  at: now - hour,
}

const rows: NotificationRow[] = [
  { ...plain, id: 'n4', title: 'Costs have doubled since yesterday', severity: 'critical', description: null },
  { ...plain, id: 'n3', title: 'The source Brackenlow cannot be read', severity: 'high', saved: true },
  plain,
  { ...plain, id: 'n2', title: 'Closed on Friday', href: null, severity: 'low', unread: false, done: true },
  { ...plain, id: 'n0', title: '1 problem in Cart', unread: false, settled: true },
]

type List = Pick<NotificationsPage, 'view' | 'topic' | 'severity' | 'back' | 'rows' | 'pager' | 'empty' | 'clearHref'>

/** Every state of a row. */
export const notificationList: List = {
  view: 'unread',
  topic: null,
  severity: 'normal',
  back: '/admin/gallery',
  rows,
  pager: { from: null, to: null, total: 35, previousHref: null, nextHref: '#' },
  empty: null,
  clearHref: '#',
}

const topic = { id: 'catalog.problems', title: plain.topic, description: 'New errors and warnings in files.' }

export const notificationTopics: { topics: SettingsPage['topics']; mail: boolean } = {
  topics: [
    { ...topic, portal: true, email: 'digest' },
    { id: 'costs.budget', title: 'costs.budget', description: null, portal: false, email: 'off' },
  ],
  mail: true,
}

export const channels: ChannelLine[] = [
  { title: 'Mail as a digest', waiting: 3, sent: 41, failed: 0, error: null },
  { title: 'Webhook chat', waiting: 1, sent: 0, failed: 2, error: 'chat.example answered 503' },
]
