import type { SourceRow } from '../catalog/views.ts'
import { now } from './entity-fixtures.ts'

// Sources in every state, for the gallery.

const hour = 3_600_000
const removal: SourceRow['removal'] = {
  count: 34,
  total: 61,
  sample: ['component:default/checkout', 'component:default/ledger'],
  more: 32,
  since: now - 2 * hour,
  kept: null,
  leaving: false,
  set: '3f786850e387550fdab836ed7e6dc881de23001b',
  decideHref: '#',
}

export const other = { id: 'folder:other', title: 'other' }
export const turn: SourceRow['activity'] = {
  words: 'Waiting for its turn',
  done: null,
  total: null,
  since: now - 2_000,
  isWaiting: true,
}
export const keptOnes: SourceRow['removal'] = { ...removal, kept: { by: 'Anna', at: now - hour } }

export const sources: SourceRow[] = (['ok', 'partial', 'failed', 'reading', 'waiting', 'held'] as const).map(
  (state, at) => ({
    id: `folder:${state}`,
    title: ['examples', 'payments', 'warehouse', 'frontends', 'archive', 'legacy'][at] ?? state,
    type: at % 2 === 0 ? 'folder' : 'git',
    location: at % 2 === 0 ? `/srv/catalog/${state}` : `https://git.example/${state}.git`,
    state,
    entities: state === 'waiting' ? 0 : 214 - at,
    files: state === 'waiting' ? 0 : 61,
    problems: state === 'partial' ? 3 : 0,
    problemsHref: state === 'partial' ? '/catalog?problems=error' : null,
    readAt: state === 'waiting' ? null : now - at * hour - 40_000,
    took: state === 'waiting' ? null : 1400,
    revision: state === 'waiting' ? null : '3f9c2ab',
    error: state === 'failed' ? 'The folder is not there any more.' : null,
    hint: state === 'failed' ? 'Mount it again, or change its path in portal.config.ts.' : null,
    failedSince: state === 'failed' ? now - 3 * hour : null,
    okAt: state === 'waiting' ? null : now - (state === 'failed' ? 3 : at) * hour,
    activity:
      state === 'reading'
        ? { words: 'Reading files', done: 1_240, total: 5_300, since: now - 9_000, isWaiting: false }
        : null,
    removal: state === 'held' ? removal : null,
    refreshHref: '/catalog/sources/refresh',
  }),
)
