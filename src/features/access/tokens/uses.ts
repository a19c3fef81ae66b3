import type { PluginContext } from '../../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../../api/wiring.ts'
import { after } from '../../../platform/jobs/clock.ts'
import { saveUses, type TokenUse } from '../store/tokens.ts'

/** When tokens were last used: in memory, and once a minute in the database. */
export interface TokenUses {
  note(id: string, address: string): void
  /** What is not written yet. */
  of(id: string): TokenUse | undefined
  flush(): Promise<void>
}

export const tokenUsesRef: ServiceRef<TokenUses> = serviceRef('access.token-uses')

const every = 60_000

export function createTokenUses(ctx: PluginContext): TokenUses {
  let waiting = new Map<string, TokenUse>()
  let writing = Promise.resolve()
  let cancel: (() => void) | undefined

  function flush(): Promise<void> {
    cancel?.()
    cancel = undefined
    writing = writing.then(write)
    return writing
  }

  async function write(): Promise<void> {
    if (waiting.size === 0) return
    const batch = waiting
    try {
      await ctx.db.write((tx) => saveUses(tx, batch))
      for (const [id, use] of batch) if (waiting.get(id) === use) waiting.delete(id)
    } catch (error) {
      ctx.log.error({ err: error }, 'When tokens were last used could not be written; it is tried again')
    }
  }

  ctx.onClose(async () => {
    await flush()
    waiting = new Map()
  })

  return {
    note(id, address) {
      waiting.set(id, { at: ctx.now(), address })
      cancel ??= after(every, () => void flush())
    },
    of: (id) => waiting.get(id),
    flush,
  }
}
