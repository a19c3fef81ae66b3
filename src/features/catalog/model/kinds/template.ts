import { z } from 'zod'
import type { KindSpec } from '../../../../api/index.ts'
import { chosen, oneOrMany, ownedBy, text, texts } from './fields.ts'

const flag = chosen((value) => (typeof value === 'boolean' ? z.boolean() : z.string()))
const permissions = z.looseObject({ tags: texts.optional() }).optional()

const step = z.looseObject({
  action: z.string(),
  id: z.string().optional(),
  name: z.string().optional(),
  input: z.looseObject({}).optional(),
  if: flag.optional(),
  'backstage:permissions': permissions,
})

const page = z.looseObject({
  title: z.string().optional(),
  description: z.string().optional(),
  'backstage:permissions': permissions,
})

const output = z
  .looseObject({
    links: z
      .array(
        z.looseObject({
          url: text.optional(),
          entityRef: text.optional(),
          title: text.optional(),
          icon: text.optional(),
        }),
      )
      .optional(),
    text: z
      .array(z.looseObject({ title: text.optional(), icon: text.optional(), content: text.optional() }))
      .optional(),
  })
  .catchall(z.string())

const presentation = z.looseObject({
  buttonLabels: z
    .looseObject({
      backButtonText: z.string().optional(),
      createButtonText: z.string().optional(),
      reviewButtonText: z.string().optional(),
    })
    .optional(),
})

const recovery = z.looseObject({ EXPERIMENTAL_strategy: z.enum(['none', 'startOver']).optional() })
const decorators = z.array(z.looseObject({ id: z.string(), input: z.looseObject({}).optional() })).optional()

/** The format is that of the scaffolder's third beta; older ones had another shape and are refused. */
export const template: KindSpec = {
  kind: 'Template',
  plural: 'Templates',
  icon: 'wand',
  apiVersions: ['scaffolder.backstage.io/v1beta3'],
  spec: z.looseObject({
    type: text,
    owner: text.optional(),
    lifecycle: text.optional(),
    steps: z.array(step),
    parameters: oneOrMany(page).optional(),
    presentation: presentation.optional(),
    EXPERIMENTAL_recovery: recovery.optional(),
    formDecorators: decorators,
    EXPERIMENTAL_formDecorators: decorators,
    output: output.optional(),
  }),
  relations: [ownedBy],
}
