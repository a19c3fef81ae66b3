import type { Contributor, Contributors } from '../../api/source-tree.ts'

/** One commit, as far as it tells who works on something. */
export interface Authored {
  name: string
  email: string
  /** Seconds since 1970. */
  at: number
}

/** Counts commits by who made them, told apart by the address. */
export function createTally(most: number): { add(commit: Authored): void; result(): Contributors } {
  const people = new Map<string, Contributor>()
  let commits = 0
  let isPartial = false
  return {
    add({ name, email, at }) {
      isPartial = commits === most
      if (isPartial) return
      commits++
      const key = email.toLowerCase() || name
      const person = people.get(key) ?? { name, email, commits: 0, lastAt: 0 }
      people.set(key, { ...person, commits: person.commits + 1, lastAt: Math.max(person.lastAt, at * 1000) })
    },
    result() {
      const busiest = [...people.values()].sort((a, b) => b.commits - a.commits || b.lastAt - a.lastAt)
      return { people: busiest, commits, isPartial }
    },
  }
}
