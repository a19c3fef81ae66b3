const numbers = new Intl.NumberFormat('en')

/** A number as people read it: `21,001`. */
export function count(value: number): string {
  return value < 1000 && Number.isInteger(value) ? String(value) : numbers.format(value)
}

/**
 * A number with its noun. Zero is "no": `no entities`, `1 entity`, `21,001 entities`.
 * @param many the noun for anything but one; the noun with an s unless given
 */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${value === 0 ? 'no' : count(value)} ${value === 1 ? one : many}`
}

/** The text with a full stop, unless it ends in a sign of its own: messages come with and without. */
export function sentence(text: string): string {
  return text === '' || /[.!?…:]$/.test(text) ? text : `${text}.`
}

/** The text as it starts a sentence: `No entities`. */
export function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase('en') + text.slice(1)
}
