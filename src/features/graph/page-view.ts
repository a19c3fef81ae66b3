import { capital, plural } from '../../platform/views/plural.ts'
import type { GraphNode, Neighbourhood } from '../catalog/contract.ts'
import { LayoutFailure } from './layouter.ts'
import { type GraphState, graphHref, impactHref } from './query.ts'
import type { Drawing, Figure, Found, NodeLink, RelationList } from './views.ts'

const mostRows = 250
/** More lines than this cannot be told apart. */
const mostTold = 120
/** A wider picture is scrolled in place of being made smaller. */
const widestFit = 1080

export interface FigureArgs {
  nearby: Neighbourhood
  roots: readonly GraphNode[]
  state: GraphState
  drawing: Drawing | LayoutFailure
}

export function figureOf({ nearby, roots, state, drawing }: FigureArgs): Figure {
  const { nodes, edges, left, endless } = nearby
  const failure = drawing instanceof LayoutFailure ? drawing.message : null
  const isAlone = nodes.length === roots.length && edges.length === 0
  const size =
    state.size === 'auto' && !(drawing instanceof LayoutFailure) && drawing.width > widestFit ? 'actual' : state.size
  const [root] = roots
  return {
    summary: capital(`${plural(nodes.length, 'entity', 'entities')} and ${plural(edges.length, 'relation')}`),
    left:
      left === 0
        ? null
        : `The nearest are shown; ${endless ? 'more than ' : ''}${plural(left, 'entity', 'entities')} further away ${left === 1 ? 'is' : 'are'} left out`,
    simplerHref: edges.length > mostTold && !state.simplified ? graphHref({ ...state, simplified: true }) : null,
    drawing: drawing instanceof LayoutFailure ? null : drawing,
    failure,
    size,
    sizes: [
      { title: 'Fit', href: graphHref({ ...state, size: 'fit' }), current: size !== 'actual' },
      { title: 'Actual size', href: graphHref({ ...state, size: 'actual' }), current: size === 'actual' },
    ],
    relations: relationList(nearby, failure !== null),
    empty: isAlone ? emptyOf(state) : null,
    impactHref: roots.length === 1 && root && !/^(group|user):/.test(root.ref) ? impactHref(root.ref) : null,
  }
}

export function linkOf({ ref, title, href, icon, known }: GraphNode): NodeLink {
  return { ref, title, href: known ? href : null, icon: known ? icon : 'alert' }
}

export function headingOf(roots: readonly GraphNode[]): string {
  if (roots.length === 0) return 'Graph'
  const [first, ...others] = roots.map(({ title }) => title)
  return others.length === 0 ? `Relations of ${first}` : `Relations of ${first} and ${plural(others.length, 'other')}`
}

/** What words may mean, each as an address of the same graph with that root as well. */
export function foundOf(text: string, nodes: readonly GraphNode[], state: GraphState): Found {
  return {
    text,
    rows: nodes.map((node) => ({
      link: { ...linkOf(node), href: graphHref({ ...state, roots: [...state.roots, node.ref] }) },
      kind: node.type === null ? node.kind : `${node.kind} · ${node.type}`,
      owner: node.owner,
    })),
  }
}

function relationList({ nodes, edges }: Neighbourhood, open: boolean): RelationList {
  const links = new Map(nodes.map((node) => [node.ref, linkOf(node)]))
  const rows = edges.flatMap(({ from, to, words, reverseWords }) => {
    const [start, end] = [links.get(from), links.get(to)]
    return start && end ? [{ from: start, words, to: end, reverse: reverseWords }] : []
  })
  return { rows: rows.slice(0, mostRows), more: Math.max(0, rows.length - mostRows), open }
}

function emptyOf(state: GraphState): Figure['empty'] {
  const isFiltered = state.kinds.length > 0 || state.relations !== undefined
  if (isFiltered) {
    const { roots, ...shown } = state
    const href = graphHref({ ...shown, roots, kinds: [], relations: [] })
    const text = 'The kinds or relations that are chosen leave nothing.'
    return {
      title: 'Nothing of this is related to it',
      text,
      code: null,
      action: { title: 'Show every kind and relation', href },
    }
  }
  return {
    title: 'Nothing is related to it yet',
    text: 'Name what it needs in its file; the other side shows the relation by itself.',
    code: 'spec:\n  system: orders\n  dependsOn:\n    - resource:orders-db\n  consumesApis:\n    - orders-api',
    action: null,
  }
}
