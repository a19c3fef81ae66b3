import type { Entity } from '../../api/entity.ts'
import type { EntityCard, EntityTab, NavItem } from '../../api/plugin.ts'
import { isOrganisational } from './contact-facts.ts'
import { pagesRef } from './routes/pages.ts'
import { unchanged } from './versions.ts'

const permission = 'catalog.read'
const isGroup = ({ kind }: Entity) => kind.toLowerCase() === 'group'
const isUser = ({ kind }: Entity) => kind.toLowerCase() === 'user'

export const organisationNav: readonly NavItem[] = [
  {
    id: 'organisation',
    title: 'Organisation',
    href: '/catalog/organisation',
    icon: 'users',
    permission,
    group: 'more',
  },
]

export const organisationTabs: readonly EntityTab[] = [
  {
    id: 'members',
    title: 'Members',
    permission,
    when: isGroup,
    view: 'catalog/_members',
    load: ({ entity, actor, query, ctx }) => ctx.use(pagesRef).organisation.membersTab(actor, entity, query),
  },
]

/** What the page of a group or user shows: who is in it, where it stands, what it owns. */
export const organisationCards: readonly EntityCard[] = [
  {
    id: 'members',
    title: 'Members',
    permission,
    when: isGroup,
    view: 'catalog/_members',
    load: ({ entity, actor, ctx }) => ctx.use(pagesRef).organisation.members(actor, entity),
    version: unchanged,
  },
  {
    id: 'memberships',
    title: 'Groups',
    permission,
    when: isUser,
    view: 'catalog/_memberships',
    load: ({ entity, actor, ctx }) => ctx.use(pagesRef).organisation.memberships(actor, entity),
    version: unchanged,
  },
  {
    id: 'owns',
    title: 'Owns',
    permission,
    when: ({ kind }) => isOrganisational(kind),
    view: 'catalog/_owns',
    load: ({ entity, actor, ctx }) => ctx.use(pagesRef).organisation.owns(actor, entity),
    version: unchanged,
  },
  {
    id: 'place',
    title: 'In the organisation',
    permission,
    place: 'side',
    when: isGroup,
    view: 'catalog/_place',
    load: ({ entity, actor, ctx }) => ctx.use(pagesRef).organisation.place(actor, entity),
    version: unchanged,
  },
]

/** Relations that these cards show, and better than a row of the related would. */
export const shownByCards: Readonly<Record<string, readonly string[]>> = {
  group: ['hasMember', 'parentOf', 'childOf', 'ownerOf'],
  user: ['memberOf', 'ownerOf'],
}
