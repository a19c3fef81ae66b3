import { z } from 'zod'
import { PortalError } from '../../api/errors.ts'
import { formatRef, parseRef } from '../../api/ref.ts'
import { one } from '../../platform/http/routes.ts'
import type { GraphQuery, GraphRelation } from '../catalog/contract.ts'

/** The address of the graph, with Backstage's parameters: lists also as `rootEntityRefs[]` and `rootEntityRefs[0]`. */
export const GraphAddress = z.looseObject({
  maxDepth: one,
  direction: one,
  mergeRelations: one,
  unidirectional: one,
  curve: one,
  showFilters: one,
  /** Ours: `fit` or `actual`. */
  size: one,
  /** Ours: words to find a further root by. */
  add: one,
})

export type GraphAddress = z.output<typeof GraphAddress>

/** The address of an impact. */
export const ImpactAddress = z.object({ entity: z.string().min(1).max(400), owner: one })

export const directions = ['LR', 'RL', 'TB', 'BT'] as const
export type Direction = (typeof directions)[number]

/** What is asked of the graph page, normalised: equal questions are equal objects. */
export interface GraphState {
  /** References in full. */
  roots: readonly string[]
  /** Infinite where no end is set. */
  depth: number
  kinds: readonly string[]
  /** Undefined for what is shown unless something is chosen. */
  relations: readonly string[] | undefined
  direction: Direction
  /** A relation and its reverse as one line. */
  merged: boolean
  /** Only the shortest way to each. */
  simplified: boolean
  straight: boolean
  size: 'auto' | 'fit' | 'actual'
  filters: boolean
}

/** How many nodes are drawn at most. */
export const mostNodes = 500
const mostRoots = 20
const ownership = ['ownerOf', 'ownedBy']
const organisational = /^(group|user):/

/** @throws PortalError `invalid` for what is no reference, depth or direction */
export function readState(address: GraphAddress): GraphState {
  const roots = distinct(listOf(address, 'rootEntityRefs').map((text) => formatRef(parseRef(text)))).slice(0, mostRoots)
  const relations = distinct(listOf(address, 'selectedRelations'))
  return {
    roots,
    depth: readDepth(address.maxDepth) ?? usualDepth(roots),
    kinds: distinct(listOf(address, 'selectedKinds').map((kind) => kind.toLowerCase())),
    relations: relations.length > 0 ? relations : undefined,
    direction: readDirection(address.direction),
    merged: address.mergeRelations !== 'false',
    simplified: address.unidirectional === 'true',
    straight: address.curve === 'curveStepBefore',
    size: address.size === 'fit' || address.size === 'actual' ? address.size : 'auto',
    filters: address.showFilters !== 'false',
  }
}

/** Owners are named in each node; as nodes of their own they would bring along all else that they own. */
export function catalogQuery({ roots, depth, kinds, relations }: GraphState): GraphQuery {
  const isOfOwners = roots.some((ref) => organisational.test(ref))
  const except = relations === undefined && !isOfOwners ? ownership : []
  return { roots, depth, kinds, types: relations, except, most: mostNodes }
}

/** Whether a relation is followed. */
export function isFollowed(state: GraphState, type: string): boolean {
  const { types, except = [] } = catalogQuery(state)
  return (types?.includes(type) ?? true) && !except.includes(type)
}

/** A form says each relation that is followed; where these are the usual ones, nobody has chosen. */
export function withoutUsual(state: GraphState, known: readonly GraphRelation[]): GraphState {
  const usual = { ...state, relations: undefined }
  const names = known.flatMap(({ type, reverse }) => (reverse === null ? [type] : [type, reverse]))
  const same = names.every((name) => isFollowed(state, name) === isFollowed(usual, name))
  return same && state.relations?.every((name) => names.includes(name)) ? usual : state
}

/** The shortest address of a state: what is the default is left out. */
export function graphHref(state: Partial<GraphState> & Pick<GraphState, 'roots'>, path = '/catalog-graph'): string {
  const { roots, depth, kinds = [], relations = [], direction, merged, simplified, straight, size, filters } = state
  const params = new URLSearchParams()
  const set = (name: string, value: string, isDefault: boolean) => isDefault || params.append(name, value)
  for (const ref of roots) params.append('rootEntityRefs[]', ref)
  set(
    'maxDepth',
    depth === Number.POSITIVE_INFINITY ? 'all' : String(depth),
    (depth ?? usualDepth(roots)) === usualDepth(roots),
  )
  for (const kind of kinds) params.append('selectedKinds[]', kind)
  for (const type of relations) params.append('selectedRelations[]', type)
  set('direction', direction ?? 'LR', (direction ?? 'LR') === 'LR')
  set('mergeRelations', 'false', merged ?? true)
  set('unidirectional', 'true', !simplified)
  set('curve', 'curveStepBefore', !straight)
  set('size', size ?? 'auto', (size ?? 'auto') === 'auto')
  set('showFilters', 'false', filters ?? true)
  const text = readable(params)
  return text === '' ? path : `${path}?${text}`
}

/** The address of an impact, of all or of what one owner has of it. */
export function impactHref(entity: string, options: { path?: string; owner?: string } = {}): string {
  const { path = '/catalog-graph/impact', owner } = options
  return `${path}?${readable(new URLSearchParams({ entity, ...(owner && { owner }) }))}`
}

/** Slashes, colons and brackets mean nothing within a query, and are easier to read. */
function readable(params: URLSearchParams): string {
  return params.toString().replaceAll('%5B%5D', '[]').replaceAll('%3A', ':').replaceAll('%2F', '/')
}

/** Two steps; one where a group or a user is among the roots: two would lead to most of the organisation. */
function usualDepth(roots: readonly string[]): number {
  return roots.some((ref) => organisational.test(ref)) ? 1 : 2
}

function readDepth(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^(all|0|∞|Infinity)$/.test(text)) return Number.POSITIVE_INFINITY
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text)
  throw new PortalError('invalid', `"${text}" is no number of steps`, {
    hint: 'Write maxDepth=1 for the nearest, a higher number for more, or maxDepth=all.',
  })
}

function readDirection(text: string | undefined): Direction {
  const found = directions.find((one) => one === (text ?? 'LR').toUpperCase())
  if (found) return found
  throw new PortalError('invalid', `"${text}" is no direction`, { hint: `There are ${directions.join(', ')}.` })
}

/** A list as it stands in the address: `name`, `name[]` or `name[0]`, each once or often. */
function listOf(address: GraphAddress, name: string): string[] {
  const names = Object.keys(address).filter((key) => key.replace(/\[\d*\]$/, '') === name)
  return names
    .flatMap((key) => address[key] as string | string[])
    .map((value) => value.trim())
    .filter((value) => value !== '')
}

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)]
