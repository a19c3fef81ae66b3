import type { z } from 'zod'

/** A kind of entity: how its spec is checked, which fields refer to others, how it is shown. */
export interface KindSpec {
  /** As written in files, with capitals: `Component`. */
  kind: string
  /** The versions accepted, for example `backstage.io/v1alpha1`. */
  apiVersions: readonly string[]
  /** Checks `spec`; it must let unknown keys pass. */
  spec: z.ZodType
  relations: readonly RelationField[]
  /** Name of an icon in `public/icons`. */
  icon: string
  /** `Components`: how a list of them is headed. */
  plural: string
}

/** A field of the spec whose value, or each of whose values, refers to another entity. */
export interface RelationField {
  /** Name of the field in `spec`. */
  field: string
  /** Kind meant when the reference gives none; without it the reference must say its kind. */
  defaultKind?: string
  /** Relation from this entity to the other, and back. */
  type: string
  reverse: string
}
