import type { FactsView, TableView } from '../../platform/views/built-in.ts'
import type { SourceLine } from '../catalog/contract.ts'

/** `admin/gallery`: every region in each of its states, drawn from fixtures. */
export interface GalleryPage {
  sections: readonly GallerySection[]
}

export interface GallerySection {
  id: string
  title: string
  samples: readonly GallerySample[]
}

export interface GallerySample {
  /** `empty`, `error`, `stale`… */
  state: string
  /** A partial, rendered with these props. */
  view: string
  props: object
  wide: boolean
}

/** `admin/index`. */
export interface OverviewPage {
  attention: readonly Attention[]
  /** Null for who may not see them. */
  sources: SourceLines | null
  figures: OverviewFigures | null
  /** Other pages for those who run the portal. */
  links: readonly { title: string; href: string; text: string }[]
}

/** A line of `admin/_attention`. */
export interface Attention {
  tone: 'bad' | 'warn' | 'info'
  title: string
  text: string
  href: string | null
}

/** `admin/_sources`. */
export interface SourceLines {
  rows: readonly SourceLine[]
  /** How many more there are. */
  more: number
  href: string
}

export interface OverviewFigures {
  version: string
  node: string
  /** `3 d 4 h`. */
  uptime: string
  entities: number
  running: number
  plugins: number
}

/** `admin/plugins`. */
export interface PluginsPage {
  plugins: readonly PluginRow[]
}

export interface PluginRow {
  name: string
  href: string
  /** Whether portal.config.ts names it. */
  isConfigured: boolean
  /** `12 routes, 3 jobs`. */
  brings: string
}

/** `admin/plugin`. */
export interface PluginPage extends PluginRow {
  /** As JSON, without secrets; null where it has none. */
  options: string | null
  groups: readonly ContributionGroup[]
  permission: string
}

/** `admin/_contributions`: what a plugin brings to one contribution point. */
export interface ContributionGroup {
  /** The contribution point: `entityTabs`. */
  id: string
  title: string
  count: number
  table: TableView
  /** How many are not listed. */
  more: number
}

/** `admin/config`. */
export interface ConfigPage {
  /** Null where everything was given on the command line. */
  file: string | null
  options: readonly { name: string; value: string; from: string }[]
  /** All of it, as `callboard config` prints it. */
  printed: string
}

/** `admin/about`. */
export interface AboutPage {
  groups: readonly { id: string; title: string; facts: FactsView['facts'] }[]
  /** The same as a text, without paths and addresses of this portal. */
  report: string
  reportHref: string
}
