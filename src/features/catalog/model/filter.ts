import { PortalError } from '../../../api/index.ts'

/** One condition on the facets of an entity. Key and values are in lower case, as facets are stored. */
export interface FilterCondition {
  key: string
  /** Any of them; without values the key must exist. */
  values?: string[]
}

/** Sets of which one must hold; of a set, every condition. No set at all lets everything pass. */
export type Filter = FilterCondition[][]

/**
 * Reads `filter` parameters: in one, conditions separated by commas must all hold; of several, one must.
 * `key` asks whether the key exists, `key=value` for the value, the same key twice for either value.
 *
 * @throws PortalError `invalid` when a condition has no key
 */
export function parseFilter(parameters: readonly string[]): Filter {
  return parameters.map(parseSet).filter((set) => set.length > 0)
}

function parseSet(parameter: string): FilterCondition[] {
  const conditions = new Map<string, FilterCondition>()
  for (const part of parameter.split(',')) {
    const statement = part.trim()
    if (statement === '') continue
    const equals = statement.indexOf('=')
    const key = lower(equals === -1 ? statement : statement.slice(0, equals))
    if (key === '') {
      throw new PortalError('invalid', `The filter "${statement}" has no key in front of "="`, {
        hint: 'Write for example filter=kind=component,spec.type=service.',
      })
    }
    const condition = conditions.get(key) ?? { key }
    conditions.set(key, condition)
    if (equals === -1) continue
    const value = lower(statement.slice(equals + 1))
    condition.values ??= []
    if (!condition.values.includes(value)) condition.values.push(value)
  }
  return [...conditions.values()]
}

function lower(text: string): string {
  return text.trim().toLocaleLowerCase('en-US')
}
