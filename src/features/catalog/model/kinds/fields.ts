import { z } from 'zod'

/** A text that is not empty; references are checked as texts here and as references where relations are read. */
export const text = z.string().min(1)
export const texts = z.array(text)

/** Fields that most kinds of software share. */
export const typed = { type: text, owner: text }
export const living = { type: text, lifecycle: text, owner: text }

export const profile = z.looseObject({
  displayName: text.optional(),
  email: text.optional(),
  picture: text.optional(),
})

/**
 * A schema chosen by looking at the value. Unlike a union it reports the problems of the chosen schema, each
 * with its own path.
 */
export function chosen(choose: (value: unknown) => z.ZodType): z.ZodType {
  return z.unknown().superRefine((value, ctx) => {
    const result = choose(value).safeParse(value)
    for (const issue of result.error?.issues ?? []) ctx.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue)
  })
}

/** One value, or a list of them. */
export function oneOrMany(one: z.ZodType): z.ZodType {
  return chosen((value) => (Array.isArray(value) ? z.array(one) : one))
}

/** The `type` a spec gives, if it gives one. */
export function typeOf(spec: unknown): unknown {
  return typeof spec === 'object' && spec !== null && 'type' in spec ? spec.type : undefined
}

export const coreVersions = ['backstage.io/v1alpha1', 'backstage.io/v1beta1'] as const

export const ownedBy = { field: 'owner', defaultKind: 'Group', type: 'ownedBy', reverse: 'ownerOf' }
export const inSystem = { field: 'system', defaultKind: 'System', type: 'partOf', reverse: 'hasPart' }
export const dependsOn = { field: 'dependsOn', type: 'dependsOn', reverse: 'dependencyOf' }
export const dependencyOf = { field: 'dependencyOf', type: 'dependencyOf', reverse: 'dependsOn' }
