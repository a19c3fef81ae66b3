import type { PluginContext, Progress } from '../../api/plugin.ts'
import type { SearchSource } from '../../api/search.ts'
import type { Contributed, Contributions } from '../../platform/contributions.ts'
import { countDocuments, forgetSome, listSources, noteSource, putDocuments, removeBetween } from './store/documents.ts'

/** Of how documents are split into words: another one builds everything anew. */
const indexVersion = 1

export interface Rebuilder {
  /** Sources whose documents another program built, or none; and those that no plugin brings any more. */
  outdated(): { build: string[]; forget: string[] }
  rebuild(id: string, progress: Progress, signal: AbortSignal): Promise<number>
  forget(id: string, signal: AbortSignal): Promise<void>
}

const portion = 400

export function createRebuilder(ctx: PluginContext, contributions: Pick<Contributions, 'searchSources'>): Rebuilder {
  const all = () => contributions.searchSources
  const versionOf = ({ spec }: Contributed<SearchSource>) => `${indexVersion}.${spec.version ?? 1}`

  /** A part at a time, each in a transaction of its own: what is put in the meantime stays. */
  async function buildPart(source: Contributed<SearchSource>, after: string | undefined) {
    return ctx.db.write((tx) => {
      const { documents, more } = source.spec.list({ tx, ctx: source.ctx, after })
      const last = documents.at(-1)?.key
      putDocuments(tx, source.id, documents, true)
      const to = more ? last : undefined
      removeBetween(tx, source.id, { after, to, keep: documents.map(({ key }) => key) })
      if (!more) noteSource(tx, source.id, versionOf(source), ctx.now())
      return { last, more, count: documents.length }
    })
  }

  return {
    outdated() {
      const known = new Map(listSources(ctx.db.read).map(({ id, version }) => [id, version]))
      const ids = new Set(all().map(({ id }) => id))
      const stored = [...known.keys(), ...countDocuments(ctx.db.read).map(({ source }) => source)]
      return {
        build: all().flatMap((one) => (known.get(one.id) === versionOf(one) ? [] : one.id)),
        forget: [...new Set(stored)].filter((id) => !ids.has(id)),
      }
    },

    async rebuild(id, progress, signal) {
      const source = all().find((one) => one.id === id)
      if (!source) return 0
      let done = 0
      for (let after: string | undefined, more = true; more; ) {
        signal.throwIfAborted()
        const part = await buildPart(source, after)
        if (part.more && part.last === undefined) throw new Error(`${id} said there is more and gave none`)
        done += part.count
        after = part.last
        more = part.more
        progress(done, undefined, `Building the search of ${source.spec.title}`)
      }
      ctx.log.info({ source: id, documents: done }, 'Built what can be searched')
      return done
    },

    async forget(id, signal) {
      for (let left = portion; left === portion; ) {
        signal.throwIfAborted()
        left = await ctx.db.write((tx) => forgetSome(tx, id, portion))
      }
      ctx.log.info({ source: id }, 'Forgot what no plugin brings any more')
    },
  }
}
