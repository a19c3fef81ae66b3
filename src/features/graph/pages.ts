import type { Actor } from '../../api/actor.ts'
import { PortalError } from '../../api/errors.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { formatRef, parseRef } from '../../api/ref.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { type CatalogGraph, catalogGraph, catalogReader, type Neighbourhood } from '../catalog/contract.ts'
import { drawingOf, linesOf, planOf, simplified } from './drawing.ts'
import { filtersOf } from './filters.ts'
import { type Impact, impactOf } from './impact.ts'
import { impactJson, impactPage } from './impact-view.ts'
import { type Layouter, LayoutFailure } from './layouter.ts'
import { figureOf, foundOf, headingOf, linkOf } from './page-view.ts'
import {
  catalogQuery,
  type GraphAddress,
  type GraphState,
  graphHref,
  impactHref,
  readState,
  withoutUsual,
} from './query.ts'
import { starOf } from './star.ts'
import type { Drawing, GraphPage, ImpactPage, RelationsCard } from './views.ts'

/** What the pages of the graph show. Everything is found through the actor. */
export interface GraphPages {
  /** @throws PortalError `not_found` when none of the roots is there, `invalid` for an address that cannot be read */
  graph(actor: Actor, address: GraphAddress): Promise<GraphPage>
  /** @throws PortalError `not_found` */
  impact(actor: Actor, entity: string, owner: string | undefined): ImpactPage
  /** The same as data. */
  impactJson(actor: Actor, entity: string): object
  /** What the page of an entity shows. @returns undefined for what is related to nothing */
  card(actor: Actor, ref: string): RelationsCard | undefined
}

export const graphPages: ServiceRef<GraphPages> = serviceRef('graph.pages')

const mostOnCard = 400
const mostFound = 20
const mostStarts = 24

export function createGraphPages(ctx: PluginContext, layouter: Layouter): GraphPages {
  const catalog = (): CatalogGraph => ctx.use(catalogGraph)

  async function drawn(nearby: Neighbourhood, state: GraphState): Promise<Drawing | LayoutFailure> {
    const lines = linesOf(nearby, state)
    const plan = planOf(nearby.nodes, lines, state)
    try {
      return drawingOf({ nodes: nearby.nodes, lines, plan, layout: await layouter.layout(plan) })
    } catch (error) {
      // The list beneath stands without a picture, and the page says why there is none.
      if (error instanceof LayoutFailure) return error
      throw error
    }
  }

  function impactOn(actor: Actor, entity: string): Impact {
    const ref = formatRef(parseRef(entity))
    const found = impactOf(catalog(), actor, ref)
    if (found) return found
    throw absent([ref])
  }

  return {
    async graph(actor, address) {
      const asked = readState(address)
      const found = address.add === undefined ? undefined : catalog().starts(actor, address.add, mostFound)
      const exact = found?.length === 1 ? found : undefined
      const asGiven = exact ? readState({ ...address, ...withRoot(asked, exact[0]?.ref ?? '') }) : asked
      const relations = catalog().relations()
      const state = withoutUsual(asGiven, relations)
      const counts = await ctx.use(catalogReader).countByKind(actor)
      const whole = catalog().neighbourhood(actor, catalogQuery(state))
      const nearby = state.simplified ? simplified(whole) : whole
      const roots = nearby.nodes.filter(({ steps }) => steps === 0)
      const missing = state.roots.filter((ref) => roots.every((root) => root.ref !== ref))
      if (roots.length === 0 && missing.length > 0) throw absent(missing)
      return {
        action: '/catalog-graph',
        ownHref: graphHref(state),
        heading: headingOf(roots),
        figure: roots.length === 0 ? null : figureOf({ nearby, roots, state, drawing: await drawn(nearby, state) }),
        filters: filtersOf({ state, roots, counts, relations, add: exact ? '' : address.add }),
        missing,
        found: found && !exact ? foundOf(address.add ?? '', found, state) : null,
        starts:
          roots.length > 0
            ? []
            : catalog()
                .starts(actor, '', mostStarts)
                .map((node) => ({ ...linkOf(node), href: graphHref({ roots: [node.ref] }) })),
      }
    },

    impact: (actor, entity, owner) => impactPage(impactOn(actor, entity), catalog().relations(), owner),

    impactJson: (actor, entity) => impactJson(impactOn(actor, entity)),

    card(actor, ref) {
      const query = { roots: [ref], depth: 1, kinds: [], types: undefined, most: mostOnCard }
      const nearby = catalog().neighbourhood(actor, query)
      if (nearby.nodes.length < 2) return undefined
      const graph = graphHref({ roots: [ref] })
      return { drawing: starOf(nearby, graph), graphHref: graph, impactHref: impactHref(ref) }
    },
  }
}

function withRoot({ roots }: GraphState, ref: string) {
  return { 'rootEntityRefs[]': [...roots, ref], rootEntityRefs: [] }
}

function absent(refs: readonly string[]): PortalError {
  const what = refs.length === 1 ? `There is no entity ${refs[0]}` : `There is none of ${refs.join(', ')}`
  return new PortalError('not_found', what, {
    hint: 'It may have another kind or namespace, or no source of the catalog defines it.',
  })
}
