import { expect, test } from 'vitest'
import { edge, node } from './fixtures/web.ts'
import { starOf } from './star.ts'

const a = node('a', { steps: 0 })
const star = (nodes: readonly ReturnType<typeof node>[], edges: readonly ReturnType<typeof edge>[]) =>
  starOf({ nodes: [a, ...nodes], edges, left: 0, endless: false }, '/more')

test('what leads to it stands left, what it leads to right, each under its relation', () => {
  const { nodes, edges, captions, width } = star(
    [node('user'), node('whole'), node('used')],
    [edge('user', 'dependsOn', 'a'), edge('whole', 'hasPart', 'a'), edge('a', 'dependsOn', 'used')],
  )
  const [middle, whole, user, used] = nodes
  expect([middle, whole, user, used].map((one) => one?.title)).toEqual(['a', 'whole', 'user', 'used'])
  expect(captions.map(({ text }) => text)).toEqual(['part of', 'needed by', 'depends on'])
  expect(user?.x).toBeLessThan(middle?.x ?? 0)
  expect(used?.x).toBeGreaterThan(middle?.x ?? 0)
  expect(edges.map(({ from, to, how }) => [from, to, how])).toEqual([
    [1, 0, 'holds'],
    [2, 0, 'uses'],
    [0, 3, 'uses'],
  ])
  expect((used?.x ?? 0) + (used?.width ?? 0)).toBeLessThanOrEqual(width)
})

test('of many each relation has its share, and the rest is a link', () => {
  const many = Array.from({ length: 30 }, (_, at) => node(`m${at}`))
  const { nodes } = star(
    [...many, node('whole')],
    [...many.map((_, at) => edge(`m${at}`, 'dependsOn', 'a')), edge('whole', 'hasPart', 'a')],
  )
  expect(nodes).toHaveLength(1 + 7 + 1)
  expect(nodes.map(({ title }) => title)).toContain('whole')
  expect(nodes.at(-1)).toMatchObject({ title: '24 more', href: '/more', label: '24 more: needed by' })
})

test('no two boxes overlap, and all are inside', () => {
  const around = Array.from({ length: 12 }, (_, at) => node(`m${at}`))
  const ties = around.map((_, at) =>
    at % 3 === 0 ? edge(`m${at}`, 'hasPart', 'a') : edge('a', at % 3 === 1 ? 'dependsOn' : 'consumesApi', `m${at}`),
  )
  const { nodes, width, height } = star(around, ties)
  for (const [at, one] of nodes.entries()) {
    expect(one.x >= 0 && one.y >= 0 && one.x + one.width <= width && one.y + one.height <= height).toBe(true)
    for (const other of nodes.slice(at + 1)) {
      const apart =
        one.x + one.width <= other.x ||
        other.x + other.width <= one.x ||
        one.y + one.height <= other.y ||
        other.y + other.height <= one.y
      expect(apart, `${one.title} and ${other.title}`).toBe(true)
    }
  }
})
