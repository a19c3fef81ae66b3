import type { Actor } from '../../../api/actor.ts'
import { type EntityRef, entityPath } from '../../../api/ref.ts'
import type { Contributions } from '../../../platform/contributions.ts'
import type { Crawler } from '../crawler.ts'
import { definitionNote } from '../definition-note.ts'
import type { DefinitionService, RivalDefinition } from '../definition-service.ts'
import { entityView, headView } from '../entity-view.ts'
import type { FileSights } from '../file-sight.ts'
import type { Places } from '../places.ts'
import { definitionHref, type ProblemPlaces } from '../problem-places.ts'
import type { CatalogService } from '../service.ts'
import type { AboutRow, EntityHead, EntityPage, SourcePage } from '../views.ts'
import { kindNames } from './kinds.ts'

export interface DefinitionPagesArgs {
  service: CatalogService
  definitions: DefinitionService
  crawler: Crawler
  places: Places
  problemPlaces: ProblemPlaces
  sights: FileSights
  contributions: Contributions
}

/** The pages of a definition that does not hold, because another one came first. */
export interface DefinitionPages {
  /** @throws PortalError `not_found` */
  overview(actor: Actor, ref: EntityRef, id: string, signal: AbortSignal): Promise<EntityPage>
  /** Its file. @throws PortalError `not_found` */
  source(actor: Actor, ref: EntityRef, id: string, line: number | undefined, signal: AbortSignal): Promise<SourcePage>
}

export function createDefinitionPages(args: DefinitionPagesArgs): DefinitionPages {
  const { service, definitions, crawler, places, problemPlaces, sights, contributions } = args
  const names = kindNames(contributions)

  function head(actor: Actor, { row }: RivalDefinition, current: string): EntityHead {
    const titleOf = (other: string) => service.titleOf(actor, other)
    const provider = crawler.provider(row.sourceId)
    const viewUrl = provider?.viewUrl?.(row.path)
    const editUrl = provider?.editUrl?.(row.path)
    const view = headView({ row, current, kindName: names.name(row.kind), titleOf, tabs: [], viewUrl, editUrl })
    const tab = (id: string, title: string, href: string) => {
      return { id, title, href, current: id === current, count: null, alert: null }
    }
    return {
      ...view,
      tabs: [tab('', 'Overview', definitionHref(row, row.id)), tab('source', 'Source', sourceHref(row, row.id))],
    }
  }

  return {
    async overview(actor, ref, id, signal) {
      const rival = await definitions.rival(actor, ref, id)
      const { row, related } = rival
      const entity = await service.overview(actor, ref)
      const conflicts = entity.problems.filter((one) => {
        return one.origin === 'conflict' && one.sourceId === row.sourceId && one.path === row.path
      })
      const placed = await problemPlaces.whole(
        actor,
        conflicts.map((problem) => ({ problem, entity: entity.row })),
        signal,
      )
      const { sourceId, path } = row
      const provider = crawler.provider(sourceId)
      const lineHref = (line?: number) => sourceHref(row, id, line)
      const page = entityView({
        overview: { row, related, problems: [], changes: [] },
        head: head(actor, rival, ''),
        main: [],
        side: [],
        titleOf: (other) => service.titleOf(actor, other),
        problems: placed.map((problem) => ({ ...problem, definitionHref: null })),
        viewUrl: (file, line) => provider?.viewUrl?.(file, line) ?? lineHref(line),
        editUrl: provider?.editUrl?.(path),
      })
      return {
        ...page,
        about: { ...page.about, rows: page.about.rows.filter(isNotTime) },
        changes: null,
        definition: definitionNote(rival, await titlesOf(), entityPath(entity.row)),
      }
    },

    async source(actor, ref, id, line, signal) {
      const rival = await definitions.rival(actor, ref, id)
      const { sourceId, path } = rival.definition
      const provider = crawler.provider(sourceId)
      const read = () => places.text(sourceId, path, signal)
      const sight = sights.of(actor, sourceId)
      return {
        entity: head(actor, rival, 'source'),
        tree: null,
        fields: null,
        switches: [],
        title: path,
        text: sight ? await sight.seen(path, read) : await read(),
        line: sight?.isMixed(path) ? null : (line ?? null),
        note: null,
        viewHref: provider?.viewUrl?.(path) ?? null,
        editHref: provider?.editUrl?.(path) ?? null,
        revision: null,
      }
    },
  }

  async function titlesOf(): Promise<ReadonlyMap<string, string>> {
    return new Map((await crawler.sourceRows()).map(({ id, title }) => [id, title]))
  }
}

function sourceHref(ref: EntityRef, id: string, line?: number): string {
  const mark = line === undefined ? '' : `&line=${line}#L${line}`
  return `${entityPath(ref)}/source?definition=${encodeURIComponent(id)}${mark}`
}

/** It is no entity: nothing about it changes in the catalog. */
const isNotTime = ({ value }: AboutRow) => value.as !== 'time'
