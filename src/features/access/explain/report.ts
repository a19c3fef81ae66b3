import { z } from 'zod'
import type { Answer } from './service.ts'

const Rule = z.object({
  effect: z.enum(['allow', 'deny']),
  permissions: z.array(z.string()),
  to: z.array(z.string()),
  except: z.array(z.string()),
  where: z.string().nullable(),
  because: z.string().nullable(),
  /** `portal.config.ts:12` or `preset open`. */
  place: z.string(),
  decides: z.string(),
  fitsActor: z.boolean(),
  fitsEntity: z.boolean().nullable(),
  why: z.string(),
})

/** Why somebody may do something, as programs read it. */
export const ExplainReport = z.object({
  person: z.string(),
  name: z.string(),
  permission: z.string(),
  entity: z.string().nullable(),
  /** False for `denied` alone. */
  allowed: z.boolean(),
  outcome: z.enum(['allowed', 'some', 'denied']),
  reason: z.string(),
  decisive: Rule.nullable(),
  rules: z.array(Rule),
  limits: z.array(z.string()).nullable(),
  groups: z.array(z.string()),
  notes: z.array(z.string()),
})
export type ExplainReport = z.output<typeof ExplainReport>

export function explainReport(answer: Answer): ExplainReport {
  return ExplainReport.parse({ ...answer, allowed: answer.outcome !== 'denied' })
}
