import type { Command } from '../../api/plugin.ts'
import { crawlCommand } from './crawl-command.ts'
import { registerCommand } from './register/command.ts'
import { countSources } from './store/sources.ts'
import { validate } from './validate/command.ts'

export const commands: readonly Command[] = [
  {
    name: 'sources',
    summary: 'List the sources of the catalog with their state',
    needs: 'read',
    run: async ({ ctx, print }) => {
      const sources = await countSources(ctx.db.read)
      if (sources.length === 0) print('No source has been read yet.')
      for (const { title, type, state, location, entities, problems, readAt, error } of sources) {
        const when = readAt ? `read ${readAt.toISOString()}` : 'never read'
        print(`${title} (${type}): ${state}, ${entities} entities, ${problems} problems, ${when}`)
        print(`  ${location}`)
        if (error !== null) print(`  ${error}`)
      }
      return sources.some(({ state }) => state === 'failed') ? 1 : 0
    },
  },
  crawlCommand,
  registerCommand,
  validate,
]
