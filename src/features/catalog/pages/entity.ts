import type { Actor } from '../../../api/actor.ts'
import { PortalError } from '../../../api/errors.ts'
import { type EntityRef, entityPath, formatRef } from '../../../api/ref.ts'
import { auditPath, auditPermission } from '../../../platform/audit/address.ts'
import type { Contributions } from '../../../platform/contributions.ts'
import type { Policy } from '../../../platform/permissions/policy.ts'
import type { Stars } from '../../home/contract.ts'
import { isOffered, loadEntityCard, loadEntityTab } from '../cards.ts'
import type { Crawler } from '../crawler.ts'
import { entityView, headView, shownPairs, type Told } from '../entity-view.ts'
import { headStrip } from '../facts/head.ts'
import type { Facts } from '../facts/shown.ts'
import type { FileSights, SourceSight } from '../file-sight.ts'
import { refLink } from '../list-view.ts'
import { shownByCards } from '../organisation-cards.ts'
import { isBeside, type Places } from '../places.ts'
import type { ProblemPlaces } from '../problem-places.ts'
import { fieldsPath } from '../provenance-views.ts'
import { type CatalogService, type Overview, stamped } from '../service.ts'
import { fileTree } from '../source-view.ts'
import type { EntityRow } from '../store/entity.ts'
import {
  type Card,
  type EntityHead,
  type EntityTabPage,
  entityIcon,
  type MissingPage,
  type SourcePage,
} from '../views.ts'
import type { EarlierPages } from './earlier.ts'
import type { FieldPages } from './fields.ts'
import { createKeptOverviews, type KeptOverview } from './kept-overviews.ts'
import { kindNames } from './kinds.ts'
import type { ProblemPages } from './problems.ts'

export interface EntityPagesArgs {
  service: CatalogService
  crawler: Crawler
  places: Places
  contributions: Contributions
  policy: () => Policy
  problems: ProblemPages
  problemPlaces: ProblemPlaces
  earlier: EarlierPages
  fields: FieldPages
  facts: Facts
  sights: FileSights
  stars: () => Stars | undefined
  now: () => Date
}

export interface SourceQuery {
  form: 'yaml' | 'json' | 'fields'
  file: string | undefined
  line: number | undefined
}

/** Puts together what the pages of one entity show. Everything is found through the actor. */
export interface EntityPages {
  /** @throws PortalError `not_found` */
  overview(actor: Actor, ref: EntityRef, signal: AbortSignal): Promise<KeptOverview>
  tab(
    actor: Actor,
    ref: EntityRef,
    tab: string,
    query: Record<string, string | undefined>,
    signal: AbortSignal,
  ): Promise<EntityTabPage>
  card(actor: Actor, ref: EntityRef, card: string): Promise<Card>
  source(actor: Actor, ref: EntityRef, query: SourceQuery, signal: AbortSignal): Promise<SourcePage>
  missing(actor: Actor, ref: EntityRef, at: string | undefined, signal: AbortSignal): Promise<MissingPage>
}

type Cards = Contributions['entityCards']

const nearest = 5

/** Loaded when the first one looks: few pages show YAML, and it takes 6 MB. */
async function yamlOf(document: object): Promise<string> {
  const { stringify } = await import('yaml')
  return stringify(document, { lineWidth: 0 })
}

export function createEntityPages(args: EntityPagesArgs): EntityPages {
  const {
    service,
    crawler,
    places,
    contributions,
    policy,
    problems,
    problemPlaces,
    earlier,
    fields,
    facts,
    sights,
    stars,
  } = args
  const names = kindNames(contributions)
  const kept = createKeptOverviews(args.now)

  function head(actor: Actor, row: EntityRow, current: string, told: Told): EntityHead {
    const provider = crawler.provider(row.sourceId)
    const tabs = contributions.entityTabs.filter((tab) => isOffered(tab, row.entity, actor, policy()))
    const star = starOf(actor, row)
    const view = headView({
      row,
      current,
      told,
      known: headStrip(facts.ofEntity(actor, row.ref, row.entity)),
      kindName: names.name(row.kind),
      titleOf: (ref) => service.titleOf(actor, ref),
      auditHref: mayAudit(actor) ? auditPath(row.ref) : undefined,
      tabs: [...tabs.map(({ spec }) => spec), { id: 'source', title: 'Source' }],
      viewUrl: provider?.viewUrl?.(row.path),
      editUrl: provider?.editUrl?.(row.path),
    })
    return star ? { ...view, star } : view
  }

  function mayAudit(actor: Actor): boolean {
    return contributions.permissions.has(auditPermission) && policy().check(actor, auditPermission).allow
  }

  function starOf(actor: Actor, row: EntityRow) {
    const { ref: key, title, name } = row
    return stars()?.toggle(actor, { kind: 'entity', key, title: title ?? name, href: entityPath(row) })
  }

  /** Everything that an overview is made of; undefined where a card cannot say, or lines of problems are looked up. */
  async function versionOf(actor: Actor, { row, problems }: Overview, offered: Cards, signal: AbortSignal) {
    if (problems.length > 0) return undefined
    const cards: (string | undefined)[] = []
    for (const { id, ctx, spec } of offered) {
      const version = await spec.version?.({ entity: row.entity, actor, ctx, signal })
      if (version === undefined) return undefined
      cards.push(id, version)
    }
    return [
      service.version(actor),
      await fields.version(row, signal),
      crawler.provider(row.sourceId)?.viewUrl?.(row.path),
      starOf(actor, row)?.isStarred,
      mayAudit(actor),
      facts.version(actor, row.ref, row.entity),
      contributions.entityTabs.filter((tab) => isOffered(tab, row.entity, actor, policy())).map(({ id }) => id),
      ...cards,
    ]
  }

  async function compose(actor: Actor, overview: Overview, offered: Cards, signal: AbortSignal) {
    const { row } = overview
    const provider = crawler.provider(row.sourceId)
    const [told, placedProblems, ...cards] = await Promise.all([
      fields.toldWith(actor, row, shownPairs(overview.related), signal),
      problemPlaces.ofEntity(actor, row, overview.problems, signal),
      ...offered.map((card) => loadEntityCard(card, row.entity, actor, `${entityPath(row)}/cards/${card.id}`)),
    ])
    const placed = (place: 'main' | 'side') =>
      cards.filter((card, index) => card !== undefined && (offered[index]?.spec.place ?? 'main') === place) as Card[]
    const props = entityView({
      overview,
      told,
      head: head(actor, row, '', told),
      main: placed('main'),
      side: placed('side'),
      onCards: shownByCards[row.kind] ?? [],
      titleOf: (other) => service.titleOf(actor, other),
      problems: placedProblems,
      viewUrl: (path, line) => provider?.viewUrl?.(path, line),
      editUrl: provider?.editUrl?.(row.path),
    })
    return { props, isLasting: told.isWhole && cards.every((card) => card?.state !== 'error') }
  }

  async function rowOf(actor: Actor, ref: EntityRef): Promise<EntityRow> {
    const row = await service.find(actor, ref)
    if (!row) throw new PortalError('not_found', `There is no entity ${formatRef(ref)}`)
    return row
  }

  return {
    async overview(actor, ref, signal) {
      const overview = await service.overview(actor, ref)
      const offered = contributions.entityCards.filter((card) => isOffered(card, overview.row.entity, actor, policy()))
      const version = await versionOf(actor, overview, offered, signal)
      return kept.get(version, () => compose(actor, overview, offered, signal))
    },

    async tab(actor, ref, id, query, signal) {
      const row = await rowOf(actor, ref)
      const tab = contributions.entityTabs.find(({ spec }) => spec.id === id)
      if (!tab || !isOffered(tab, row.entity, actor, policy())) {
        throw new PortalError('not_found', `${row.name} has no tab called ${id}`, {
          hint: 'The plugin that brings it may not be configured, or it does not apply to this entity.',
        })
      }
      const card = await loadEntityTab(tab, { entity: row.entity, actor, query }, `${entityPath(row)}/${id}`)
      return { entity: head(actor, row, id, await fields.told(row, signal)), card }
    },

    async card(actor, ref, id) {
      const row = await rowOf(actor, ref)
      const card = contributions.entityCards.find((one) => one.id === id)
      if (!card || !isOffered(card, row.entity, actor, policy())) {
        throw new PortalError('not_found', `${row.name} has no card called ${id}`)
      }
      const loaded = await loadEntityCard(card, row.entity, actor, `${entityPath(row)}/cards/${id}`)
      if (!loaded) throw new PortalError('not_found', `The card ${id} has nothing to show for ${row.name}`)
      return loaded
    },

    async source(actor, ref, query, signal) {
      const overview = await service.overview(actor, ref)
      const { row, related } = overview
      const told = await fields.told(row, signal)
      const sight = sights.of(actor, row.sourceId)
      const base = {
        entity: head(actor, row, 'source', told),
        tree: await tree(row, query.file, sight, signal),
        fields: null,
      }
      const path = `${entityPath(row)}/source`
      const switches = [
        { title: 'YAML', href: path, current: query.file === undefined && query.form === 'yaml' },
        { title: 'JSON', href: `${path}?form=json`, current: query.file === undefined && query.form === 'json' },
        { title: 'Fields', href: fieldsPath(row.ref), current: query.file === undefined && query.form === 'fields' },
      ]
      const provider = crawler.provider(row.sourceId)
      const links = (file: string) => ({
        viewHref: provider?.viewUrl?.(file) ?? null,
        editHref: provider?.editUrl?.(file) ?? null,
      })
      if (query.file !== undefined) {
        const shown = isBeside(query.file, row.path)
          ? await textOrNote(row.sourceId, query.file, sight, signal)
          : { text: '', note: 'This file does not belong to the entity' }
        return {
          ...base,
          switches,
          title: query.file,
          ...shown,
          // What is left out is not counted either.
          line: sight?.isMixed(query.file) ? null : (query.line ?? null),
          ...links(query.file),
          revision: null,
        }
      }
      const shown = { ...base, switches, title: row.ref, note: null, line: null, revision: null, ...links(row.path) }
      if (query.form === 'fields') {
        return { ...shown, text: '', fields: await fields.fields(actor, row, related, signal) }
      }
      const relations = related.map(({ type, ref: targetRef }) => ({ type, targetRef }))
      const status = service.statusOf(row)
      const document = { ...stamped(row.entity, row), relations, ...(status && { status }) }
      const text = query.form === 'json' ? `${JSON.stringify(document, null, 2)}\n` : await yamlOf(document)
      return { ...shown, text }
    },

    async missing(actor, ref, at, signal) {
      const near = service.near(actor, ref, nearest).filter((one) => one.ref !== formatRef(ref))
      return {
        kind: names.name(ref.kind.toLowerCase()),
        namespace: ref.namespace,
        name: ref.name,
        near: near.map((one) => ({
          ...refLink(one.ref, one.title ?? one.name, one.type),
          icon: entityIcon(one.kind, one.type),
        })),
        problems: at === undefined ? await problems.ofAbsent(actor, ref, signal) : [],
        past: earlier.past(actor, ref, at),
        searchHref: `/catalog?kind=all&q=${encodeURIComponent(ref.name)}`,
      }
    },
  }

  async function tree(row: EntityRow, file: string | undefined, sight: SourceSight | undefined, signal: AbortSignal) {
    const files = await crawler.tree(row.sourceId, signal)
    if (!files) return null
    const entries = await files.list(undefined, signal)
    return fileTree(
      entries.flatMap(({ path }) => (sight?.shows(path) === false ? [] : path)),
      {
        root: row.path,
        current: file ?? row.path,
        hrefOf: (path) => `${entityPath(row)}/source?file=${encodeURIComponent(path)}`,
      },
    )
  }

  /** A file that cannot be shown says why in its place. */
  async function textOrNote(
    sourceId: string,
    path: string,
    sight: SourceSight | undefined,
    signal: AbortSignal,
  ): Promise<{ text: string; note: string | null }> {
    try {
      const text = sight
        ? await sight.seen(path, () => places.text(sourceId, path, signal))
        : await places.text(sourceId, path, signal)
      if (text.includes('\u0000')) return { text: '', note: 'This file is not text' }
      return { text, note: null }
    } catch (error) {
      if (!(error instanceof PortalError)) throw error
      return { text: '', note: error.message }
    }
  }
}
