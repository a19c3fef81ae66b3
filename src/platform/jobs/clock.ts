/**
 * Calls `run` once after so many milliseconds.
 * @param hold whether the process waits for it; without, a timer never keeps the portal from ending
 * @returns a function that cancels it
 */
export type After = (ms: number, run: () => void, hold?: boolean) => () => void

/** What setTimeout can take; above it would fire at once. */
const longest = 2 ** 31 - 1

export const after: After = (ms, run, hold = false) => {
  const timer = setTimeout(run, Math.min(Math.max(ms, 1), longest))
  if (!hold) timer.unref()
  return () => clearTimeout(timer)
}
