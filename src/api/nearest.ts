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
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(swapped ? Math.min(cost, at(beforeLast, j - 2) + 1) : cost)
    }
    if (Math.min(...row) > limit) return limit + 1
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

const at = (row: readonly number[], index: number) => row[index] ?? 0
