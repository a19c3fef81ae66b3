/**
 * The candidates that a misspelt word may have meant, the likeliest first. One edit for each three letters is
 * allowed, at least one and at most four; case does not count.
 *
 * @example nearest('paymnets', ['payments', 'products'], 1) // ['payments']
 */
export function nearest(word: string, candidates: Iterable<string>, most: number): string[] {
  const target = word.toLowerCase()
  if (target.length > longest) return []
  const limit = Math.min(4, Math.max(1, Math.floor(target.length / 3)))
  const near: { candidate: string; distance: number }[] = []
  for (const candidate of candidates) {
    const distance = editDistance(target, candidate.toLowerCase(), limit)
    if (distance <= limit) near.push({ candidate, distance })
  }
  return near
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

const longest = 100

/** Insertions, deletions, replacements and swaps of neighbours; `limit + 1` stands for anything above the limit. */
export function editDistance(a: string, b: string, limit: number): number {
  const far = limit + 1
  if (Math.abs(a.length - b.length) > limit) return far
  const start = sharedStart(a, b)
  const end = sharedEnd(a, b, start)
  const rest = b.length - end
  let [beforeLast, last, row] = rows
  for (let j = 0; j <= rest - start; j++) last[j] = j
  // Only what is at most `limit` from the diagonal can stay below it; `i` and `j` count from the first difference.
  for (let i = 1; i <= a.length - end - start; i++) {
    const from = Math.max(1, i - limit)
    const to = Math.min(rest - start, i + limit)
    row[from - 1] = from === 1 ? i : far
    let least = at(row, from - 1)
    const letter = a.charCodeAt(start + i - 1)
    const before = a.charCodeAt(start + i - 2)
    for (let j = from; j <= to; j++) {
      const other = b.charCodeAt(start + j - 1)
      let cost = Math.min(
        (j < i + limit ? at(last, j) : far) + 1,
        at(row, j - 1) + 1,
        at(last, j - 1) + (letter === other ? 0 : 1),
      )
      const isSwap = i > 1 && j > 1 && letter === b.charCodeAt(start + j - 2) && before === other
      if (isSwap) cost = Math.min(cost, at(beforeLast, j - 2) + 1)
      row[j] = cost
      if (cost < least) least = cost
    }
    if (least > limit) return far
    const free = beforeLast
    beforeLast = last
    last = row
    row = free
  }
  return Math.min(at(last, rest - start), far)
}

/** Written over by each comparison: thousands of names are compared at a time. */
const rows: [number[], number[], number[]] = [[], [], []]

function sharedStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length)
  let count = 0
  while (count < most && a.charCodeAt(count) === b.charCodeAt(count)) count++
  return count
}

/** Without what they share at the start. */
function sharedEnd(a: string, b: string, start: number): number {
  const most = Math.min(a.length, b.length) - start
  let count = 0
  while (count < most && a.charCodeAt(a.length - 1 - count) === b.charCodeAt(b.length - 1 - count)) count++
  return count
}

const at = (row: readonly number[], index: number) => row[index] ?? 0
