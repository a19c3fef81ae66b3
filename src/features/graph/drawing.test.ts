import { expect, test } from 'vitest'
import { drawingOf, linesOf, planOf, simplified } from './drawing.ts'
import { edge, node, state } from './fixtures/web.ts'
import { widthOf } from './text-width.ts'

const a = node('a', { steps: 0 })
const b = node('b', { via: { ref: a.ref, type: 'dependsOn' } })
const c = node('c', { via: { ref: a.ref, type: 'dependsOn' } })
const nodes = [a, b, c]
const edges = [
  edge('a', 'dependsOn', 'b'),
  edge('a', 'consumesApi', 'b'),
  edge('b', 'hasPart', 'c'),
  edge('a', 'dependsOn', 'c'),
]

test('relations between the same two are one line that names both sides', () => {
  expect(linesOf({ nodes, edges }, state())).toEqual([
    { from: 0, to: 1, words: ['depends on / needed by', 'consumes / consumed by'], how: 'uses' },
    { from: 1, to: 2, words: ['has part / part of'], how: 'holds' },
    { from: 0, to: 2, words: ['depends on / needed by'], how: 'uses' },
  ])
})

test('unmerged, each direction has its line', () => {
  const lines = linesOf({ nodes, edges }, state({ mergeRelations: 'false' }))
  expect(lines.map(({ from, to, words }) => `${from}-${to} ${words.join(', ')}`)).toEqual([
    '0-1 depends on, consumes',
    '1-0 needed by, consumed by',
    '1-2 has part',
    '2-1 part of',
    '0-2 depends on',
    '2-0 needed by',
  ])
})

test('simplified, only the lines by which each was reached are left', () => {
  const lines = linesOf(simplified({ nodes, edges, left: 0, endless: false }), state())
  expect(lines.map(({ from, to }) => [from, to])).toEqual([
    [0, 1],
    [0, 2],
  ])
})

test('with many relations lines name one side, with more none', () => {
  const many = Array.from({ length: 72 }, (_, at) => node(`m${at}`))
  const ties = many.map((_, at) => edge('a', 'dependsOn', `m${at}`))
  const some = linesOf({ nodes: [a, ...many], edges: ties.slice(0, 40) }, state())
  expect(some[0]?.words).toEqual(['depends on'])
  expect(planOf([a, ...many], some, state()).edges[0]?.label).not.toBeNull()
  const all = linesOf({ nodes: [a, ...many], edges: ties }, state())
  expect(planOf([a, ...many], all, state()).edges.every(({ label }) => label === null)).toBe(true)
})

const drawn = (nodes: Parameters<typeof planOf>[0]) => {
  const plan = planOf(nodes, [], state())
  const layout = { width: 300, height: 100, nodes: nodes.map((_, at) => [150, at * 60 + 30] as const), edges: [] }
  return { plan, drawing: drawingOf({ nodes, lines: [], plan, layout }) }
}

test('a name that fits is shown whole, a longer one is cut and told in full', () => {
  const long = node('long', { title: 'Rechtsschutzversicherungsgesellschaften' })
  const { plan, drawing } = drawn([a, long])
  expect(drawing.nodes[0]).toMatchObject({ title: 'a', sub: 'Component', state: 'root' })
  expect(drawing.nodes[1]).toMatchObject({
    label: 'Rechtsschutzversicherungsgesellschaften: Component, service',
  })
  expect(drawing.nodes[1]?.title).toMatch(/^Rechts.*…$/)
  for (const [at, { title }] of drawing.nodes.entries()) {
    expect(widthOf(title, 13)).toBeLessThan((plan.nodes[at]?.width ?? 0) - 40)
  }
  expect(drawing.nodes[0]).toMatchObject({ x: 150 - (plan.nodes[0]?.width ?? 0) / 2 + 10, y: 30 - 23 + 10 })
})

test('what nothing defines says so, and leads nowhere', () => {
  const { drawing } = drawn([a, node('ghost', { known: false, type: null })])
  expect(drawing.nodes[1]).toMatchObject({
    state: 'unknown',
    href: null,
    sub: 'Component · unknown',
    label: 'ghost: Component, not in the catalog',
  })
})

test('lines are moved along with the margin, words stand around the place kept for them', () => {
  const lines = linesOf({ nodes, edges: edges.slice(0, 2) }, state())
  const plan = planOf(nodes, lines, state())
  const layout = {
    width: 10,
    height: 10,
    nodes: [
      [0, 0],
      [0, 0],
      [0, 0],
    ] as const,
    edges: [{ path: 'M0,1C2.5,3 4,5 6,7', label: [50, 60] as const }],
  }
  const [line] = drawingOf({ nodes, lines, plan, layout }).edges
  expect(line?.path).toBe('M10,11C12.5,13 14,15 16,17')
  expect(line?.words.map(({ x, y }) => [x, y])).toEqual([
    [60, 63],
    [60, 77],
  ])
})
