/** Props of the views of search. Nothing is optional: what is not there is `null` or an empty list. */

import type { Segment } from './model/passage.ts'

export type { Segment }

/** `search/index`. */
export interface SearchPage {
  action: string
  text: string
  heading: string
  /** Id of the section that is chosen; null for all. */
  section: string | null
  tabs: readonly SearchTab[]
  groups: readonly FilterGroup[]
  chosen: readonly ChosenFilter[]
  clearHref: string
  /** What was made of the text, in sentences. */
  notes: readonly string[]
  results: readonly Result[]
  /** In words: `12 results`, `more than 300 results`. */
  count: string
  pager: Pager
  empty: Nothing | null
}

export interface SearchTab {
  title: string
  href: string
  icon: string
  /** Null where nothing was asked for. */
  count: string | null
  current: boolean
}

export interface FilterGroup {
  name: string
  title: string
  options: readonly { value: string; label: string; count: number; checked: boolean }[]
}

export interface ChosenFilter {
  group: string
  label: string
  removeHref: string
}

export interface Result {
  key: string
  href: string
  icon: string
  title: readonly Segment[]
  /** The name that machines use, where it is another one. */
  name: readonly Segment[] | null
  /** `Component · service · production`. */
  what: string
  owner: OwnerLink | null
  passage: readonly Segment[]
  /** `found in name, tag pci`; empty where nothing was typed. */
  reason: string
}

export interface OwnerLink {
  ref: string
  title: string
  href: string
  known: boolean
  kind: string
}

export interface Pager {
  from: number | null
  to: number | null
  total: number
  previousHref: string | null
  nextHref: string | null
}

export interface Nothing {
  why: 'asked' | 'chosen' | 'nothing' | 'building'
  /** Ways out: the same without one of its parts. */
  ways: readonly { label: string; href: string }[]
}

/** `search/_palette`. */
export interface Palette {
  groups: readonly PaletteGroup[]
  /** What is said to those who do not see it. */
  said: string
}

export interface PaletteGroup {
  id: string
  title: string
  options: readonly PaletteOption[]
}

export interface PaletteOption {
  id: string
  href: string
  icon: string
  title: readonly Segment[]
  /** `Component`, and who owns it. */
  what: string
  owner: string | null
}
