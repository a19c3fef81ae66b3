import { type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { entityPath, parseRef } from '../../api/ref.ts'
import { AskedAgain } from '../../platform/asked-again.ts'
import type { Contributions } from '../../platform/contributions.ts'
import { type Policy, within } from '../../platform/permissions/policy.ts'
import type { CatalogGraph, GraphEdge, GraphNode, GraphQuery, GraphRelation, Neighbourhood } from './contract.ts'
import { ownerView } from './list-view.ts'
import { kindNames } from './pages/kinds.ts'
import { entities } from './schema.ts'
import type { CatalogService } from './service.ts'
import { type EdgeRow, edgesAmong, findRoots, findStarts, type NodeRow, nodesOf, stepsFrom } from './store/graph.ts'
import { entityIcon, relationWords } from './wording.ts'

/** How many a walk meets before it stops counting what it leaves out. */
const mostMet = 10_000

/**
 * The names of relations by which they are read from the whole to the part, the owner to the owned, the user to the used.
 * Others are read as their files state them.
 */
const forwards = new Set(['ownerOf', 'hasPart', 'parentOf', 'hasMember', 'dependsOn', 'consumesApi', 'providesApi'])

export function createGraphService(
  ctx: PluginContext,
  catalog: CatalogService,
  policy: () => Policy,
  contributions: Contributions,
): CatalogGraph {
  const read = ctx.db.read
  const names = kindNames(contributions)
  // Keys begin with the generation of the catalog and the scope, so that what is old is never asked for again.
  const known = new AskedAgain<Neighbourhood>({
    recent: 1,
    maxSize: 2000,
    sizeCalculation: ({ nodes, edges }) => 1 + nodes.length + edges.length,
  })

  const scopeOf = (actor: Actor) => within(policy().scope(actor, 'catalog.read'), sql`${entities.id}`)

  function nodesWith(actor: Actor, met: readonly Met[]): GraphNode[] {
    const rows = new Map(
      nodesOf(
        read,
        met.flatMap(({ number, from }) => (from === undefined ? [number] : [number, from])),
      ).map((row) => [row.number, row]),
    )
    return met.flatMap(({ number, steps, from, type }) => {
      const row = rows.get(number)
      const origin = from === undefined ? undefined : rows.get(from)
      const via = origin && type !== undefined ? { ref: origin.ref, type } : null
      return row ? [{ ...nodeOf(actor, row), steps, via }] : []
    })
  }

  function nodeOf(actor: Actor, { ref, name, title, type, owner }: NodeRow): Omit<GraphNode, 'steps' | 'via'> {
    const parts = parseRef(ref)
    return {
      ref,
      kind: names.name(parts.kind),
      title: title ?? name ?? parts.name,
      type,
      href: entityPath(parts),
      icon: entityIcon(parts.kind, type),
      owner: owner === null ? null : ownerView(owner, catalog.titleOf(actor, owner)),
      known: name !== null,
    }
  }

  return {
    version: (actor) => catalog.version(actor),

    neighbourhood(actor, query) {
      const name = JSON.stringify({ ...query, depth: String(query.depth) })
      const key = `${catalog.version(actor)} ${name}`
      const remembered = known.get(key)
      if (remembered) return remembered
      const scope = scopeOf(actor)
      const walked = walk(findRoots(read, query.roots, scope), query, scope)
      const nodes = nodesWith(actor, walked.met)
      const numbers = walked.met.map(({ number }) => number)
      const rows = numbers.length > 0 ? edgesAmong(read, numbers, query) : []
      const found = { nodes, edges: edgesOf(rows), left: walked.left, endless: walked.endless }
      known.set(key, found, name)
      return found
    },

    relations() {
      const all = contributions.kinds.flatMap(({ spec }) =>
        spec.relations.map(({ type, reverse }) => relationOf(type, reverse)),
      )
      return [...new Map(all.map((one) => [one.type, one])).values()]
    },

    starts(actor, text, most) {
      const words = [...new Set(text.slice(0, 200).toLocaleLowerCase('en-US').split(/\s+/u).filter(Boolean))]
      const scope = scopeOf(actor)
      const kinds = words.length === 0 ? ['domain', 'system'] : []
      const numbers = findStarts(read, kinds, words, scope, most)
      const found = numbers.length > 0 || words.length > 0 ? numbers : findStarts(read, [], [], scope, most)
      return nodesWith(
        actor,
        found.map((number) => ({ number, steps: 0, from: undefined, type: undefined })),
      )
    },
  }

  /** Level by level, so that the nearest are met first; each is met once, so that a circle ends. */
  function walk(roots: readonly number[], query: GraphQuery, scope: SQL | undefined) {
    const met: Met[] = roots.slice(0, query.most).map((number) => ({
      number,
      steps: 0,
      from: undefined,
      type: undefined,
    }))
    const seen = new Set(roots)
    let near: readonly number[] = roots
    for (let steps = 1; steps <= query.depth && near.length > 0 && seen.size <= mostMet; steps++) {
      const next: number[] = []
      for (const { origin, number, type } of stepsFrom(read, near, query, scope)) {
        if (seen.has(number)) continue
        seen.add(number)
        next.push(number)
        if (met.length < query.most) met.push({ number, steps, from: origin, type })
      }
      near = next
    }
    return { met, left: seen.size - met.length, endless: seen.size > mostMet }
  }
}

interface Met {
  number: number
  steps: number
  from: number | undefined
  type: string | undefined
}

/** Both sides may state one relation: it is one edge then. */
function edgesOf(rows: readonly EdgeRow[]): GraphEdge[] {
  const found = new Map<string, GraphEdge>()
  for (const { holder, target, type, reverse } of rows) {
    const relation = relationOf(type, reverse)
    const [from, to] = relation.type === type ? [holder, target] : [target, holder]
    found.set(`${from} ${relation.type} ${to}`, { from, to, ...relation })
  }
  return [...found.values()]
}

function relationOf(stated: string, seen: string | null): GraphRelation {
  const [type, reverse] = seen !== null && forwards.has(seen) ? [seen, stated] : [stated, seen]
  return {
    type,
    words: relationWords(type),
    reverse,
    reverseWords: reverse === null ? null : relationWords(reverse),
  }
}
