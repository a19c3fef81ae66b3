import { auditPath } from '../../../platform/audit/address.ts'
import { type FormField, fieldsOf } from '../form-field.ts'
import type { ListFrame } from '../list-query.ts'
import { never, usualExpiry } from './draft.ts'
import type { TokenKind } from './format.ts'
import { readOnly } from './scope.ts'
import type { Token } from './service.ts'

/** `access/_own-tokens` and `access/tokens`. */
export interface TokensPage {
  list: TokenList
  form: TokenForm
  /** Shown once, right after it was made. */
  made: ShownToken | null
}

/** `access/_tokens`. */
export interface TokenList {
  /** Whether it shows the tokens of everybody, with their owners. */
  everybody: boolean
  rows: readonly TokenLine[]
  /** Null for one's own, which stand on one page. */
  frame: ListFrame | null
}

export interface TokenLine {
  id: string
  title: string
  kind: TokenKind
  /** Its first letters. */
  hint: string
  permissions: string
  /** Who made it, as the portal calls them. */
  by: string
  createdAt: number
  usedAt: number | null
  usedFrom: string | null
  endsAt: number | null
  state: 'ok' | 'warn' | 'plain'
  stateText: string
  /** Where it is revoked; null where it does not work anyway. */
  revokeAction: string | null
  /** Its lines in the audit, for who may read them. */
  auditHref: string | null
}

/** `access/_token-form`. */
export interface TokenForm {
  action: string
  kind: TokenKind
  fields: readonly FormField[]
  everything: { chosen: boolean }
  permissions: readonly { name: string; chosen: boolean }[]
  permissionsFault: string | null
  expiries: readonly { value: string; title: string; chosen: boolean }[]
  expiresFault: string | null
  /** Whether it has to be looked at: something of it is wrong. */
  isOpen: boolean
}

/** `access/_token`. */
export interface ShownToken {
  title: string
  token: string
  endsAt: number | null
  example: string
}

export interface TypedToken {
  title: string
  permissions: readonly string[]
  expires: string
}

const expiries: readonly (readonly [value: string, title: string])[] = [
  ['7d', '7 days'],
  ['30d', '30 days'],
  ['90d', '90 days'],
  ['180d', '180 days'],
  ['365d', 'A year'],
]

export function tokenFormView(
  { kind, offered }: { kind: TokenKind; offered: readonly string[] },
  typed: TypedToken = { title: '', permissions: [readOnly], expires: usualExpiry },
  faults: Readonly<Record<string, string | undefined>> = {},
): TokenForm {
  const title = {
    ...{ name: 'title', label: 'What it is for', value: typed.title, maxlength: 100 },
    hint: 'Such as "Backup script on the build server".',
  }
  const ends = kind === 'service' ? [...expiries, [never, 'Never'] as const] : expiries
  return {
    action: kind === 'service' ? '/admin/tokens' : '/settings/tokens',
    kind,
    fields: fieldsOf('access-token-form', [title], faults),
    everything: { chosen: typed.permissions.includes(readOnly) },
    permissions: offered.map((name) => ({ name, chosen: typed.permissions.includes(name) })),
    permissionsFault: faults.permissions ?? null,
    expiries: ends.map(([value, title]) => ({ value, title, chosen: value === typed.expires })),
    expiresFault: faults.expires ?? null,
    isOpen: Object.keys(faults).length > 0,
  }
}

export function tokenListView(
  tokens: readonly Token[],
  { frame, now, mayAudit }: { frame: ListFrame | null; now: Date; mayAudit: boolean },
): TokenList {
  const [base, suffix] = frame ? [frame.action, frame.suffix] : ['/settings/tokens', '']
  return {
    everybody: frame !== null,
    rows: tokens.map((token) => lineOf(token, { base, suffix, now, mayAudit })),
    frame,
  }
}

interface LineFrame {
  base: string
  suffix: string
  now: Date
  mayAudit: boolean
}

function lineOf(token: Token, { base, suffix, now, mayAudit }: LineFrame): TokenLine {
  const { id, title, kind, hint, permissions, createdBy, createdAt, lastUsedAt, lastAddress, expiresAt } = token
  const [state, stateText] = stateOf(token, now)
  return {
    ...{ id, title, kind, hint, state, stateText, by: createdBy, usedFrom: lastAddress },
    permissions: permissions.map((one) => (one === readOnly ? 'everything, read only' : one)).join(', '),
    createdAt: createdAt.getTime(),
    usedAt: lastUsedAt?.getTime() ?? null,
    endsAt: expiresAt?.getTime() ?? null,
    revokeAction: state === 'plain' ? null : `${base}/${encodeURIComponent(id)}/revocation${suffix}`,
    auditHref: mayAudit ? auditPath(`token:${id}`) : null,
  }
}

const soon = 7 * 86_400_000

function stateOf({ revokedAt, expiresAt }: Token, now: Date): [TokenLine['state'], string] {
  if (revokedAt) return ['plain', 'Revoked']
  if (!expiresAt) return ['warn', 'Never ends']
  const left = expiresAt.getTime() - now.getTime()
  if (left <= 0) return ['plain', 'Ended']
  return left < soon ? ['warn', 'Ends soon'] : ['ok', 'Works']
}
