import { z } from 'zod'
import { PortalError } from '../../../api/errors.ts'
import { type Crumb, type Reply, type Route, route } from '../../../api/route.ts'
import { one } from '../../../platform/http/routes.ts'
import { visitsRef } from '../../home/contract.ts'
import { catalogTopic } from '../contract.ts'
import { entityFeed } from '../feed-link.ts'
import { entityTopics } from '../live.ts'
import { catalogService } from '../service.ts'
import type { EntityHead, EntityPage } from '../views.ts'
import { pagesRef } from './pages.ts'

const part = z.string().min(1).max(253)
const params = z.object({ namespace: part, kind: part, name: part })
const url = '/catalog/:namespace/:kind/:name'

const SourceAddress = z.object({
  form: one.transform((form) => (form === 'json' || form === 'fields' ? form : ('yaml' as const))),
  file: one,
  definition: one,
  line: one.transform((line) => (line !== undefined && /^\d{1,7}$/.test(line) ? Number(line) : undefined)),
})

export const entityRoutes: Route[] = [
  route({
    method: 'GET',
    url,
    permission: 'catalog.read',
    params,
    query: z.object({ at: one, definition: one }),
    handler: async ({ params, query: { at, definition }, actor, use, signal, request }, reply) => {
      const { entity, earlier, definitions } = use(pagesRef)
      if (definition) return rarePage(reply, await definitions.overview(actor, params, definition, signal))
      try {
        if (at) return await rarePage(reply, earlier.overview(actor, params, at))
        const { props, ...kept } = await entity.overview(actor, params, signal)
        use(visitsRef).note(actor, visited(props), request)
        const live = await entityTopics(use(catalogService), actor, params)
        return await reply.page('catalog/entity', props, { ...titled(props.entity), live, ...kept })
      } catch (error) {
        if (!isAbsent(error)) throw error
        const props = await entity.missing(actor, params, at, signal)
        return reply.page('catalog/missing', props, { ...absent(props.name), live: [catalogTopic] })
      }
    },
  }),
  route({
    method: 'GET',
    url: `${url}/source`,
    permission: 'catalog.read',
    params,
    query: SourceAddress,
    handler: async ({ params, query, actor, use, signal, request }, reply) => {
      const { entity, definitions } = use(pagesRef)
      const props = query.definition
        ? await definitions.source(actor, params, query.definition, query.line, signal)
        : await entity.source(actor, params, query, signal)
      use(visitsRef).note(actor, visited(props), request)
      const live = await entityTopics(use(catalogService), actor, params)
      return reply.page('catalog/source', props, { ...titled(props.entity, 'Source'), live })
    },
  }),
  route({
    method: 'GET',
    url: `${url}/cards/:card`,
    permission: 'catalog.read',
    params: params.extend({ card: part }),
    handler: async ({ params, actor, use }, reply: Reply) => {
      const card = await use(pagesRef).entity.card(actor, params, params.card)
      return reply.fragment('shared/_card', { card })
    },
  }),
  route({
    method: 'GET',
    url: `${url}/:tab`,
    permission: 'catalog.read',
    params: params.extend({ tab: part }),
    query: z.record(z.string(), one),
    handler: async ({ params, query, actor, use, signal, request }, reply) => {
      const props = await use(pagesRef).entity.tab(actor, params, params.tab, query, signal)
      use(visitsRef).note(actor, visited(props), request)
      const live = await entityTopics(use(catalogService), actor, params)
      return reply.page('catalog/tab', props, { ...titled(props.entity, props.card.title), live })
    },
  }),
]

/** An earlier state, or another definition: nothing of it changes while one looks. */
function rarePage(reply: Reply, props: EntityPage) {
  return reply.page('catalog/entity', props, titled(props.entity))
}

const visited = ({ entity }: { entity: EntityHead }) => ({ kind: 'entity', key: entity.ref })

const catalog: Crumb = { text: 'Catalog', href: '/catalog' }

/** What the tab of an entity is called, and where it stands. */
export function titled(entity: EntityHead, tab?: string) {
  const name = entity.title ?? entity.name
  return {
    title: tab ? `${tab} of ${name}` : name,
    within: 'entity' as const,
    crumbs: [catalog, { text: name }],
    feed: entityFeed(entity.kind, entity.ref, name),
  }
}

function absent(name: string) {
  return { title: `No ${name}`, status: 404, crumbs: [catalog, { text: name }] }
}

const isAbsent = (error: unknown) => error instanceof PortalError && error.code === 'not_found'
