import { z } from 'zod'
import { durationOption } from '../../api/duration-option.ts'
import { Secret } from '../../api/env.ts'
import type { Provider } from '../../api/provider.ts'

const duration = durationOption('30s, 5m, 6h or 1d')

const provider = z.custom<Provider>(
  (value) => typeof value === 'object' && value !== null && 'id' in value && 'open' in value && 'locationOf' in value,
  { message: 'must be made by a provider such as folderProvider({ path })' },
)

const kindName = z.string().trim().min(1)

/** Which kinds may be defined, as `rules` of a source has it. */
export const KindRules = z
  .array(
    z.strictObject({
      allow: z.array(z.union([kindName, z.strictObject({ kind: kindName, 'spec.type': kindName.optional() })])).min(1),
    }),
  )
  .min(1)

const place = z
  .strictObject({ type: z.string().min(1), exact: z.string().min(1).optional(), pattern: z.string().min(1).optional() })
  .refine(({ exact, pattern }) => exact === undefined || pattern === undefined, {
    message: 'give exact or pattern, not both',
  })
  .refine(({ exact, pattern }) => exact !== undefined || pattern !== undefined, {
    message: 'say which places are meant, with exact or pattern',
  })

const rule = KindRules.element.extend({ locations: z.array(place).min(1).optional() })

export type CatalogRule = z.output<typeof rule>

const removal = z
  .union([
    z.literal(false),
    z.strictObject({
      share: z.number().min(0).max(1).default(0.2),
      count: z.number().int().min(0).default(10),
    }),
  ])
  .default({ share: 0.2, count: 10 })

const webhook = z.strictObject({
  secret: z.instanceof(Secret, { message: "write secret('WEBHOOK_SECRET') and set that variable" }),
})

/** What is registered is written by anybody, so everything about it has a limit. */
const registrations = z
  .strictObject({
    most: z.number().int().min(0).default(2_000),
    every: duration.default('10m'),
    cloneBytes: z.number().int().positive().default(1_000_000_000),
    maxFiles: z.number().int().positive().max(100_000).default(5_000),
    reviewTime: duration.default('2m'),
  })
  .prefault({})

export type RegistrationOptions = z.output<typeof registrations>

export const CatalogOptions = z.strictObject({
  providers: z.array(provider).default([]).describe('Where entities come from; without any the catalog is empty.'),
  every: duration.default('10m').describe('How often each source is read again without being told.'),
  keepOrphans: duration.default('7d').describe('How long an entity stays that no file defines any more.'),
  maxFileBytes: z.number().int().positive().max(100_000_000).default(10_000_000).describe('Largest file that is read.'),
  maxFiles: z
    .number()
    .int()
    .positive()
    .max(1_000_000)
    .default(50_000)
    .describe('Most files that one source may lead to.'),
  removal: removal.describe('How much of a source may vanish in one reading without anybody being asked; false: all.'),
  webhooks: z
    .strictObject({ github: webhook.optional(), gitlab: webhook.optional() })
    .default({})
    .describe('The secrets by which pushes that a forge tells of are known to be genuine.'),
  registrations: registrations.describe('What people may register at /catalog-import: how many, how large, how often.'),
  rules: z
    .array(rule)
    .optional()
    .describe('Which kinds may be defined, everywhere or in some places; every kind unless given.'),
})

export type CatalogOptions = z.output<typeof CatalogOptions>
