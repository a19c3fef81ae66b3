import { env } from '../api/env.ts'

/** By the customs of https://no-color.org and https://force-color.org; the first of them wins. */
export function wantsColour(): boolean {
  if (env('NO_COLOR')) return false
  const forced = env('FORCE_COLOR')
  return forced === undefined ? process.stdout.isTTY === true : forced !== '0' && forced !== 'false'
}
