import type { AuditChange } from './views.ts'

const mostFields = 200

/** How a thing differs from what it was; null where neither is known. */
export function changeOf(before: unknown, after: unknown): AuditChange | null {
  if (before === undefined && after === undefined) return null
  const [old, now] = [flat(before), flat(after)]
  const names = [...new Set([...old.keys(), ...now.keys()])].slice(0, mostFields)
  const fields = names.map((name) => ({ name, before: old.get(name) ?? null, after: now.get(name) ?? null }))
  if (before === undefined) return { kind: 'made', fields: fields.filter(({ after }) => after !== null), same: 0 }
  if (after === undefined) return { kind: 'removed', fields: fields.filter(({ before }) => before !== null), same: 0 }
  const changed = fields.filter((one) => one.before !== one.after)
  return { kind: 'changed', fields: changed, same: fields.length - changed.length }
}

/** Fields by their path, `permissions` or `schedule.every`; a field without a value is as good as none. */
function flat(value: unknown, path = ''): Map<string, string> {
  if (value === undefined || value === null) return new Map()
  if (typeof value !== 'object') return new Map([[path, textOf(value)]])
  if (Array.isArray(value)) return new Map([[path, value.map(textOf).join(', ')]])
  const parts = Object.entries(value).flatMap(([name, one]) => [...flat(one, path === '' ? name : `${path}.${name}`)])
  return new Map(parts)
}

function textOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
