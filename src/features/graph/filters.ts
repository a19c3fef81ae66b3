import type { GraphNode, GraphRelation } from '../catalog/contract.ts'
import { linkOf } from './page-view.ts'
import { directions, type GraphState, graphHref, isFollowed } from './query.ts'
import type { Checkbox, Filters, Select } from './views.ts'

export interface FiltersArgs {
  state: GraphState
  roots: readonly GraphNode[]
  /** Entities by kind, in lower case. */
  counts: ReadonlyMap<string, number>
  relations: readonly GraphRelation[]
  add: string | undefined
}

const directionTitles = {
  LR: 'From left to right',
  RL: 'From right to left',
  TB: 'From top to bottom',
  BT: 'From bottom to top',
} as const

const depths = [1, 2, 3, 4, 5, 6]

/** The form beside the picture. */
export function filtersOf({ state, roots, counts, relations, add }: FiltersArgs): Filters {
  const kinds = [...new Set([...counts.keys(), ...state.kinds])]
  return {
    open: state.filters,
    chosen: state.kinds.length + (state.relations?.length ?? 0),
    clearHref: graphHref({ roots: state.roots, size: state.size, filters: state.filters }),
    roots: roots.map((root) => ({
      link: linkOf(root),
      removeHref: graphHref({ ...state, roots: state.roots.filter((ref) => ref !== root.ref) }),
    })),
    add: add ?? '',
    kinds: kinds.map((kind) => ({
      id: `graph-kind-${kind}`,
      value: kind,
      label: capitalOf(kind),
      checked: state.kinds.includes(kind),
    })),
    relations: relations.map(({ type, words, reverse, reverseWords }) => ({
      boxes: [box(type, words), ...(reverse === null ? [] : [box(reverse, reverseWords ?? reverse)])],
    })),
    selects: selectsOf(state),
    hidden: [
      ...(state.size === 'auto' ? [] : [{ name: 'size', value: state.size }]),
      ...(state.filters ? [] : [{ name: 'showFilters', value: 'false' }]),
    ],
  }

  function box(type: string, words: string): Checkbox {
    return { id: `graph-relation-${type}`, value: type, label: words, checked: isFollowed(state, type) }
  }
}

function selectsOf(state: GraphState): Select[] {
  const steps = [...new Set([...depths, state.depth])].filter(Number.isFinite).sort((a, b) => a - b)
  return [
    select('maxDepth', 'Steps', state.depth === Number.POSITIVE_INFINITY ? 'all' : String(state.depth), [
      ...steps.map((depth) => [String(depth), depth === 1 ? '1, the nearest' : String(depth)] as const),
      ['all', 'All the way'],
    ]),
    select(
      'direction',
      'Direction',
      state.direction,
      directions.map((one) => [one, directionTitles[one]]),
    ),
    select('unidirectional', 'Ways', String(state.simplified), [
      ['false', 'All relations'],
      ['true', 'Only the shortest way'],
    ]),
    select('mergeRelations', 'A relation and its reverse', String(state.merged), [
      ['true', 'One line'],
      ['false', 'A line each'],
    ]),
    select('curve', 'Lines', state.straight ? 'curveStepBefore' : 'curveMonotoneX', [
      ['curveMonotoneX', 'Curved'],
      ['curveStepBefore', 'Straight'],
    ]),
  ]
}

function select(name: string, title: string, current: string, options: readonly (readonly [string, string])[]): Select {
  return {
    id: `graph-${name.toLowerCase()}`,
    name,
    title,
    options: options.map(([value, label]) => ({ value, label, chosen: value === current })),
  }
}

const capitalOf = (kind: string) => kind.charAt(0).toUpperCase() + kind.slice(1)
