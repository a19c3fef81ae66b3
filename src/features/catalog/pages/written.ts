import type { Actor } from '../../../api/actor.ts'
import type { Entity } from '../../../api/entity.ts'
import { PortalError } from '../../../api/errors.ts'
import type { Crawler } from '../crawler.ts'
import { unmarked } from '../infer/mark.ts'
import { ownersFile } from '../infer/overlay.ts'
import type { Places } from '../places.ts'
import type { CatalogService } from '../service.ts'

/** `catalog/_written`: the file that would state what was inferred. */
export interface WrittenView {
  /** Where it belongs; null for owners, which may be defined in any repository. */
  location: string | null
  text: string
}

export interface WrittenPages {
  /** @throws PortalError `not_found` where somebody wrote the file */
  tab(actor: Actor, entity: Entity, signal: AbortSignal): Promise<WrittenView>
}

export function createWrittenPages(args: { service: CatalogService; crawler: Crawler; places: Places }): WrittenPages {
  const { service, crawler, places } = args
  return {
    async tab(actor, { kind, metadata }, signal) {
      const { namespace = 'default', name } = metadata
      const row = await service.find(actor, { kind, namespace, name })
      if (!row) throw new PortalError('not_found', `There is no ${kind} called ${name}`)
      const { sourceId, path } = row
      const location =
        crawler
          .provider(sourceId)
          ?.locationOf(path)
          .replace(/^(file|url):/, '') ?? path
      return {
        location: path === ownersFile ? null : location,
        text: unmarked(await places.text(sourceId, path, signal)),
      }
    },
  }
}
