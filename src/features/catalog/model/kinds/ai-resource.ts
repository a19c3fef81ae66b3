import { z } from 'zod'
import type { KindSpec } from '../../../../api/index.ts'
import { chosen, dependsOn, inSystem, living, ownedBy, text, texts, typeOf } from './fields.ts'

const shared = { ...living, system: text.optional() }

const skill = z.looseObject({
  ...shared,
  disciplines: texts.optional(),
  categories: texts.optional(),
  agents: texts.optional(),
  dependsOn: texts.optional(),
  license: text.optional(),
  compatibility: z.string().max(500).optional(),
})

const byType: Record<string, z.ZodType> = {
  skill,
  rule: z.looseObject({ ...shared, category: text, rationale: text, disciplines: texts.optional() }),
  plugin: z.looseObject({ ...shared, skills: texts, version: text.optional() }),
  marketplace: z.looseObject({ ...shared, plugins: texts, version: text.optional() }),
}
const other = z.looseObject(shared)

/** From an extra layer of the format, which a default installation of the reference does not know. */
export const aiResource: KindSpec = {
  kind: 'AiResource',
  plural: 'AI resources',
  icon: 'sparkles',
  apiVersions: ['backstage.io/v1alpha1'],
  spec: chosen((spec) => {
    const type = typeOf(spec)
    return (typeof type === 'string' && Object.hasOwn(byType, type) && byType[type]) || other
  }),
  relations: [
    ownedBy,
    inSystem,
    dependsOn,
    { field: 'skills', defaultKind: 'AiResource', type: 'hasPart', reverse: 'partOf' },
    { field: 'plugins', defaultKind: 'AiResource', type: 'hasPart', reverse: 'partOf' },
  ],
}
