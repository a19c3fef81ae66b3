import { systemActor } from '../../../api/actor.ts'
import type { FactEntity, FactResult, FactSpec, FactValue } from '../../../api/fact.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { parseRef } from '../../../api/ref.ts'
import type { Contributors, SourceTree } from '../../../api/source-tree.ts'
import { type ServiceRef, serviceRef } from '../../../api/wiring.ts'
import { isOrganisational } from '../contact-facts.ts'
import { contributorReaderRef } from '../contributors.ts'
import { crawlerRef } from '../crawler.ts'
import { languagesOf } from '../infer/languages.ts'
import type { CatalogService } from '../service.ts'
import type { EntityRow } from '../store/entity.ts'

/** The catalog as the portal itself sees it. */
export const wholeCatalogRef: ServiceRef<CatalogService> = serviceRef('catalog.whole')

/** The code of an entity, as far as a clone tells of it. */
interface Code {
  row: EntityRow
  /** Its folder in the tree; empty where it is all of it. */
  folder: string
  tree: SourceTree
  contributors(): Promise<Contributors>
}

type Reading = (code: Code, signal: AbortSignal) => Promise<FactValue | undefined>

/** What the clones know of the folder of an entity. Nothing is fetched for it. */
export const repositoryFacts: readonly FactSpec[] = [
  fact('last-commit', 'Last commit', async ({ row, tree, contributors }) => {
    const { people } = await contributors()
    const newest = Math.max(0, ...people.map(({ lastAt }) => lastAt))
    // Commits of more than a year ago are not counted; the file itself still tells when it was written.
    const at = newest || (await tree.log?.(row.path))?.at
    return at === undefined ? undefined : { at }
  }),
  fact('contributors', 'Contributors in a year', async ({ contributors }) => (await contributors()).people.length),
  fact('branches', 'Open branches', async ({ tree }, signal) => {
    const names = await tree.branches?.(signal)
    return names && Math.max(0, names.length - 1)
  }),
  fact('languages', 'Languages', async ({ tree, folder }, signal) => {
    const all = await tree.list(undefined, signal)
    const inside = folder === '' ? all : all.filter(({ path }) => path.startsWith(`${folder}/`))
    // Where the content was not fetched sizes are not known: then files are counted.
    const weighed = inside.some(({ size }) => size > 0) ? inside : inside.map((entry) => ({ ...entry, size: 1 }))
    const names = languagesOf(weighed).map(({ value }) => value)
    return names.length > 0 ? names.join(', ') : undefined
  }),
]

function fact(id: string, title: string, read: Reading): FactSpec {
  return {
    id,
    title,
    permission: 'catalog.read',
    every: '1h',
    timeout: '2m',
    ready: (ctx) => anyHistory(ctx),
    when: ({ kind }) => !isOrganisational(kind) && kind.toLowerCase() !== 'location',
    collect: (entities, ctx, signal) => collect(entities, ctx, signal, read),
  }
}

async function collect(
  entities: readonly FactEntity[],
  ctx: PluginContext,
  signal: AbortSignal,
  read: Reading,
): Promise<FactResult[]> {
  const service = ctx.use(wholeCatalogRef)
  const reader = ctx.use(contributorReaderRef)
  const crawler = ctx.use(crawlerRef)
  const results: FactResult[] = []
  for (const { ref } of entities) {
    signal.throwIfAborted()
    const row = await service.find(systemActor, parseRef(ref))
    const tree = row && crawler.opened(row.sourceId)
    const place = tree && (await reader.place(row, signal))
    if (!row || !tree || !place?.hasHistory) continue
    const contributors = async () => {
      const reading = await reader.read(place)
      if ('error' in reading) throw reading.error
      return reading.contributors
    }
    const value = await read({ row, tree, folder: place.folder, contributors }, signal)
    if (value !== undefined) results.push({ ref, value })
  }
  return results
}

/** Whether any source has a history: otherwise nobody need look at entities. */
async function anyHistory(ctx: PluginContext): Promise<boolean> {
  const crawler = ctx.use(crawlerRef)
  for (const { id } of await crawler.sourceRows()) {
    if (crawler.opened(id)?.contributors) return true
  }
  return false
}
