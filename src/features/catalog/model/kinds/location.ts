import { z } from 'zod'
import type { KindSpec } from '../../../../api/index.ts'
import { coreVersions, text, texts } from './fields.ts'

export const location: KindSpec = {
  kind: 'Location',
  plural: 'Locations',
  icon: 'map-pin',
  apiVersions: coreVersions,
  spec: z.looseObject({
    type: text.optional(),
    target: text.optional(),
    targets: texts.optional(),
    presence: z.enum(['required', 'optional']).optional(),
  }),
  relations: [],
}
