import { domId } from '../../platform/views/ids.ts'
import { capital, count, plural } from '../../platform/views/plural.ts'
import type { GraphNode, GraphRelation, OwnerLink } from '../catalog/contract.ts'
import { type Affected, byOwner, carrying, type Impact } from './impact.ts'
import { linkOf } from './page-view.ts'
import { graphHref, impactHref } from './query.ts'
import type { ImpactPage, ImpactRow } from './views.ts'

/** Of many owners each shows its nearest; a page of its own shows all of one. */
const mostInAll = 200
const mostOfOwner = 10

/**
 * The page of what depends on an entity.
 *
 * @param only the reference of the one owner that is shown
 */
export function impactPage(impact: Impact, relations: readonly GraphRelation[], only: string | undefined): ImpactPage {
  const { root, affected, left, endless } = impact
  const wordsOf = new Map(
    relations.flatMap(({ type, words, reverse, reverseWords }) => [
      [type, words] as const,
      [reverse ?? type, reverseWords ?? words] as const,
    ]),
  )
  const groups = byOwner(affected)
  return {
    entity: linkOf(root),
    kind: kindOf(root),
    summary: summaryOf(affected, groups.filter(({ owner }) => owner !== null).length),
    left: left === 0 ? null : `The nearest are shown; ${endless ? 'more than ' : ''}${count(left)} more are left out.`,
    groups: groups
      .filter(({ owner }) => only === undefined || nameOf(owner) === only)
      .map(({ owner, affected: all }) => {
        const shown = only === undefined && affected.length > mostInAll ? all.slice(0, mostOfOwner) : all
        return {
          id: domId('graph-owner', nameOf(owner)),
          owner,
          count: all.length,
          rows: shown.map((one) => rowOf(one, wordsOf)),
          allHref: shown.length === all.length ? null : impactHref(root.ref, { owner: nameOf(owner) }),
        }
      }),
    wholeHref: only === undefined ? null : impactHref(root.ref),
    empty: affected.length > 0 ? null : emptyOf(root),
    graphHref: graphHref({ roots: [root.ref], depth: Number.POSITIVE_INFINITY, relations: [...carrying, 'hasPart'] }),
    jsonHref: impactHref(root.ref, { path: '/catalog-graph/impact.json' }),
  }
}

/** The same as data: references, the relation, the way. */
export function impactJson({ root, affected, left, endless }: Impact): object {
  return {
    entity: root.ref,
    count: affected.length,
    leftOut: left,
    complete: !endless && left === 0,
    affected: affected.map(({ node, type, way }) => ({
      ref: node.ref,
      title: node.title,
      kind: node.kind,
      type: node.type,
      owner: node.owner?.ref ?? null,
      relation: type,
      steps: way.length,
      way: way.map(({ ref }) => ref),
    })),
  }
}

function rowOf({ node, type, way }: Affected, wordsOf: ReadonlyMap<string, string>): ImpactRow {
  const nearest = way.at(-1) ?? node
  return {
    link: linkOf(node),
    kind: kindOf(node),
    words: wordsOf.get(type) ?? type,
    to: linkOf(nearest),
    way: way.slice(1, -1).map(linkOf),
    steps: way.length,
  }
}

/** How an owner is named in an address; `none` is what has none. */
const nameOf = (owner: OwnerLink | null) => owner?.ref ?? 'none'

const kindOf = ({ kind, type }: GraphNode) => (type === null ? kind : `${kind} · ${type}`)

function summaryOf(affected: readonly Affected[], owners: number): string {
  if (affected.length === 0) return 'Nothing depends on it'
  const direct = affected.filter(({ way }) => way.length === 1).length
  const of = owners === 0 ? '' : ` of ${plural(owners, 'owner')}`
  const verb = affected.length === 1 ? 'depends' : 'depend'
  return capital(
    `${plural(affected.length, 'entity', 'entities')}${of} ${verb} on it, ${direct === affected.length ? 'directly' : `${count(direct)} of them directly`}`,
  )
}

function emptyOf({ kind }: GraphNode) {
  const isOwner = /^(group|user)$/i.test(kind)
  return {
    title: isOwner ? 'Owning is not depending' : 'Nothing depends on it',
    text: isOwner
      ? 'What a group or a user owns runs without them. Its own page lists it.'
      : 'No entity names it in dependsOn or consumesApis, and it is part of nothing.',
  }
}
