import type { FormField } from '../form-field.ts'
import { fieldsOf } from '../form-field.ts'
import type { Outcome, Question } from './service.ts'

/** Whom a rule is for. */
export interface PartyLink {
  text: string
  href: string | null
  /** False where the catalog has no such group or user. */
  known: boolean
}

/** A rule, as it decides one permission. */
export interface RuleLine {
  effect: 'allow' | 'deny'
  /** What it names instead of the permission itself: `catalog.*`; null where it names that, or is of a preset. */
  pattern: string | null
  to: readonly PartyLink[]
  except: readonly PartyLink[]
  /** Its condition in words. */
  where: string | null
  because: string | null
  place: string
}

export interface PermissionLine {
  name: string
  description: string
  /** Decided for each entity, not for the portal as a whole. */
  onEntity: boolean
  /** The permission that decides where no rule names this one. */
  fallback: string | null
  /** What the chosen person may use it for; null where nobody is chosen. */
  reach: Outcome | null
  explainHref: string
  rules: readonly RuleLine[]
}

export interface FeatureGroup {
  feature: string
  permissions: readonly PermissionLine[]
}

export interface RoleLine {
  name: string
  members: readonly PartyLink[]
  /** How many rules name it. */
  rules: number
}

interface Choice {
  value: string
  chosen: boolean
}

/** `access/_explain-form`. */
export interface ExplainForm {
  fields: readonly FormField[]
  permissions: readonly { feature: string; names: readonly Choice[] }[]
  permissionFault: string | null
}

/** `access/permissions`. */
export interface PermissionsPage {
  form: ExplainForm
  preset: 'open' | 'strict'
  /** Rules of the configuration. */
  configured: number
  notes: readonly string[]
  /** Lines to begin with; null where there are rules. */
  example: string | null
  filter: {
    q: string
    who: string
    whoFault: string | null
    /** Who is chosen, as the portal calls them. */
    whoName: string | null
    features: readonly Choice[]
    addressees: readonly string[]
    isSet: boolean
    clearHref: string
  }
  shown: number
  groups: readonly FeatureGroup[]
  roles: readonly RoleLine[]
}

/** A rule that was looked at, `access/_looked-at`. */
export interface LookedAt extends RuleLine {
  /** The permission that it decides here. */
  decides: string
  fits: boolean
  isDecisive: boolean
  why: string
}

/** `access/_explained`. */
export interface ExplainedView {
  outcome: Outcome
  /** `Anna Owner may use catalog.read on component:default/cart`, with the outcome in words. */
  title: string
  reason: string
  person: PartyLink
  permission: string
  entity: PartyLink | null
  decisive: LookedAt | null
  rules: readonly LookedAt[]
  limits: readonly string[] | null
  groups: readonly PartyLink[]
  notes: readonly string[]
}

/** `access/explain`. */
export interface ExplainPage {
  form: ExplainForm
  answer: ExplainedView | null
}

export function explainFormView(
  byFeature: ReadonlyMap<string, readonly string[]>,
  typed: Partial<Question> = {},
  faults: Readonly<Record<string, string | undefined>> = {},
): ExplainForm {
  const person = {
    ...{ name: 'person', label: 'Who', value: typed.person ?? '', maxlength: 500 },
    hint: 'user:default/ada, local:ada, token:backup, somebody or nobody',
  }
  const entity = {
    ...{ name: 'entity', label: 'Entity', value: typed.entity ?? '', maxlength: 500, required: false },
    hint: 'component:default/cart',
  }
  return {
    fields: fieldsOf('access-explain', [person, entity], faults),
    permissions: [...byFeature].map(([feature, names]) => ({
      feature,
      names: names.map((value) => ({ value, chosen: value === typed.permission })),
    })),
    permissionFault: faults.permission ?? null,
  }
}

/** Begins a configuration that has no rules. */
export const ruleExample = `import { access, allow, deny } from 'callboard/features'

access({
  roles: { auditors: ['group:default/security'] },
  rules: [
    allow(['admin.overview', 'admin.audit'], { to: 'role:auditors' }),
    deny('catalog.*', { to: 'group:default/contractors', where: { system: 'payments' } }),
  ],
})`
