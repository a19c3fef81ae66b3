/** The first line that a part of an address names, by the pattern of its forge. */
export function lineOf(text: string, pattern: RegExp): number | undefined {
  const line = Number(pattern.exec(text)?.[1] ?? 0)
  return Number.isSafeInteger(line) && line > 0 ? line : undefined
}

/** `#L7` and `#L7-L9`, `#L7-9`, `#L7C1-L9C2`. */
export const hashLine = /^L(\d{1,9})(?:C\d+)?(?:-L?\d+(?:C\d+)?)?$/

export const isMarkdown = (path: string): boolean => /\.(md|markdown|mdown|mkd)$/i.test(path)

/** Markdown is shown without lines; the parameter makes the forge show its text. */
export function atLine(
  url: string,
  { plainPath, line }: { plainPath: string; line: number | undefined },
  plain: string,
) {
  if (line === undefined) return url
  return `${url}${isMarkdown(plainPath) ? `?${plain}` : ''}#L${line}`
}
