/** Something that was read off the files of a repository, and where. */
export interface Fact<T = string> {
  value: T
  /** Path in the repository; undefined where no single file says it. */
  file?: string | undefined
  /** From 1. */
  line?: number | undefined
  /** Why this follows, in a few words: `name of the package`. */
  rule: string
}

/** The text without control characters and on one line, so that nothing read from a stranger's file breaks another. */
export function plain(text: string, most = 500): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029\ufffe\uffff]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return line.length > most ? `${line.slice(0, most - 1).trimEnd()}…` : line
}

/** `package.json:3`, or nothing where no file says it. */
export function placeOf({ file, line }: Pick<Fact<unknown>, 'file' | 'line'>): string {
  if (file === undefined) return ''
  return line === undefined ? plain(file, 200) : `${plain(file, 200)}:${line}`
}
