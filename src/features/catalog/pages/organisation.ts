import { z } from 'zod'
import type { Actor } from '../../../api/actor.ts'
import type { Entity } from '../../../api/entity.ts'
import { PortalError } from '../../../api/errors.ts'
import { formatRef, parseRef } from '../../../api/ref.ts'
import type { Contributions } from '../../../platform/contributions.ts'
import { one } from '../../../platform/http/routes.ts'
import type { OrganisationService } from '../organisation.ts'
import {
  groupOwns,
  type MembershipsView,
  type MembersView,
  membershipsView,
  membersView,
  type OwnsView,
  type PlaceView,
  pathOf,
  placeView,
  userOwns,
} from '../organisation-views.ts'
import type { CatalogService } from '../service.ts'
import { type Branch, branchView, type OrganisationPage, organisationView } from '../tree-view.ts'
import { kindNames } from './kinds.ts'

/** The address of the organisation. */
export const OrganisationAddress = z.looseObject({
  /** The group at the top; all of them unless given. */
  group: one,
  q: one,
  /** Number of groups of the first level to pass over. */
  from: one,
  /** `loose`: only those who are in no group. */
  people: one,
  after: one,
  before: one,
})

export type OrganisationAddress = z.output<typeof OrganisationAddress>

export interface OrganisationPages {
  /** @throws PortalError `not_found` for a group that is not there */
  tree(actor: Actor, address: OrganisationAddress): Promise<OrganisationPage>
  branch(actor: Actor, group: string | undefined): Branch
  members(actor: Actor, entity: Entity): MembersView
  membersTab(actor: Actor, entity: Entity, query: Readonly<Record<string, string | undefined>>): MembersView
  memberships(actor: Actor, entity: Entity): MembershipsView
  place(actor: Actor, entity: Entity): PlaceView
  owns(actor: Actor, entity: Entity): OwnsView
}

const pageSize = 60
const shownMembers = 12
const shownFound = 50
const shownLoose = 24
const longestText = 200

export function createOrganisationPages(
  service: CatalogService,
  organisation: OrganisationService,
  contributions: Contributions,
): OrganisationPages {
  const names = kindNames(contributions)

  function groupAt(actor: Actor, text: string) {
    const ref = formatRef(parseRef(text, { kind: 'group' }))
    const group = organisation.graph(actor).group(ref)
    if (group) return group
    throw new PortalError('not_found', `There is no group ${ref}`, {
      hint: 'It may have another name, or no source of the catalog defines it.',
    })
  }

  function found(actor: Actor, text: string) {
    const words = [...new Set(text.slice(0, longestText).toLocaleLowerCase('en-US').split(/\s+/u).filter(Boolean))]
    if (words.length === 0) return undefined
    return {
      groups: organisation.find(actor, 'group', words, shownFound),
      people: organisation.find(actor, 'user', words, shownFound),
    }
  }

  return {
    async tree(actor, address) {
      const text = (address.q ?? '').trim()
      const search = found(actor, text)
      const looseOnly = address.people === 'loose' && search === undefined
      const top = address.group && search === undefined ? groupAt(actor, address.group) : undefined
      const cursor = looseOnly ? address : { after: undefined, before: undefined }
      const loose = top || search ? undefined : organisation.loose(actor, cursor, looseOnly ? pageSize : shownLoose)
      const people = [...(search?.people.rows ?? []), ...(loose?.rows ?? [])]
      return organisationView({
        graph: organisation.graph(actor),
        people: (await service.countByKind(actor)).get('user') ?? 0,
        address,
        text,
        top,
        from: offsetOf(address.from),
        found: search,
        groupsOf: organisation.groupsOf(
          actor,
          people.map(({ ref }) => ref),
        ),
        loose,
        looseOnly,
      })
    },

    branch(actor, group) {
      const graph = organisation.graph(actor)
      const { ref } = groupAt(actor, group ?? '')
      return branchView(graph, graph.children(ref), [ref])
    },

    members(actor, entity) {
      const ref = refOf(entity)
      const counts = organisation.countMembers(actor, ref)
      const inherited = counts.direct === 0 && counts.all > 0
      return membersOf(actor, ref, { inherited, after: undefined, before: undefined }, false)
    },

    membersTab(actor, entity, { members, after, before }) {
      return membersOf(actor, refOf(entity), { inherited: members === 'all', after, before }, true)
    },

    memberships: (actor, entity) => membershipsView(organisation.memberships(actor, refOf(entity))),

    place: (actor, entity) => placeView(refOf(entity), organisation.place(actor, refOf(entity))),

    owns(actor, entity) {
      const ref = refOf(entity)
      const args = { ref, titleOf: (other: string) => service.titleOf(actor, other), kindName: names.name }
      return ref.startsWith('user:')
        ? userOwns(organisation.ownedByUser(actor, ref), args)
        : groupOwns(organisation.ownedByGroup(actor, ref), args)
    },
  }

  function membersOf(
    actor: Actor,
    ref: string,
    query: { inherited: boolean; after: string | undefined; before: string | undefined },
    paged: boolean,
  ): MembersView {
    const listing = organisation.members(actor, ref, query, paged ? pageSize : shownMembers)
    const titleOf = (other: string) => service.titleOf(actor, other)
    return membersView({ path: pathOf(ref), listing, inherited: query.inherited, paged, titleOf })
  }
}

/** @throws PortalError `invalid` for what is no number */
function offsetOf(text: string | undefined): number {
  if (text === undefined) return 0
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new PortalError('invalid', `"${text}" is no number of groups to pass over`, {
    hint: 'Leave out "from" to begin at the first group.',
  })
}

function refOf({ kind, metadata }: Entity): string {
  return formatRef({ kind, namespace: metadata.namespace ?? 'default', name: metadata.name })
}
