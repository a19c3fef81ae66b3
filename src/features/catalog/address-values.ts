import { formatRef, parseRef } from '../../api/ref.ts'

// How the values in an address are read, so that equal questions become equal objects.

const longestText = 200

/** Each value once, in the same order on every machine. */
export function distinct<T extends string>(values: readonly T[]): readonly T[] {
  return [...new Set(values)].sort()
}

export function lowerCase(values: readonly string[]): string[] {
  return values.map((value) => value.toLocaleLowerCase('en-US'))
}

/**
 * References in full; those without a kind mean the given one.
 * @throws PortalError `invalid` for what is no reference
 */
export function fullRefs(values: readonly string[], kind?: string): readonly string[] {
  return distinct(values.map((value) => formatRef(parseRef(value, kind === undefined ? {} : { kind }))))
}

/** The words of a text that was typed, in lower case; what is very long is cut. */
export function wordsOf(text = ''): readonly string[] {
  return distinct(lowerCase(text.slice(0, longestText).split(/\s+/u).filter(Boolean)))
}
