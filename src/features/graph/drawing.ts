import { plural } from '../../platform/views/plural.ts'
import type { GraphNode, Neighbourhood } from '../catalog/contract.ts'
import type { Layout, LayoutPlan } from './layout-plan.ts'
import type { GraphState } from './query.ts'
import { cutToFit, widthOf } from './text-width.ts'
import type { Drawing, DrawnEdge, DrawnNode } from './views.ts'

/** Sizes of type as the style sheet has them; what is bold counts as a larger one. */
export const fonts = { title: 13 * 1.1, sub: 11.5, word: 11 } as const

const box = { height: 46, least: 116, most: 224, text: 35, end: 10 } as const
const lineHeight = 14
/** Room for the arrows and the frame of a node at the edge. */
const margin = 10
/** Words beside more lines than this would hide them: the list has them. */
const mostLabels = 70
const mostFullLabels = 30
/** Relations of a whole to its parts and of an owner to the owned. */
export const holding = new Set(['ownerOf', 'hasPart', 'parentOf', 'hasMember'])

/** Lines as they are drawn: relations between the same two in the same direction share one. */
export interface Line {
  from: number
  to: number
  words: readonly string[]
  how: DrawnEdge['how']
}

/** The lines between the nodes of a neighbourhood, in the form that was asked for. */
export function linesOf({ nodes, edges }: Pick<Neighbourhood, 'nodes' | 'edges'>, state: GraphState): Line[] {
  const places = new Map(nodes.map(({ ref }, at) => [ref, at]))
  const lines = new Map<string, { from: number; to: number; words: Set<string>; holds: boolean }>()
  const add = (from: string, to: string, words: string, holds: boolean) => {
    const [start, end] = [places.get(from), places.get(to)]
    if (start === undefined || end === undefined) return
    const line = lines.get(`${start} ${end}`) ?? { from: start, to: end, words: new Set(), holds }
    line.words.add(words)
    lines.set(`${start} ${end}`, { ...line, holds: line.holds && holds })
  }
  const full = edges.length <= mostFullLabels
  for (const { from, to, type, words, reverseWords } of edges) {
    const holds = holding.has(type)
    add(from, to, state.merged && full && reverseWords !== null ? `${words} / ${reverseWords}` : words, holds)
    if (!state.merged && reverseWords !== null) add(to, from, reverseWords, holds)
  }
  return [...lines.values()].map(({ holds, words, ...ends }) => ({
    ...ends,
    words: [...words],
    how: holds ? 'holds' : 'uses',
  }))
}

/** Only the relations by which each entity was reached first. */
export function simplified(nearby: Neighbourhood): Neighbourhood {
  const origins = new Map(nearby.nodes.map(({ ref, via }) => [ref, via?.ref]))
  const edges = nearby.edges.filter(({ from, to }) => origins.get(to) === from || origins.get(from) === to)
  return { ...nearby, edges }
}

/** What Graphviz is asked for. */
export function planOf(nodes: readonly GraphNode[], lines: readonly Line[], state: GraphState): LayoutPlan {
  const labelled = lines.length <= mostLabels
  return {
    direction: state.direction,
    straight: state.straight,
    nodes: nodes.map((node) => ({ width: boxWidth(node), height: box.height })),
    edges: lines.map(({ from, to, words }) => ({ from, to, label: labelled ? labelBox(words) : null })),
  }
}

export interface DrawingArgs {
  nodes: readonly GraphNode[]
  lines: readonly Line[]
  plan: LayoutPlan
  layout: Layout
}

export function drawingOf({ nodes, lines, plan, layout }: DrawingArgs): Drawing {
  return {
    width: layout.width + 2 * margin,
    height: layout.height + 2 * margin,
    nodes: nodes.map((node, at) => {
      const [x, y] = layout.nodes[at] ?? [0, 0]
      const width = plan.nodes[at]?.width ?? box.least
      return drawnNode(node, at, { x: x - width / 2 + margin, y: y - box.height / 2 + margin, width })
    }),
    edges: lines.map(({ from, to, words, how }, at) => {
      const { path = '', label = null } = layout.edges[at] ?? {}
      return { from, to, how, path: moved(path), words: label ? wordsAt(words, label) : [] }
    }),
    captions: [],
    label: `${plural(nodes.length, 'entity', 'entities')} and ${plural(lines.length, 'line')} between them; the list below says the same`,
  }
}

/** Kind, owner and state in words, for those who do not see the box. */
export function labelOf({ title, kind, type, owner, known }: GraphNode, isRoot: boolean): string {
  const what = type === null ? kind : `${kind}, ${type}`
  const whose = owner === null ? '' : `, owned by ${owner.title}`
  return `${title}: ${isRoot ? 'where the graph begins, ' : ''}${what}${known ? whose : ', not in the catalog'}`
}

/** A second line under the name. */
export function subOf({ kind, owner, known }: GraphNode): string {
  if (!known) return `${kind} · unknown`
  return owner === null ? kind : `${kind} · ${owner.title}`
}

function drawnNode(node: GraphNode, at: number, place: { x: number; y: number; width: number }): DrawnNode {
  const room = place.width - box.text - box.end
  const isRoot = node.steps === 0
  const [title, sub] = [cutToFit(node.title, fonts.title, room), cutToFit(subOf(node), fonts.sub, room)]
  return {
    at,
    x: round(place.x),
    y: round(place.y),
    width: place.width,
    height: box.height,
    icon: node.known ? node.icon : 'alert',
    href: node.known ? node.href : null,
    title,
    sub,
    label: labelOf(node, isRoot),
    state: isRoot ? 'root' : node.known ? 'plain' : 'unknown',
  }
}

function boxWidth(node: GraphNode): number {
  const text = Math.max(widthOf(node.title, fonts.title), widthOf(subOf(node), fonts.sub))
  return Math.min(box.most, Math.max(box.least, Math.ceil(box.text + text + box.end)))
}

function labelBox(words: readonly string[]): { width: number; height: number } {
  return { width: Math.max(...words.map((one) => widthOf(one, fonts.word))) + 6, height: words.length * lineHeight }
}

function wordsAt(words: readonly string[], [x, y]: readonly [number, number]): DrawnEdge['words'] {
  const top = y + margin - ((words.length - 1) * lineHeight) / 2
  return words.map((text, at) => ({ text, x: round(x + margin), y: round(top + at * lineHeight) }))
}

/** The path with the margin added to each of its points. */
function moved(path: string): string {
  return path.replace(/-?[\d.]+/g, (number) => String(round(Number(number) + margin)))
}

const round = (value: number) => Math.round(value * 10) / 10
