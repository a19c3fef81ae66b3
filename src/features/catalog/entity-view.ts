import type { Entity } from '../../api/entity.ts'
import { entityPath, parseRef } from '../../api/ref.ts'
import { safeHref } from '../../platform/views/words.ts'
import { changeWords } from './change-words.ts'
import { contactFacts, isOrganisational } from './contact-facts.ts'
import { isInferred } from './infer/mark.ts'
import { ownerView, refLink } from './list-view.ts'
import type { RelatedPair } from './provenance.ts'
import type { HeadOrigins } from './provenance-views.ts'
import type { Overview } from './service.ts'
import type { ChangeRow, EntityRow, RelatedEntity } from './store/entity.ts'
import {
  type AboutRow,
  type AboutValue,
  type Card,
  type EntityHead,
  type EntityPage,
  entityIcon,
  type HeadFact,
  linkRows,
  type Problem,
  type Provenance,
  type RelatedGroup,
  relationWords,
  type TabLink,
} from './views.ts'

export interface EntityViewArgs {
  overview: Overview
  head: EntityHead
  main: readonly Card[]
  side: readonly Card[]
  /** Types of relations that the cards show. */
  onCards?: readonly string[]
  /** Title of a reference, null where the catalog does not know it. */
  titleOf(ref: string): string | null
  /** What is wrong with it, with places. */
  problems: readonly Problem[]
  viewUrl(path: string, line?: number): string | undefined
  editUrl: string | undefined
  /** Where fields and relations come from, as far as that is told. */
  told?: Told
}

/** Origins of what is shown, already looked up. */
export interface Told {
  field(path: readonly (string | number)[]): Provenance | null
  relation(related: RelatedPair): Provenance | null
  /** Where every field is listed with its origin. */
  allHref: string
  /** False where a commit was not known in time: it is told the next time. */
  isWhole: boolean
}

/** The overview of an entity: what answers first, what it is related to, and what is wrong with it. */
export function entityView(args: EntityViewArgs): EntityPage {
  const { overview, head } = args
  const { row } = overview
  return {
    entity: head,
    problems: args.problems,
    related: relatedGroups(overview.related, row, args),
    about: { editHref: args.editUrl ?? null, rows: aboutRows(args), allHref: args.told?.allHref ?? null },
    links: (row.entity.metadata.links ?? []).flatMap((link, index) =>
      linkRows([link]).map((one) => ({ ...one, from: args.told?.field(['metadata', 'links', index]) ?? null })),
    ),
    changes: { rows: overview.changes.map(changeView), allHref: `${entityPath(row)}/history` },
    earlier: null,
    definition: null,
    main: args.main,
    side: args.side,
  }
}

export interface HeadArgs {
  row: EntityRow
  kindName: string
  titleOf(ref: string): string | null
  tabs: readonly { id: string; title: string }[]
  current: string
  viewUrl: string | undefined
  editUrl: string | undefined
  told?: Told
  /** What other systems say, for the strip beneath the title. */
  known?: readonly HeadFact[]
  /** For who may read the audit. */
  auditHref?: string | undefined
}

export function headView({
  row,
  kindName,
  titleOf,
  tabs,
  current,
  viewUrl,
  editUrl,
  told,
  auditHref,
  known = [],
}: HeadArgs): EntityHead {
  const path = entityPath(row)
  const link = (id: string, title: string): TabLink => ({
    id,
    title,
    href: id === '' ? path : `${path}/${id}`,
    current: id === current,
    count: null,
    alert: null,
  })
  return {
    ref: row.ref,
    kind: kindName,
    namespace: row.namespace,
    name: row.name,
    title: row.title,
    description: row.description,
    type: row.type === null ? null : typeWords(row.type),
    lifecycle: row.lifecycle,
    icon: entityIcon(row.kind, row.type),
    owner: row.owner === null ? null : ownerView(row.owner, titleOf(row.owner)),
    facts: [...(isOrganisational(row.kind) ? contactFacts(row.entity, told) : headFacts(row.entity, told)), ...known],
    from: told ? headOrigins(row, told) : null,
    problems: { errors: row.errors, warnings: row.warnings },
    orphan: row.orphanedAt !== null,
    stale: row.stale,
    inferredHref: isInferred(row.entity) ? `${path}/write` : null,
    actions: [
      viewUrl && { title: 'View the file', href: viewUrl, icon: 'external', method: 'get' as const },
      editUrl && { title: 'Edit the file', href: editUrl, icon: 'pencil', method: 'get' as const },
      auditHref !== undefined && {
        title: 'What the audit says',
        href: auditHref,
        icon: 'shield',
        method: 'get' as const,
      },
    ].filter((action) => action !== undefined && action !== '' && action !== false),
    tabs: [link('', 'Overview'), ...tabs.map(({ id, title }) => link(id, title))],
  }
}

const spelled: Record<string, string> = {
  openapi: 'OpenAPI',
  asyncapi: 'AsyncAPI',
  graphql: 'GraphQL',
  grpc: 'gRPC',
  trpc: 'tRPC',
  'mcp-server': 'MCP server',
  's3-bucket': 'S3 bucket',
}

export function typeWords(type: string): string {
  return spelled[type.toLowerCase()] ?? type.replaceAll('-', ' ')
}

function headOrigins({ entity }: EntityRow, { field }: Told): HeadOrigins {
  return {
    kind: field(['kind']),
    name: field(['metadata', 'name']),
    title: field(titlePath(entity)),
    description: field(['metadata', 'description']),
    type: field(['spec', 'type']),
    lifecycle: field(['spec', 'lifecycle']),
    owner: field(['spec', 'owner']),
  }
}

/** What the title of an entity is: its own, else the name in the profile, else its name. */
export function titlePath({ metadata, spec }: Entity): string[] {
  if (metadata.title !== undefined) return ['metadata', 'title']
  const profile = spec?.profile
  const isNamed = typeof profile === 'object' && profile !== null && 'displayName' in profile
  return isNamed ? ['spec', 'profile', 'displayName'] : ['metadata', 'name']
}

/** How to reach those who know: e-mail of a person or group, the chat and the code. */
function headFacts(entity: Entity, told: Told | undefined): HeadFact[] {
  const facts: HeadFact[] = []
  const from = (...path: (string | number)[]) => told?.field(path)?.title ?? null
  const profile = entity.spec?.profile
  const email = typeof profile === 'object' && profile !== null && !Array.isArray(profile) ? profile.email : undefined
  if (typeof email === 'string')
    facts.push({ icon: 'mail', text: email, href: `mailto:${email}`, from: from('spec', 'profile', 'email') })
  const links = entity.metadata.links ?? []
  const chat = links.find(({ icon, type }) => icon === 'chat' || type === 'chat')
  if (chat && safeHref(chat.url))
    facts.push({
      icon: 'chat',
      text: chat.title ?? chat.url,
      href: chat.url,
      from: from('metadata', 'links', links.indexOf(chat)),
    })
  const slug = entity.metadata.annotations?.['github.com/project-slug']
  if (slug && /^[\w.-]+\/[\w.-]+$/.test(slug)) {
    const said = from('metadata', 'annotations', 'github.com/project-slug')
    facts.push({ icon: 'code', text: slug, href: `https://github.com/${slug}`, from: said })
  }
  return facts.slice(0, 4)
}

/** Rows of a group before the rest is counted only. */
const shownRelated = 12

/** Those that the overview names, each relation's first ones. */
export function shownPairs(related: readonly RelatedEntity[]): RelatedPair[] {
  const counts = new Map<string, number>()
  return related.filter(({ type }) => {
    const count = (counts.get(type) ?? 0) + 1
    counts.set(type, count)
    return count <= shownRelated && type !== 'ownedBy'
  })
}

/** @returns null where the cards show all there is */
function relatedGroups(
  related: readonly RelatedEntity[],
  row: EntityRow,
  { told, onCards = [] }: Pick<EntityViewArgs, 'told' | 'onCards'>,
): RelatedGroup[] | null {
  const byType = new Map<string, RelatedEntity[]>()
  for (const one of related) {
    // The owner stands in the header and among the facts.
    if (one.type === 'ownedBy' || onCards.includes(one.type)) continue
    byType.set(one.type, [...(byType.get(one.type) ?? []), one])
  }
  if (byType.size === 0 && onCards.length > 0) return null
  return [...byType].map(([type, all]) => ({
    id: type,
    title: `${relationWords(type).charAt(0).toUpperCase()}${relationWords(type).slice(1)}`,
    rows: all.slice(0, shownRelated).map((one) => ({ ...relatedRow(one, row.ref), from: told?.relation(one) ?? null })),
    total: all.length,
    moreHref: all.length > shownRelated ? `${entityPath(row)}/relations` : null,
  }))
}

/** @param seenFrom the entity whose page it is: it need not be named as the owner on its own page */
export function relatedRow(one: RelatedEntity, seenFrom?: string) {
  const { ref, title, href, icon, known } = refLink(
    one.ref,
    one.name === null ? null : (one.title ?? one.name),
    one.entityType,
  )
  const words = relationWords(one.type)
  const what = one.entityType === null ? '' : ` · ${typeWords(one.entityType)}`
  return {
    ref,
    title,
    href,
    icon,
    known,
    sentence: known ? `${words}${what}` : `${words} · not in the catalog`,
    owner: one.owner === null || one.owner === seenFrom ? null : ownerView(one.owner, one.ownerTitle),
  }
}

function aboutRows(args: EntityViewArgs): AboutRow[] {
  const { row } = args.overview
  const { spec } = row.entity
  const from = (...path: (string | number)[]) => args.told?.field(path) ?? null
  const rows: (AboutRow | undefined)[] = [
    row.owner === null
      ? undefined
      : about('Owner', { as: 'owner', owner: ownerView(row.owner, args.titleOf(row.owner)) }, from('spec', 'owner')),
    row.system === null
      ? undefined
      : about(
          'System',
          { as: 'entity', entity: refLink(row.system, args.titleOf(row.system), null) },
          from('spec', 'system'),
        ),
    entityFact('Domain', 'domain', 'domain'),
    entityFact('Parent', 'parent', 'group'),
    row.type === null ? undefined : about('Type', { as: 'text', text: typeWords(row.type) }, from('spec', 'type')),
    row.lifecycle === null
      ? undefined
      : about('Lifecycle', { as: 'text', text: row.lifecycle }, from('spec', 'lifecycle')),
    row.namespace === 'default'
      ? undefined
      : about('Namespace', { as: 'code', text: row.namespace }, from('metadata', 'namespace')),
    row.tags.length === 0
      ? undefined
      : about('Tags', { as: 'tags', tags: row.tags.map(tagLink) }, from('metadata', 'tags')),
    about('Changed', { as: 'time', at: row.changedAt.getTime(), by: null }, args.told ? changedMark(row) : null),
    about('Defined in', fileValue(args), null),
  ]
  return rows.filter((one) => one !== undefined)

  function entityFact(title: string, field: string, kind: string): AboutRow | undefined {
    const value = spec?.[field]
    if (typeof value !== 'string') return undefined
    const related = args.overview.related.find(
      (one) => one.ref.startsWith(`${kind}:`) && one.ref.endsWith(`/${value.split('/').at(-1)?.toLowerCase()}`),
    )
    if (!related) return undefined
    const title_ = related.name === null ? null : (related.title ?? related.name)
    return about(title, { as: 'entity', entity: refLink(related.ref, title_, related.entityType) }, from('spec', field))
  }

  function tagLink(tag: string) {
    return { text: tag, href: `/catalog?kind=all&tag=${encodeURIComponent(tag)}` }
  }
}

function about(title: string, value: AboutValue, from: Provenance | null): AboutRow {
  return { title, value, from }
}

function fileValue({ overview: { row }, viewUrl }: EntityViewArgs): AboutValue {
  const href = viewUrl(row.path) ?? `${entityPath(row)}/source?file=${encodeURIComponent(row.path)}`
  return { as: 'link', text: row.path, href }
}

function changedMark(row: EntityRow): Provenance {
  const title = 'When the portal first read it as it is now'
  return { text: 'portal', title, href: `${entityPath(row)}/history` }
}

export function changeView(change: ChangeRow) {
  return { text: changeWords(change), at: change.at, href: null }
}

export function nameOfRef(ref: string): string {
  return parseRef(ref).name
}
