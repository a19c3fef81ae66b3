import { describe, expect, test } from 'vitest'
import { organisationGraph } from './organisation-graph.ts'

type Edge = readonly [child: string, parent: string]

function graphOf(edges: readonly Edge[], members: readonly (readonly [string, string])[] = [], alone: string[] = []) {
  const refs = [...new Set([...edges.flat(), ...alone])].sort()
  return organisationGraph({
    groups: refs.map((ref) => ({ ref, title: ref, type: null })),
    parents: edges.map(([child, parent]) => ({ child, parent })),
    unknownParents: [],
    members: members.map(([group, user]) => ({ group, user })),
    owned: refs.map((owner) => ({ owner, count: 1 })),
  })
}
const names = (groups: readonly { ref: string }[]) => groups.map(({ ref }) => ref).join(' ')

describe('groups below each other', () => {
  test('begin at those without a parent', () => {
    const graph = graphOf([['b', 'a'], ['c', 'b']], [], ['z']) // biome-ignore format: one tree, one line
    expect(names(graph.roots)).toBe('a z')
    expect(names(graph.children('a'))).toBe('b')
    expect(names(graph.path('c'))).toBe('a b c')
    expect(graph.cycles).toEqual([])
  })

  test('are counted once where a group is below two others, and people where they are in two groups', () => {
    const edges = [['left', 'top'], ['right', 'top'], ['low', 'left'], ['low', 'right']] as const // biome-ignore format: one tree
    const graph = graphOf(edges, [['low', 'ann'], ['left', 'ann'], ['right', 'bob']]) // biome-ignore format: one tree
    expect(graph.totals('top')).toEqual({ members: 2, owned: 4 })
    expect(graph.totals('left')).toEqual({ members: 1, owned: 2 })
    expect(graph.totals('nothing')).toEqual({ members: 0, owned: 0 })
  })

  test('can all be reached when they stand in a circle, and the circle is told', () => {
    const graph = graphOf([['b', 'a'], ['c', 'b'], ['a', 'c'], ['d', 'c']]) // biome-ignore format: one circle
    expect(names(graph.roots)).toBe('a')
    expect(graph.cycles.map(names)).toEqual(['a b c'])
    expect(['a', 'b', 'c', 'd'].map(graph.inCycle)).toEqual([true, true, true, false])
    expect(graph.totals('b')).toEqual({ members: 0, owned: 4 })
    expect(names(graph.path('d'))).toBe('a b c d')
  })

  test('begin above a circle where something leads to it', () => {
    const graph = graphOf([['b', 'a'], ['c', 'b'], ['b', 'c'], ['x', 'x']]) // biome-ignore format: two circles
    expect(names(graph.roots)).toBe('a x')
    expect(graph.cycles.map(names).sort()).toEqual(['b c', 'x'])
  })

  test('may be a chain as long as there are groups', () => {
    const name = (at: number) => String(at).padStart(6, '0')
    const graph = graphOf(Array.from({ length: 20_000 }, (_, at) => [name(at + 1), name(at)] as const))
    expect(names(graph.roots)).toBe(name(0))
    expect(graph.totals(name(0)).owned).toBe(20_001)
    expect(graph.path(name(300))).toHaveLength(301)
  })
})
