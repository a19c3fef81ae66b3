const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A length of time as one writes it in a configuration: `500ms`, `30s`, `5m`, `6h`, `1d`. */
export type Duration = `${number}${keyof typeof units}`

/**
 * @returns milliseconds
 * @throws TypeError when the text is not a number followed by ms, s, m, h or d
 */
export function milliseconds(duration: Duration | string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration)
  if (!match) throw new TypeError(`"${duration}" is not a length of time; write for example 30s, 5m, 6h or 1d`)
  return Number(match[1]) * units[match[2] as keyof typeof units]
}
