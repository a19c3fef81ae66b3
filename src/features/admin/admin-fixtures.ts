/** Made-up states of the pages of the administration, ordinary and hostile. */
import { now } from './entity-fixtures.ts'
import type { JobQueue, JobRow, SchedulesPage } from './job-views.ts'
import type { Attention, ContributionGroup, PluginRow, SourceLines } from './views.ts'

const minute = 60_000
const long = 'Rechtsschutzversicherungsgesellschaften'.repeat(4)
const hostile = `<script>alert(1)</script> ${long}`

const job = (id: string, more: Partial<JobRow>): JobRow => ({
  id,
  href: '/admin/jobs',
  kind: 'catalog.crawl',
  key: 'folder:examples',
  state: 'done',
  tone: 'ok',
  attempt: 1,
  attempts: 5,
  when: { words: 'ended', at: now - 3 * minute },
  took: 640,
  progress: null,
  error: null,
  retryHref: null,
  cancelHref: null,
  ...more,
})

const queue: JobQueue & { clearHref: string } = {
  rows: [
    job('gallery-1', {
      state: 'running',
      tone: 'info',
      when: { words: 'began', at: now - minute },
      took: null,
      progress: { id: 'gallery-1', what: 'Reading files', done: 1200, total: 21_000, since: now - minute },
    }),
    job('gallery-2', {
      state: 'running',
      tone: 'info',
      key: null,
      took: null,
      progress: { id: 'gallery-2', what: hostile, done: 3, total: null, since: now },
    }),
    job('gallery-3', {
      state: 'waiting',
      tone: 'plain',
      attempt: 0,
      when: { words: 'runs', at: now + 9 * minute },
      took: null,
      cancelHref: '#',
    }),
    job('gallery-4', {
      kind: `costs.${long}`,
      key: hostile,
      state: 'failed',
      tone: 'bad',
      attempt: 5,
      error: `The costs service answered 503. ${hostile}`,
      retryHref: '#',
    }),
    job('gallery-5', {
      kind: 'gone.job',
      state: 'interrupted',
      tone: 'warn',
      attempts: null,
      error: 'The portal ended while this job ran.',
      retryHref: '#',
    }),
    job('gallery-6', { state: 'cancelled', tone: 'plain', took: null, retryHref: '#' }),
    job('gallery-7', {}),
  ],
  pager: { from: null, to: null, total: 1240, previousHref: null, nextHref: '#' },
  pollHref: null,
  filtered: false,
  clearHref: '/admin/jobs',
}

const attention: Attention[] = [
  { tone: 'bad', title: '3 jobs given up within a day', text: 'costs.import (2), docs.build (1).', href: '#' },
  {
    tone: 'warn',
    title: 'There is no access control',
    text: 'Whoever reaches this portal may do everything.',
    href: null,
  },
  { tone: 'info', title: hostile, text: long, href: '#' },
]

const sources: SourceLines = {
  rows: (['failed', 'held', 'reading', 'waiting', 'partial', 'ok'] as const).map((state, at) => ({
    id: state,
    title: state === 'held' ? hostile : 'Brackenlow',
    type: 'git',
    state,
    entities: at * 1000,
    problems: at,
    readAt: state === 'waiting' ? null : now - at * minute,
    error: state === 'failed' ? 'git.brackenlow.example answered nothing for 30 s' : null,
  })),
  more: 494,
  href: '#',
}

const schedules: SchedulesPage['rows'] = [
  { kind: 'jobs.prune', href: '#', every: '1 d', lastAt: now - 60 * minute, nextAt: now + 1300 * minute, runHref: '#' },
  { kind: `costs.${long}`, href: '#', every: '10 min', lastAt: null, nextAt: now - minute, runHref: '#' },
]

const plugins: PluginRow[] = [
  { name: 'catalog', href: '#', isConfigured: true, brings: '36 routes, 4 tabs, 10 kinds' },
  { name: 'empty', href: '#', isConfigured: false, brings: '' },
]

const group: ContributionGroup = {
  id: 'gallery',
  title: 'Routes',
  count: 240,
  table: {
    caption: 'Routes of a made-up plugin',
    columns: [{ title: 'Method' }, { title: 'Address' }, { title: 'Permission' }],
    rows: [
      ['GET', { text: '/costs', href: '#' }, 'costs.read'],
      ['POST', hostile, 'public'],
    ],
  },
  more: 238,
}

type Section = readonly [title: string, view: string, samples: [name: string, props: object][]]

export const adminSections: readonly Section[] = [
  ['Jobs', 'admin/_queue', [['every state', queue]]],
  ['Schedules', 'admin/_schedules', [['one that never ran', { rows: schedules }]]],
  ['Needs attention', 'admin/_attention', [['of every weight', { attention }]]],
  ['Sources in short', 'admin/_sources', [['every state', { sources }]]],
  ['Plugins', 'admin/_plugins', [['with and without', { plugins }]]],
  ['Contributions of a plugin', 'admin/_contributions', [['more than fit', { group }]]],
]
