import type { PluginContext } from '../../../api/plugin.ts'
import { milliseconds } from '../../../api/time.ts'
import { sentence } from '../../../platform/views/plural.ts'
import { catalogWatchSeam, type NotificationDraft, type Notifications, type WatchedSource } from '../contract.ts'
import { recall, remember } from '../store/settings.ts'

const origin = 'catalog'
export const sourcesTopic = 'catalog.sources'
const memoryKey = 'sources'

/** A source keeps failing once it has failed so often, or for so long. */
const often = 3
const long = milliseconds('1h')

/** What is remembered of a source that fails. */
interface Failing {
  failures: number
  readAt: number | null
  /** Whether anybody was told. */
  told: boolean
}

/** Tells administrators of sources that keep failing, and once more when they are read again. */
export async function tellOfSources(ctx: PluginContext, service: Notifications): Promise<void> {
  const sources = (await ctx.tryUse(catalogWatchSeam)?.sources()) ?? []
  const before = ((await recall(ctx.db.read, memoryKey)) ?? {}) as Record<string, Failing>
  const after: Record<string, Failing> = {}
  for (const source of sources) {
    const known = before[source.id]
    if (source.failedSince === null) {
      if (known?.told) await service.send(worksAgain(source))
      continue
    }
    const counted = countAgain(source, known)
    const keeps = counted.failures >= often || ctx.now().getTime() - source.failedSince >= long
    if (keeps) await service.send({ ...keepsFailing(source), quiet: known?.told ?? false })
    after[source.id] = { ...counted, told: counted.told || keeps }
  }
  const known = new Set(sources.map(({ id }) => id))
  for (const id of Object.keys(before)) if (!known.has(id)) await service.settle({ origin, scope: scopeOf(id) })
  if (JSON.stringify(after) === JSON.stringify(before)) return
  await ctx.db.write((tx) => remember(tx, memoryKey, after))
}

function countAgain({ readAt }: WatchedSource, known: Failing | undefined): Failing {
  if (!known) return { failures: 1, readAt, told: false }
  return known.readAt === readAt ? known : { ...known, failures: known.failures + 1, readAt }
}

function keepsFailing({ id, title, error, hint }: WatchedSource): NotificationDraft {
  const description = [error, hint].flatMap((text) => (text ? [sentence(text)] : [])).join(' ')
  return {
    ...about(id),
    title: `The source ${title.slice(0, 120)} cannot be read`,
    description: description.slice(0, 1500),
    severity: 'high',
  }
}

function worksAgain({ id, title }: WatchedSource): NotificationDraft {
  return { ...about(id), title: `The source ${title.slice(0, 120)} is read again`, severity: 'low' }
}

const scopeOf = (id: string) => `source ${id}`.slice(0, 300)

function about(id: string) {
  return { origin, topic: sourcesTopic, recipients: 'admins' as const, scope: scopeOf(id), link: '/catalog/sources' }
}
