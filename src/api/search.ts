import type { Transaction } from './database.ts'
import type { PluginContext } from './plugin.ts'
import { type ServiceRef, serviceRef } from './wiring.ts'

/** One thing that can be found: an entity, a page of documentation. */
export interface SearchDocument {
  /** Tells it from others of its source: the reference of an entity, else its address. At most 1,000 characters. */
  key: string
  /** Where it is: a path of the portal. */
  url: string
  title: string
  /** What machines call it, where that is not its title. Found before titles. */
  name?: string
  /** Id of one of its source's sections. */
  section: string
  /** Name of an icon in `public/icons`. */
  icon: string
  /** Id of the entity whose permission it inherits; needed where the permission of its source is on entities. */
  entityId?: string
  /** In lower case, as filters compare it. */
  kind?: string
  type?: string
  lifecycle?: string
  /** Reference of its owner. */
  owner?: string
  tags?: readonly string[]
  /** Headings that lead to it, or that stand in it. */
  heading?: string
  /** What else is said of it, each as what it is and its value: `['link', 'Runbook']`. Results name it as their reason. */
  attributes?: readonly (readonly [name: string, value: string])[]
  body?: string
}

/** A set of documents that is found together with all others, and kept by the plugin that knows them. */
export interface SearchSource {
  id: string
  title: string
  /** What the reasons of results call the body: `description` for entities, `text` unless given. */
  bodyName?: string
  /** What clients of the API call it, such as `software-catalog`; the id unless given. */
  type?: string
  /** Who may find them. On entities: whoever may see the entity of the document. */
  permission: string
  /** Another one has every document built anew at the next start; `1` unless given. */
  version?: number
  /** What results are narrowed to first, in the order of their tabs. */
  sections: readonly { id: string; title: string; icon: string }[]
  /**
   * The next documents behind a key, in the order of their keys as bytes, at most some hundreds. Called in a
   * transaction until it says that there are no more, when the whole source is built anew.
   *
   * @param after `undefined` at the beginning, later the key of the last document before
   */
  list(args: { tx: Transaction; ctx: PluginContext; after: string | undefined }): {
    documents: readonly SearchDocument[]
    more: boolean
  }
}

/** Where a feature puts what can be found of it, in the transaction that changes it. */
export interface SearchIndex {
  /**
   * Adds documents, or puts them in the place of those with their keys; what is the same costs a comparison.
   *
   * @param source `<plugin>.<id>` of a contributed source
   * @returns how many were new or other
   */
  put(tx: Transaction, source: string, documents: readonly SearchDocument[]): number
  /** @returns how many there were */
  remove(tx: Transaction, source: string, keys: readonly string[]): number
}

export const searchIndex: ServiceRef<SearchIndex> = serviceRef('search.index')
