import type { EntityCard } from '../../api/plugin.ts'
import { isOrganisational } from './contact-facts.ts'
import { pagesRef } from './routes/pages.ts'

/** Who works on it, for what lies in a repository. */
export const contributorCards: readonly EntityCard[] = [
  {
    id: 'contributors',
    title: 'People',
    permission: 'catalog.read',
    place: 'side',
    when: ({ kind }) => !isOrganisational(kind) && kind.toLowerCase() !== 'location',
    view: 'catalog/_contributors',
    load: ({ entity, actor, ctx, signal }) => ctx.use(pagesRef).contributors.card(actor, entity, signal),
    version: ({ entity, actor, ctx, signal }) => ctx.use(pagesRef).contributors.version(actor, entity, signal),
  },
]
