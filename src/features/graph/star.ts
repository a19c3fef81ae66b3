import { plural } from '../../platform/views/plural.ts'
import type { GraphNode, Neighbourhood } from '../catalog/contract.ts'
import { fonts, holding, labelOf } from './drawing.ts'
import { cutToFit } from './text-width.ts'
import type { Drawing, DrawnEdge, DrawnNode } from './views.ts'

const box = { height: 32, gap: 6, text: 33, end: 10 } as const
const caption = 20
const between = 10
const columns = { side: 216, middle: 190, space: 64 } as const
const margin = 4
/** Nodes on one side; the rest is on the page of the graph. */
const mostOnSide = 7

/** Relations as the middle calls them, from the general to the particular. */
const order = [
  'ownedBy',
  'partOf',
  'childOf',
  'memberOf',
  'apiProvidedBy',
  'apiConsumedBy',
  'dependencyOf',
  'parentOf',
  'hasPart',
  'hasMember',
  'providesApi',
  'consumesApi',
  'dependsOn',
  'ownerOf',
]

interface Branch {
  type: string
  words: string
  how: DrawnEdge['how']
  nodes: readonly GraphNode[]
}

/**
 * One entity in the middle, on its left what leads to it and on its right what it leads to, by relation. Placed by counting:
 * that takes no Graphviz, so it may stand on a page that is often looked at.
 */
export function starOf({ nodes, edges }: Neighbourhood, moreHref: string): Drawing {
  const [root] = nodes
  if (!root) throw new Error('A star has a middle')
  const byRef = new Map(nodes.map((node) => [node.ref, node]))
  const left = new Map<string, Branch>()
  const right = new Map<string, Branch>()
  for (const edge of edges) {
    const how = holding.has(edge.type) ? 'holds' : 'uses'
    if (edge.from === root.ref) add(right, { type: edge.type, words: edge.words, how }, byRef.get(edge.to))
    else if (edge.to === root.ref && edge.reverse !== null) {
      add(left, { type: edge.reverse, words: edge.reverseWords ?? edge.reverse, how }, byRef.get(edge.from))
    }
  }
  return composed(root, fair(inOrder(left)), fair(inOrder(right)), moreHref)
}

function add(side: Map<string, Branch>, kind: Omit<Branch, 'nodes'>, node: GraphNode | undefined): void {
  if (node) side.set(kind.type, { ...kind, nodes: [...(side.get(kind.type)?.nodes ?? []), node] })
}

function inOrder(side: ReadonlyMap<string, Branch>): Branch[] {
  const place = ({ type }: Branch) => (order.includes(type) ? order.indexOf(type) : order.length)
  return [...side.values()].sort((a, b) => place(a) - place(b))
}

/** As many of each as fit, so that no relation is crowded out by another. */
function fair(branches: readonly Branch[]): (Branch & { more: number })[] {
  const sizes = branches.map(() => 0)
  for (let left = mostOnSide, grown = true; left > 0 && grown; ) {
    grown = false
    branches.forEach(({ nodes }, at) => {
      const size = sizes[at] ?? 0
      if (left === 0 || size === nodes.length) return
      sizes[at] = size + 1
      left--
      grown = true
    })
  }
  return branches.map((branch, at) => {
    const size = sizes[at] ?? 0
    return { ...branch, nodes: branch.nodes.slice(0, size), more: branch.nodes.length - size }
  })
}

type Side = readonly (Branch & { more: number })[]

function composed(root: GraphNode, left: Side, right: Side, moreHref: string): Drawing {
  const height = Math.max(box.height + 8, heightOf(left), heightOf(right))
  const xs = sideways(left.length > 0, right.length > 0)
  const nodes: DrawnNode[] = []
  const edges: DrawnEdge[] = []
  const captions: Drawing['captions'][number][] = []
  const middle = { x: xs.middle, y: margin + height / 2 }
  nodes.push({
    ...drawn(root, 0, { x: middle.x, y: middle.y - box.height / 2 - 4, width: columns.middle }),
    height: box.height + 8,
    href: null,
    state: 'root',
  })
  place(left, xs.left, 'left')
  place(right, xs.right, 'right')
  return {
    width: xs.width,
    height: height + 2 * margin,
    nodes,
    edges,
    captions,
    label: `${root.title} and ${plural(nodes.length - 1, 'neighbour')}; the related entities are listed below`,
  }

  function place(side: Side, x: number, where: 'left' | 'right'): void {
    let y = margin + (height - heightOf(side)) / 2
    for (const { words, nodes: own, more, how } of side) {
      captions.push({ text: words, x: x + 2, y: y + caption - 8 })
      y += caption
      for (const node of own) {
        draw(drawn(node, nodes.length, { x, y, width: columns.side }), how)
        y += box.height + box.gap
      }
      if (more > 0) {
        draw(moreNode(more, words, { at: nodes.length, x, y, href: moreHref }), how)
        y += box.height + box.gap
      }
      y += between - box.gap
    }

    function draw(node: DrawnNode, how: DrawnEdge['how']): void {
      const height = node.y + node.height / 2
      const [from, to] = where === 'left' ? [x + columns.side, middle.x] : [middle.x + columns.middle, x]
      const [start, end] = where === 'left' ? [height, middle.y] : [middle.y, height]
      const half = (from + to) / 2
      const ends = where === 'left' ? { from: node.at, to: 0 } : { from: 0, to: node.at }
      edges.push({ ...ends, how, path: `M${from},${start}C${half},${start} ${half},${end} ${to},${end}`, words: [] })
      nodes.push(node)
    }
  }
}

function sideways(hasLeft: boolean, hasRight: boolean) {
  const left = margin
  const middle = hasLeft ? left + columns.side + columns.space : margin
  const right = middle + columns.middle + columns.space
  return { left, middle, right, width: margin + (hasRight ? right + columns.side : middle + columns.middle) }
}

function heightOf(side: Side): number {
  const rows = (branch: Side[number]) => branch.nodes.length + (branch.more > 0 ? 1 : 0)
  const heights = side.map((branch) => caption + rows(branch) * (box.height + box.gap) - box.gap)
  return heights.reduce((sum, one) => sum + one, 0) + Math.max(0, side.length - 1) * between
}

function drawn(node: GraphNode, at: number, place: { x: number; y: number; width: number }): DrawnNode {
  const text = node.known ? node.title : `${node.title} (unknown)`
  const title = cutToFit(text, fonts.title, place.width - box.text - box.end)
  return {
    at,
    ...place,
    height: box.height,
    icon: node.known ? node.icon : 'alert',
    href: node.known ? node.href : null,
    title,
    sub: null,
    label: labelOf(node, at === 0),
    state: node.known ? 'plain' : 'unknown',
  }
}

function moreNode(more: number, words: string, place: { at: number; x: number; y: number; href: string }): DrawnNode {
  const title = `${more} more`
  const size = { width: columns.side, height: box.height }
  return {
    ...place,
    ...size,
    icon: 'ellipsis',
    title,
    sub: null,
    label: `${title}: ${words}`,
    state: 'more',
  }
}
