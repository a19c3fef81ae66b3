import { z } from 'zod'
import type { ForgeType } from '../../../api/config.ts'
import { Secret } from '../../../api/env.ts'
import { parseHostRule } from '../../http-client/host-rule.ts'

const types = Object.keys({
  github: true,
  gitlab: true,
  bitbucket: true,
  'bitbucket-server': true,
  gitea: true,
  'azure-devops': true,
} satisfies Record<ForgeType, true>) as [ForgeType, ...ForgeType[]]

/** One host of repositories, as the configuration names it. */
export const ForgeOptions = z.strictObject({
  host: z
    .string()
    .refine((text) => parseHostRule(text)?.below === false)
    .transform((text) => new URL(`https://${text}`).host)
    .describe('Host of its pages, with the port if they have one'),
  type: z.enum(types).describe('What it is'),
  token: z.instanceof(Secret).optional().describe('For its API and for reading its repositories'),
  apiUrl: z.string().refine(isPlainUrl).optional().describe('Where its API is'),
})

export type ForgeOptions = z.output<typeof ForgeOptions>

export const forgeTypes: readonly ForgeType[] = types

function isPlainUrl(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false
  const url = new URL(text)
  return !url.search && !url.hash && !url.username && !url.password
}
