import type { Actor } from '../../api/actor.ts'
import { shownChanged } from '../../api/live.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type EntityRef, formatRef } from '../../api/ref.ts'
import { catalogChanged, catalogTopic, sourcesTopic } from './contract.ts'
import type { CatalogService } from './service.ts'

/** Topics that the address of a page's stream may hold; a group that owns hundreds of entities follows all there are. */
const most = 100

/** What the pages of an entity show: it, and what it is related to, as far as the actor may see it. */
export async function entityTopics(service: CatalogService, actor: Actor, ref: EntityRef): Promise<string[]> {
  const own = formatRef(ref)
  const { related } = await service.overview(actor, ref)
  // What does not exist, or not for the actor, is left out: when it comes, the entity's own problems tell.
  const refs = new Set([own, ...related.flatMap((one) => (one.name === null ? [] : one.ref))])
  return refs.size > most ? [own, catalogTopic] : [...refs]
}

/** Tells open pages what became of the catalog. To be registered behind everything that forgets what it knew of it. */
export function announceChanges(ctx: PluginContext): void {
  ctx.on(catalogChanged, ({ refs, shown, content }) => {
    const topics = content ? [catalogTopic, sourcesTopic] : [sourcesTopic]
    ctx.emit(shownChanged, { topics: [...topics, ...refs, ...shown] })
  })
}
