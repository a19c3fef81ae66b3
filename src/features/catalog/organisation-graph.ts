import type { GroupRow, OrganisationRows } from './store/people.ts'

export interface GroupTotals {
  /** Different people, in the group and below it. */
  members: number
  /** Entities that the group and those below it own. */
  owned: number
}

/** The groups as they stand below each other. Files may say that a group is below itself, or below several. */
export interface OrganisationGraph {
  readonly size: number
  group(ref: string): GroupRow | undefined
  /** From these every group can be reached: those without a parent, and one of each circle that nothing leads to. */
  readonly roots: readonly GroupRow[]
  children(ref: string): readonly GroupRow[]
  parents(ref: string): readonly GroupRow[]
  totals(ref: string): GroupTotals
  /** Groups that are below each other, in the order in which one leads to the next. */
  readonly cycles: readonly (readonly GroupRow[])[]
  inCycle(ref: string): boolean
  unknownParents(ref: string): readonly string[]
  readonly withUnknownParent: readonly GroupRow[]
  /** The way from the top to the group, itself included; of several parents the first. */
  path(ref: string): readonly GroupRow[]
}

export function organisationGraph(rows: OrganisationRows): OrganisationGraph {
  const { groups } = rows
  const numbers = new Map(groups.map(({ ref }, at) => [ref, at]))
  const down = adjacency(groups.length)
  const up = adjacency(groups.length)
  for (const { child, parent } of rows.parents) {
    const [c, p] = [numbers.get(child), numbers.get(parent)]
    if (c === undefined || p === undefined) continue
    down[p]?.push(c)
    up[c]?.push(p)
  }
  for (const list of [...down, ...up]) list.sort((a, b) => a - b)
  const users = new Map<string, number>()
  const members = adjacency(groups.length)
  for (const { group, user } of rows.members) {
    const at = users.get(user) ?? users.size
    users.set(user, at)
    members[numbers.get(group) ?? -1]?.push(at)
  }
  const owned = new Map(rows.owned.map(({ owner, count }) => [owner, count]))
  const unknown = new Map<string, string[]>()
  for (const { child, parent } of rows.unknownParents) unknown.set(child, [...(unknown.get(child) ?? []), parent])

  const rowAt = (at: number) => groups[at] as GroupRow
  const rowsAt = (list: readonly number[] | undefined) => (list ?? []).map(rowAt)
  const numberOf = (ref: string) => numbers.get(ref) ?? -1
  const components = strongComponents(down)
  const circles = components.filter((one) => one.length > 1 || down[one[0] ?? -1]?.includes(one[0] ?? -1))
  const circular = new Set(circles.flat())
  const totals = new Map<number, GroupTotals>()

  function countBelow(top: number): GroupTotals {
    const seen = new Set([top])
    const people = new Set<number>()
    let count = 0
    for (const at of seen) {
      count += owned.get(rowAt(at).ref) ?? 0
      for (const user of members[at] ?? []) people.add(user)
      for (const child of down[at] ?? []) seen.add(child)
    }
    return { members: people.size, owned: count }
  }

  return {
    size: groups.length,
    group: (ref) => groups[numberOf(ref)],
    roots: rowsAt(rootsOf(components, up)),
    children: (ref) => rowsAt(down[numberOf(ref)]),
    parents: (ref) => rowsAt(up[numberOf(ref)]),
    totals(ref) {
      const at = numberOf(ref)
      const known = totals.get(at) ?? (groups[at] ? countBelow(at) : { members: 0, owned: 0 })
      totals.set(at, known)
      return known
    },
    cycles: circles.map((circle) => rowsAt(inOrder(circle, down))),
    inCycle: (ref) => circular.has(numberOf(ref)),
    unknownParents: (ref) => unknown.get(ref) ?? [],
    withUnknownParent: groups.filter(({ ref }) => unknown.has(ref)),
    path(ref) {
      const way: number[] = []
      for (let at: number | undefined = numbers.get(ref); at !== undefined && !way.includes(at); at = up[at]?.[0]) {
        way.unshift(at)
      }
      return rowsAt(way)
    },
  }
}

const adjacency = (size: number): number[][] => Array.from({ length: size }, () => [])

/** The first of every component that nothing outside leads to. */
function rootsOf(components: readonly (readonly number[])[], up: readonly (readonly number[])[]): number[] {
  return components
    .filter((own) => {
      const inside = new Set(own)
      return own.every((at) => (up[at] ?? []).every((parent) => inside.has(parent)))
    })
    .map((own) => Math.min(...own))
    .sort((a, b) => a - b)
}

/** From the first of a circle to the next that it leads to, as far as that goes; the rest behind. */
function inOrder(circle: readonly number[], down: readonly (readonly number[])[]): number[] {
  const inside = new Set(circle)
  const way = new Set<number>()
  for (let at: number | undefined = Math.min(...circle); at !== undefined; ) {
    way.add(at)
    at = down[at]?.find((next) => inside.has(next) && !way.has(next))
  }
  return [...way, ...circle.filter((at) => !way.has(at))]
}

/** Tarjan's strongly connected components, without recursion: a chain may be as long as there are groups. */
function strongComponents(down: readonly (readonly number[])[]): number[][] {
  const order = new Map<number, number>()
  const low: number[] = []
  const open: number[] = []
  const isOpen = new Set<number>()
  const found: number[][] = []
  for (let root = 0; root < down.length; root++) {
    if (order.has(root)) continue
    const walk = [{ at: root, next: 0 }]
    for (let step = walk.at(-1); step; step = walk.at(-1)) {
      const { at } = step
      if (!order.has(at)) {
        low[at] = order.size
        order.set(at, order.size)
        open.push(at)
        isOpen.add(at)
      }
      const child = down[at]?.[step.next++]
      if (child === undefined) {
        walk.pop()
        const parent = walk.at(-1)?.at
        if (parent !== undefined) low[parent] = Math.min(low[parent] ?? 0, low[at] ?? 0)
        if (low[at] === order.get(at)) found.push(closed(at))
      } else if (!order.has(child)) walk.push({ at: child, next: 0 })
      else if (isOpen.has(child)) low[at] = Math.min(low[at] ?? 0, order.get(child) ?? 0)
    }
  }
  return found

  function closed(at: number): number[] {
    const component = open.splice(open.lastIndexOf(at))
    for (const one of component) isOpen.delete(one)
    return component
  }
}
