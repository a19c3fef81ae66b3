import type { Database } from '../../api/database.ts'
import { milliseconds } from '../../api/time.ts'
import type { JobKind } from './kind.ts'
import { removeFinished } from './store.ts'

/** How long a finished job can be looked up. */
export const keptFor = milliseconds('30d')
/** Rows removed in one transaction; pages are served in between. */
const batch = 2000

/** The built-in job that removes finished jobs after 30 days. */
export function retention({ db, now }: { db: Pick<Database, 'write'>; now: () => Date }): JobKind {
  return {
    kind: 'jobs.prune',
    every: '1d',
    async run({ signal, progress }) {
      const before = new Date(now().getTime() - keptFor)
      let total = 0
      for (let removed = batch; removed === batch; total += removed) {
        signal.throwIfAborted()
        removed = await db.write((tx) => removeFinished(tx, before, batch))
        progress(total + removed, undefined, 'Removing jobs that ended more than 30 days ago')
      }
    },
  }
}
