import { PortalError } from '../../../api/errors.ts'

export type CursorValue = string | number

/** A place in a list, as addresses carry it: what the row at the edge sorts by. */
export function writeCursor(values: readonly CursorValue[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

/** @throws PortalError `invalid` when the text names no place in a list sorted by that many values */
export function readCursor(text: string | undefined, length: number): CursorValue[] | undefined {
  if (text === undefined) return undefined
  const values = parsed(text)
  const isValue = (value: unknown) => typeof value === 'string' || typeof value === 'number'
  if (Array.isArray(values) && values.length === length && values.every(isValue)) return values
  throw new PortalError('invalid', 'The place in the list that the address names cannot be read', {
    hint: 'Leave out "after" and "before" to begin at the first page.',
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    // The caller has one message for every kind of broken cursor.
    return undefined
  }
}

export interface Keyset<T> {
  rows: T[]
  next: string | undefined
  previous: string | undefined
}

/** Makes a page of one row more than fits, in the order it was read: backwards where `before` was asked for. */
export function keysetPage<T>(
  found: readonly T[],
  size: number,
  { backwards, inside }: { backwards: boolean; inside: boolean },
  valuesOf: (row: T) => CursorValue[],
): Keyset<T> {
  const more = found.length > size
  const rows = found.slice(0, size)
  if (backwards) rows.reverse()
  const [first, last] = [rows[0], rows.at(-1)]
  return {
    rows,
    next: last && (backwards || more) ? writeCursor(valuesOf(last)) : undefined,
    previous: first && (backwards ? more : inside) ? writeCursor(valuesOf(first)) : undefined,
  }
}
