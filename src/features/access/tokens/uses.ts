import type { PluginContext } from '../../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../../api/wiring.ts'
import { createLater } from '../../../platform/db/later.ts'
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
  const later = createLater<TokenUse>(ctx, { what: 'When tokens were last used', delay: every, write: saveUses })
  return { ...later, note: (id, address) => later.note(id, { at: ctx.now(), address }) }
}
