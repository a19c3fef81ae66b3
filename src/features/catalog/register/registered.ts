import type { Reader } from '../../../api/database.ts'
import type { Provider } from '../../../api/provider.ts'
import type { Registered } from '../crawling.ts'
import { listRegistrations, type Registration, sourceOf } from '../store/registrations.ts'
import type { RegisteredSources } from './sources.ts'
import type { Target } from './target.ts'

/** The registered locations as the crawler sees them: read from the database once, and again when told to. */
export function createRegistered(read: Reader, sources: RegisteredSources): Registered & { reload(): void } {
  // Made once each: a row never changes, and there may be thousands.
  const made = new Map<string, Provider>()
  let known: { providers: readonly Provider[]; leaving: ReadonlySet<string> } | undefined

  const providerOf = (row: Registration) => {
    const provider = made.get(row.id) ?? sources.of(sourceOf(row.id), targetOf(row))
    made.set(row.id, provider)
    return provider
  }

  const now = () => {
    if (known) return known
    const rows = listRegistrations(read)
    const staying = rows.filter(({ leavingAt }) => leavingAt === null)
    const leaving = rows.filter(({ leavingAt }) => leavingAt !== null)
    const ids = new Set(rows.map(({ id }) => id))
    for (const id of made.keys()) if (!ids.has(id)) made.delete(id)
    known = {
      // The oldest first: of two that have a file, the one that was there before is asked.
      providers: staying.reverse().map(providerOf),
      leaving: new Set(leaving.map(({ id }) => sourceOf(id))),
    }
    return known
  }

  return {
    providers: () => now().providers,
    isLeaving: (sourceId) => now().leaving.has(sourceId),
    reload: () => {
      known = undefined
    },
  }
}

/** What a row says of its target. */
export function targetOf({ type, target, repository, branch, path, scope }: Registration): Target {
  return {
    type: type === 'url' ? 'url' : 'git',
    text: target,
    repository: repository ?? undefined,
    branch: branch ?? undefined,
    path,
    scope: scope === 'file' ? 'file' : 'tree',
    isOpen: false,
  }
}
