/** Props of the graph's views. Nothing is optional: what is not there is `null` or an empty list. */
import type { OwnerLink } from '../catalog/contract.ts'

/** An entity as it is drawn: a box with an icon and one or two lines. */
export interface DrawnNode {
  /** Its number in the drawing, which edges name. */
  at: number
  /** Upper left corner. */
  x: number
  y: number
  width: number
  height: number
  icon: string
  /** Null for what leads nowhere. */
  href: string | null
  /** As much of it as fits. */
  title: string
  /** The second line; null where there is one only. */
  sub: string | null
  /** In full, for those who listen or point at it. */
  label: string
  state: 'root' | 'plain' | 'unknown' | 'more'
}

export interface DrawnEdge {
  from: number
  to: number
  path: string
  /** `uses`: what fails is felt at the other end; `holds`: a whole and its part, an owner and the owned. */
  how: 'uses' | 'holds'
  /** Words beside the line, one below the other, with the place of their middle. */
  words: readonly { text: string; x: number; y: number }[]
}

export interface Drawing {
  width: number
  height: number
  nodes: readonly DrawnNode[]
  edges: readonly DrawnEdge[]
  /** Words above several nodes; the place is that of their beginning. */
  captions: readonly { text: string; x: number; y: number }[]
  /** Read out in place of the picture as a whole. */
  label: string
}

/** Another entity, as a link; null where nothing is known of it. */
export interface NodeLink {
  ref: string
  title: string
  href: string | null
  icon: string
}

/** `graph/index`. */
export interface GraphPage {
  action: string
  /** The shortest address of what is shown. */
  ownHref: string
  heading: string
  /** Null until there is somewhere to begin. */
  figure: Figure | null
  filters: Filters
  /** References that were asked for and are not there. */
  missing: readonly string[]
  /** What the words for a further root may mean; null where none were given. */
  found: Found | null
  /** Where to begin; shown while there is no root. */
  starts: readonly NodeLink[]
}

export interface Figure {
  /** `24 entities and 31 relations`. */
  summary: string
  /** What is not drawn, and why: a sentence, or null. */
  left: string | null
  /** Where the same is drawn with fewer lines; null where it can be told apart. */
  simplerHref: string | null
  /** Null where it could not be drawn; `failure` says why. */
  drawing: Drawing | null
  failure: string | null
  size: 'fit' | 'actual' | 'auto'
  sizes: readonly Choice[]
  relations: RelationList
  /** Not null when nothing is related to the roots. */
  empty: { title: string; text: string; code: string | null; action: { title: string; href: string } | null } | null
  impactHref: string | null
}

/** The same as the picture, in words. */
export interface RelationList {
  rows: readonly { from: NodeLink; words: string; to: NodeLink; reverse: string | null }[]
  more: number
  /** Whether it is open by itself. */
  open: boolean
}

export interface Choice {
  title: string
  href: string
  current: boolean
}

/** `graph/_filters`. */
export interface Filters {
  open: boolean
  /** How many differ from the default. */
  chosen: number
  clearHref: string
  roots: readonly { link: NodeLink; removeHref: string }[]
  /** What the field for a further root holds. */
  add: string
  kinds: readonly Checkbox[]
  relations: readonly { boxes: readonly Checkbox[] }[]
  selects: readonly Select[]
  /** Kept in the form as they are. */
  hidden: readonly { name: string; value: string }[]
}

export interface Checkbox {
  id: string
  value: string
  label: string
  checked: boolean
}

export interface Select {
  id: string
  name: string
  title: string
  options: readonly { value: string; label: string; chosen: boolean }[]
}

/** Entities that words may mean. */
export interface Found {
  text: string
  rows: readonly { link: NodeLink; kind: string; owner: OwnerLink | null }[]
}

/** `graph/_relations`: the card on an entity's page. */
export interface RelationsCard {
  drawing: Drawing
  graphHref: string
  impactHref: string
}

/** `graph/_owner`: the card on the page of a group or user, whose relations other cards show. */
export interface OwnerCard {
  graphHref: string
}

/** `graph/impact`. */
export interface ImpactPage {
  entity: NodeLink
  kind: string
  /** `14 entities of 5 owners depend on it, 3 of them directly`. */
  summary: string
  left: string | null
  groups: readonly ImpactGroup[]
  empty: { title: string; text: string } | null
  /** The impact on every owner; null where it is on this page. */
  wholeHref: string | null
  graphHref: string
  jsonHref: string
}

export interface ImpactGroup {
  id: string
  owner: OwnerLink | null
  count: number
  /** The nearest. */
  rows: readonly ImpactRow[]
  /** Where all of them are; null when they are here. */
  allHref: string | null
}

export interface ImpactRow {
  link: NodeLink
  /** `Component · service`. */
  kind: string
  /** `depends on`. */
  words: string
  to: NodeLink
  /** What lies between that and the entity in question, from there on. */
  way: readonly NodeLink[]
  steps: number
}
