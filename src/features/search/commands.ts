import { systemActor } from '../../api/actor.ts'
import { PortalError } from '../../api/errors.ts'
import type { Command } from '../../api/plugin.ts'
import { contributionsRef } from '../../platform/contributions.ts'
import { plural } from '../../platform/views/plural.ts'
import { searchService } from './service.ts'

export const commands: readonly Command[] = [
  {
    name: 'search',
    summary: 'Build what can be searched anew',
    usage: 'rebuild',
    needs: 'portal',
    run: async ({ argv, ctx, print, portal }) => {
      if (argv.length !== 1 || argv[0] !== 'rebuild') {
        throw new PortalError('invalid', 'It is not said what to do with the search', {
          hint: 'Usage: callboard search rebuild',
        })
      }
      if (portal) {
        await portal.ask('POST', '/search/rebuild.json', {})
        print('The running portal builds it anew, beside its other work. Its log says when it is done.')
        return 0
      }
      const { rebuilder } = ctx.use(searchService)
      const stop = new AbortController()
      ctx.onClose(() => stop.abort())
      await ctx.db.write((tx) => ctx.audit(tx, { action: 'search.rebuild', actor: systemActor, target: 'all' }))
      for (const { id, spec } of ctx.use(contributionsRef).searchSources) {
        const documents = await rebuilder.rebuild(id, () => undefined, stop.signal)
        print(`${spec.title}: ${plural(documents, 'document')}`)
      }
      return 0
    },
  },
]
