import type { Actor } from '../../api/actor.ts'
import type { CatalogGraph, GraphNode, OwnerLink } from '../catalog/contract.ts'

/** Relations by which a fault of one is felt at the other, as they are called from where it begins. */
export const carrying = ['dependencyOf', 'apiConsumedBy', 'providesApi', 'partOf'] as const

/** What an entity consists of fails with it. From elsewhere a whole does not carry on to its other parts. */
const contained = ['hasPart']

const most = 1000

/** An entity that feels it. */
export interface Affected {
  node: GraphNode
  /** What it is called to feel it: `consumesApi`, `partOf`. */
  type: string
  /** From the entity in question to the one in front of this, both included. */
  way: readonly GraphNode[]
}

export interface Impact {
  root: GraphNode
  /** The nearest first. */
  affected: readonly Affected[]
  left: number
  endless: boolean
}

/**
 * Everything that depends on an entity, directly or through others, each once and by the shortest way, so that circles end.
 *
 * @returns undefined where the actor sees no such entity
 */
export function impactOf(graph: CatalogGraph, actor: Actor, ref: string): Impact | undefined {
  const walk = { depth: Number.POSITIVE_INFINITY, kinds: [], most }
  const inside = graph.neighbourhood(actor, { ...walk, roots: [ref], types: contained })
  const [root] = inside.nodes
  if (!root) return undefined
  const parts = inside.nodes.map((node) => node.ref)
  const around = graph.neighbourhood(actor, { ...walk, roots: parts, types: carrying })
  const outside = around.nodes.filter(({ steps }) => steps > 0)
  const all = new Map([...inside.nodes, ...outside].map((node) => [node.ref, node]))
  const reverses = new Map(
    graph.relations().flatMap(({ type, reverse }) =>
      reverse
        ? [
            [type, reverse],
            [reverse, type],
          ]
        : [],
    ) as [string, string][],
  )
  const affected = [...all.values()].flatMap((node) =>
    node.via ? [{ node, type: reverses.get(node.via.type) ?? node.via.type, way: wayTo(node, all) }] : [],
  )
  return {
    root,
    affected: affected.sort((a, b) => a.way.length - b.way.length).slice(0, most),
    left: inside.left + around.left + Math.max(0, affected.length - most),
    endless: inside.endless || around.endless,
  }
}

export interface OwnerGroup {
  owner: OwnerLink | null
  affected: readonly Affected[]
}

/** By owner, the one with most first; those without one last. */
export function byOwner(affected: readonly Affected[]): OwnerGroup[] {
  const groups = new Map<string, { owner: OwnerLink | null; affected: Affected[] }>()
  for (const one of affected) {
    const { owner } = one.node
    const group = groups.get(owner?.ref ?? '') ?? { owner, affected: [] }
    group.affected.push(one)
    groups.set(owner?.ref ?? '', group)
  }
  const weight = (group: OwnerGroup) => (group.owner === null ? -1 : group.affected.length)
  return [...groups.values()].sort((a, b) => weight(b) - weight(a) || titleOf(a).localeCompare(titleOf(b), 'en'))
}

const titleOf = ({ owner }: OwnerGroup) => owner?.title ?? ''

function wayTo({ via }: GraphNode, all: ReadonlyMap<string, GraphNode>): GraphNode[] {
  const way: GraphNode[] = []
  for (let at = via && all.get(via.ref); at; at = at.via && all.get(at.via.ref)) way.unshift(at)
  return way
}
