/** What Graphviz is told: sizes and ends, by number. No word of the catalog is among it. */
export interface LayoutPlan {
  direction: 'LR' | 'RL' | 'TB' | 'BT'
  /** Lines of straight pieces in place of curves. */
  straight: boolean
  /** Quickly rather than well. */
  hasty?: boolean
  /** Pixels. */
  nodes: readonly { width: number; height: number }[]
  /** Ends are places in `nodes`; a label is a box to be kept free. */
  edges: readonly { from: number; to: number; label: { width: number; height: number } | null }[]
}

/** Where everything is to be drawn; pixels from the upper left corner. */
export interface Layout {
  width: number
  height: number
  /** The middle of each node, in the order of the plan. */
  nodes: readonly Point[]
  edges: readonly PlacedEdge[]
}

export interface PlacedEdge {
  /** The data of an SVG path from border to border. */
  path: string
  /** The middle of its label. */
  label: Point | null
}

export type Point = readonly [x: number, y: number]

/**
 * Graphviz takes long to untangle what is nothing but tangle: minutes in place of a second. Where there are so many lines
 * for each node, it is told to try less hard, and to draw one straight piece for each, which may pass behind nodes.
 */
const tangle = { lines: 200, each: 2.3 } as const

/** The plan in Graphviz' language. Its unit is the inch for nodes and the point for the rest; a point is a pixel here. */
export function dotOf({ direction, straight, hasty, nodes, edges }: LayoutPlan): string {
  const isTangle = hasty || (edges.length > tangle.lines && edges.length > tangle.each * nodes.length)
  const effort = isTangle
    ? 'splines=line nslimit=0.02 nslimit1=0.5 mclimit=0.05'
    : `splines=${straight ? 'polyline' : 'true'}`
  const lines = [
    `digraph{rankdir=${direction} nodesep=0.21 ranksep=0.5 ${effort};node[shape=box fixedsize=true label=""];edge[arrowhead=none]`,
    ...nodes.map(({ width, height }, at) => `n${at}[width=${inches(width)} height=${inches(height)}]`),
    ...edges.map(({ from, to, label }, at) => `n${from}->n${to}[id=${at}${label ? ` label=${boxOf(label)}` : ''}]`),
  ]
  return `${lines.join('\n')}}`
}

const inches = (pixels: number) => (pixels / 72).toFixed(3)

function boxOf({ width, height }: { width: number; height: number }): string {
  return `<<table border="0" fixedsize="true" width="${Math.ceil(width)}" height="${Math.ceil(height)}"><tr><td></td></tr></table>>`
}

interface Answer {
  bb: string
  objects?: readonly { name: string; pos: string }[]
  edges?: readonly { id: string; pos: string; lp?: string }[]
}

/**
 * Reads what Graphviz answered in its format `json0`, whose y grows upwards.
 *
 * @throws Error where a node or edge of the plan is missing in it
 */
export function layoutOf(json: string, plan: LayoutPlan): Layout {
  const answer = JSON.parse(json) as Answer
  const [, , width = 0, height = 0] = answer.bb.split(',').map(Number)
  const turned = ([x, y]: Point): Point => [round(x), round(height - y)]
  const nodes = new Map((answer.objects ?? []).map(({ name, pos }) => [name, turned(pointOf(pos))]))
  const edges = new Map(
    (answer.edges ?? []).map(({ id, pos, lp }) => [
      id,
      { path: pathOf(pos.split(' ').map((text) => turned(pointOf(text)))), label: lp ? turned(pointOf(lp)) : null },
    ]),
  )
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    nodes: plan.nodes.map((_, at) => there(nodes.get(`n${at}`), `node ${at}`)),
    edges: plan.edges.map((_, at) => there(edges.get(String(at)), `edge ${at}`)),
  }
}

function pointOf(text: string): Point {
  const [x = Number.NaN, y = Number.NaN] = text.split(',').map(Number)
  if (Number.isNaN(x + y)) throw new Error(`Graphviz gave "${text}" for a point`)
  return [x, y]
}

/** A start and three points for each curve. */
function pathOf([start, ...rest]: readonly Point[]): string {
  return `M${start}C${rest.join(' ')}`
}

const round = (value: number) => Math.round(value * 10) / 10

function there<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`Graphviz left out ${what}`)
  return value
}
