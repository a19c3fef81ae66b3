import { z } from 'zod'
import type { KindSpec } from '../../../../api/index.ts'
import {
  chosen,
  coreVersions,
  dependencyOf,
  dependsOn,
  inSystem,
  living,
  oneOrMany,
  ownedBy,
  text,
  texts,
  typed,
  typeOf,
} from './fields.ts'

/** The reference checks `dependencyOf` by nothing but reading it, so one text is as good as a list. */
const lenientRefs = oneOrMany(text).optional()

export const component: KindSpec = {
  kind: 'Component',
  plural: 'Components',
  icon: 'box',
  apiVersions: coreVersions,
  spec: z.looseObject({
    ...living,
    system: text.optional(),
    subcomponentOf: text.optional(),
    providesApis: texts.optional(),
    consumesApis: texts.optional(),
    dependsOn: texts.optional(),
    dependencyOf: lenientRefs,
  }),
  relations: [
    ownedBy,
    { field: 'subcomponentOf', defaultKind: 'Component', type: 'partOf', reverse: 'hasPart' },
    { field: 'providesApis', defaultKind: 'API', type: 'providesApi', reverse: 'apiProvidedBy' },
    { field: 'consumesApis', defaultKind: 'API', type: 'consumesApi', reverse: 'apiConsumedBy' },
    dependsOn,
    dependencyOf,
    inSystem,
  ],
}

const definedApi = z.looseObject({ ...living, definition: text, system: text.optional() })
const mcpServer = z.looseObject({
  ...living,
  remotes: z.array(z.looseObject({ type: text, url: text })).min(1),
  system: text.optional(),
})

export const api: KindSpec = {
  kind: 'API',
  plural: 'APIs',
  icon: 'plug',
  apiVersions: coreVersions,
  spec: chosen((spec) => (typeOf(spec) === 'mcp-server' ? mcpServer : definedApi)),
  relations: [ownedBy, inSystem],
}

export const resource: KindSpec = {
  kind: 'Resource',
  plural: 'Resources',
  icon: 'database',
  apiVersions: coreVersions,
  spec: z.looseObject({
    ...typed,
    system: text.optional(),
    dependsOn: texts.optional(),
    dependencyOf: lenientRefs,
  }),
  relations: [ownedBy, dependsOn, dependencyOf, inSystem],
}

export const system: KindSpec = {
  kind: 'System',
  plural: 'Systems',
  icon: 'boxes',
  apiVersions: coreVersions,
  spec: z.looseObject({ owner: text, domain: text.optional(), type: text.optional() }),
  relations: [ownedBy, { field: 'domain', defaultKind: 'Domain', type: 'partOf', reverse: 'hasPart' }],
}

export const domain: KindSpec = {
  kind: 'Domain',
  plural: 'Domains',
  icon: 'globe',
  apiVersions: coreVersions,
  spec: z.looseObject({ owner: text, subdomainOf: text.optional(), type: text.optional() }),
  relations: [ownedBy, { field: 'subdomainOf', defaultKind: 'Domain', type: 'partOf', reverse: 'hasPart' }],
}
