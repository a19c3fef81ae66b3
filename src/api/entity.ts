/**
 * Entities, as the files describe them. The format is Backstage's catalog descriptor
 * (`backstage.io/v1alpha1`); field names are its names.
 */

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }
export type JsonObject = { [key: string]: JsonValue }

export interface EntityLink {
  url: string
  title?: string
  icon?: string
  type?: string
}

export interface EntityMetadata {
  /** UUID given by the portal; a value in a file is ignored. */
  uid?: string
  /** Hash of the entity's content; changes when the content does. */
  etag?: string
  /** 1–63 letters, digits, `-_.`; unique within kind and namespace, ignoring case. */
  name: string
  /** DNS label, lower case; `default` when a file gives none. */
  namespace?: string
  title?: string
  description?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  tags?: string[]
  links?: EntityLink[]
  [key: string]: unknown
}

export interface EntityRelation {
  type: string
  /** Full lower-case reference: `kind:namespace/name`. */
  targetRef: string
}

/** What went wrong with the newest version of an entity, in the form of Backstage's API. */
export interface EntityStatus {
  items: {
    type: string
    level: 'info' | 'warning' | 'error'
    message: string
    error?: { name: string; message: string }
  }[]
}

export interface Entity {
  apiVersion: string
  kind: string
  metadata: EntityMetadata
  spec?: JsonObject
  relations?: EntityRelation[]
  status?: EntityStatus
}
