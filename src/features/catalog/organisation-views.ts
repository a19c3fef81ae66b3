import { entityPath, parseRef } from '../../api/ref.ts'
import { ownerView, refLink } from './list-view.ts'
import type { GroupOwnership, MemberListing, Membership, OwnershipWay, Place, UserOwnership } from './organisation.ts'
import type { MemberRow, NamedRow, OwnedEntity } from './store/organisation.ts'
import type { EntityRefLink, Owner, Pager } from './views.ts'

/** Who is meant by a row of the store; unknown where nothing defines it. */
export const personLink = (row: NamedRow): EntityRefLink =>
  refLink(row.ref, row.name === null ? null : (row.title ?? row.name), row.type)

/** `catalog/_members`: in the card of a group, and as its tab. */
export interface MembersView {
  /** Direct members, and those of sub-groups as well; empty where there are no others. */
  switches: readonly { title: string; count: number; href: string; current: boolean }[]
  rows: readonly MemberView[]
  /** Those whom the group names itself and nothing defines. */
  unknown: number
  /** Null in the card. */
  pager: Pager | null
  /** Where the others are; null when all are shown. */
  moreHref: string | null
  total: number
  /** What its sub-groups hold where it has no members itself. */
  empty: 'none' | 'below' | null
}

export interface MemberView extends Owner {
  description: string | null
  email: string | null
  /** Sub-groups that it is a member of, where it is not one of the group itself. */
  through: readonly EntityRefLink[]
}

export interface MembersArgs {
  path: string
  listing: MemberListing
  inherited: boolean
  /** Whether it is the tab, with all pages, or the card. */
  paged: boolean
  titleOf(ref: string): string | null
}

export function membersView({ path, listing, inherited, paged, titleOf }: MembersArgs): MembersView {
  const { rows, counts, before, next, previous } = listing
  const href = `${path}/members`
  const address = (cursor: string) => `${href}?${inherited ? 'members=all&' : ''}${cursor}`
  const total = inherited ? counts.all : counts.direct
  return {
    switches:
      counts.all === counts.direct
        ? []
        : [
            { title: 'Direct', count: counts.direct, href, current: !inherited },
            { title: 'With sub-groups', count: counts.all, href: `${href}?members=all`, current: inherited },
          ],
    rows: rows.map((row) => memberView(row, titleOf)),
    unknown: counts.unknown,
    pager: paged
      ? {
          from: rows.length > 0 ? before + 1 : null,
          to: rows.length > 0 ? before + rows.length : null,
          total,
          previousHref: previous ? address(`before=${previous}`) : null,
          nextHref: next ? address(`after=${next}`) : null,
        }
      : null,
    moreHref: !paged && total > rows.length ? address('').replace(/[?&]$/, '') : null,
    total,
    empty: rows.length > 0 ? null : counts.all > 0 ? 'below' : 'none',
  }
}

const shownThrough = 3

function memberView(row: MemberRow, titleOf: MembersArgs['titleOf']): MemberView {
  const via = row.direct === 1 ? [] : (JSON.parse(row.via) as string[])
  return {
    ...ownerView(row.ref, row.name === null ? null : (row.title ?? row.name)),
    description: row.description,
    email: row.email,
    through: via
      .map((ref) => refLink(ref, titleOf(ref), null))
      .sort((a, b) => a.title.localeCompare(b.title, 'en'))
      .slice(0, shownThrough),
  }
}

/** `catalog/_memberships`: the groups of a user. */
export interface MembershipsView {
  rows: readonly (EntityRefLink & { type: string | null; through: readonly string[] })[]
  /** Further ones that are not shown. */
  more: number
}

const shownMemberships = 30

export function membershipsView(memberships: readonly Membership[]): MembershipsView {
  const titles = titlesOf(memberships)
  return {
    rows: memberships.slice(0, shownMemberships).map((one) => ({
      ...personLink(one),
      type: one.type,
      through: one.through.map((ref) => titles.get(ref) ?? parseRef(ref).name),
    })),
    more: Math.max(0, memberships.length - shownMemberships),
  }
}

const titlesOf = (memberships: readonly Membership[]) =>
  new Map(memberships.map(({ ref, title, name }) => [ref, title ?? name ?? parseRef(ref).name]))

/** `catalog/_place`: what stands above and below a group. */
export interface PlaceView {
  above: readonly (readonly EntityRefLink[])[]
  below: readonly (EntityRefLink & { type: string | null; members: number | null })[]
  circular: boolean
  total: number
  treeHref: string
}

export function placeView(ref: string, { above, below, circular, total }: Place): PlaceView {
  return {
    above: above.map((way) => way.map(personLink)),
    below: below.map((row) => ({ ...personLink(row), type: row.type, members: row.members })),
    circular,
    total,
    treeHref: total > 0 ? organisationHref({ group: ref }) : organisationHref({}),
  }
}

export function organisationHref(parameters: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(parameters).toString()
  return text === '' ? '/catalog/organisation' : `/catalog/organisation?${text}`
}

/** `catalog/_owns`: what a group or user owns. */
export interface OwnsView {
  /** What the rows are, and how each column counts. */
  heads: readonly string[]
  rows: readonly OwnsRow[]
  entities: readonly OwnedEntityView[]
  /** All of it in the list. */
  allHref: string
  total: number
  /** Its name, as the owner in a file. */
  example: string
}

export interface OwnsRow {
  icon: string
  title: string
  /** `service`, or by which way: `member`. */
  note: string | null
  cells: readonly { count: number; href: string; warn: boolean }[]
}

export interface OwnedEntityView extends EntityRefLink {
  what: string
  owner: Owner | null
  problems: { errors: number; warnings: number }
}

export interface OwnsArgs {
  ref: string
  titleOf(ref: string): string | null
  kindName(kind: string): string
}

/** Rows of kinds and types before the rest is only counted in the list. */
const shownKinds = 12

export function groupOwns({ kinds, entities }: GroupOwnership, args: OwnsArgs): OwnsView {
  const sub = kinds.some(({ direct, all }) => all > direct)
  const owner = { owner: args.ref }
  const below = sub ? { ...owner, sub: '1' } : owner
  const cell = (count: number, parameters: Record<string, string>, warn = false) => ({
    count,
    href: listHref(parameters),
    warn: warn && count > 0,
  })
  return {
    heads: ['Kind', ...(sub ? ['Direct', 'With sub-groups'] : ['Entities']), 'Problems'],
    rows: kinds.slice(0, shownKinds).map(({ kind, type, direct, all, problems }) => {
      const what = { kind, ...(type !== null && { type }) }
      return {
        icon: refLink(`${kind}:default/x`, null, type).icon,
        title: args.kindName(kind),
        note: type,
        cells: [
          cell(direct, { ...what, ...owner }),
          ...(sub ? [cell(all, { ...what, ...below })] : []),
          cell(problems, { ...what, ...below, problems: 'any' }, true),
        ],
      }
    }),
    entities: entities.map((one) => ownedEntity(one, one.owner === args.ref, args)),
    allHref: listHref({ kind: 'all', ...below }),
    total: kinds.reduce((sum, { all }) => sum + all, 0),
    example: exampleOf(args.ref),
  }
}

export function userOwns({ ways, entities }: UserOwnership, args: OwnsArgs): OwnsView {
  const titles = titlesOf(ways)
  const owning = ways.filter(({ how, count }) => how === 'self' || count > 0)
  const list = (owners: readonly string[], more: Record<string, string> = {}) => {
    const parameters = new URLSearchParams({ kind: 'all', ...more })
    for (const owner of owners) parameters.append('owner', owner)
    return `/catalog?${parameters}`
  }
  return {
    heads: ['Through', 'Entities', 'Problems'],
    rows: owning.map((way) => ({
      icon: way.how === 'self' ? 'user' : 'users',
      title: way.how === 'self' ? 'Personally' : (titles.get(way.ref) ?? way.ref),
      note: noteOf(way, titles),
      cells: [
        { count: way.count, href: list([way.ref]), warn: false },
        { count: way.problems, href: list([way.ref], { problems: 'any' }), warn: way.problems > 0 },
      ],
    })),
    entities: entities.map((one) => ownedEntity(one, false, args)),
    allHref: list(owning.map(({ ref }) => ref)),
    total: ways.reduce((sum, { count }) => sum + count, 0),
    example: exampleOf(args.ref),
  }
}

/** How a file of the same namespace may name it: groups need no kind. */
function exampleOf(ref: string): string {
  const { kind, namespace, name } = parseRef(ref)
  return namespace === 'default' ? (kind === 'group' ? name : `${kind}:${name}`) : ref
}

function noteOf({ how, through }: OwnershipWay, titles: ReadonlyMap<string, string>): string | null {
  if (how === 'self') return null
  if (how === 'member') return 'as a member'
  return `above ${through.map((ref) => titles.get(ref) ?? parseRef(ref).name).join(' and ')}`
}

function ownedEntity(one: OwnedEntity, isOwn: boolean, { titleOf, kindName }: OwnsArgs): OwnedEntityView {
  return {
    ...personLink(one),
    what: one.type === null ? kindName(one.kind) : `${kindName(one.kind)} · ${one.type}`,
    owner: isOwn ? null : ownerView(one.owner, titleOf(one.owner)),
    problems: { errors: one.errors, warnings: one.warnings },
  }
}

function listHref(parameters: Readonly<Record<string, string>>): string {
  return `/catalog?${new URLSearchParams(parameters)}`
}

export const pathOf = (ref: string): string => entityPath(parseRef(ref))
