import { z } from 'zod'
import type { PluginContext, RunningPortal } from '../../../api/plugin.ts'
import { operator } from '../../../platform/auth/operator.ts'
import type { TokenDraft } from './draft.ts'
import { TokenReport, tokenReport } from './report.ts'
import { tokensRef } from './service.ts'

export type MadeToken = TokenReport & { token: string }

/** Who keeps the tokens for a command: the running portal, or this process. */
export interface TokenKeeper {
  list(): Promise<TokenReport[]>
  create(draft: TokenDraft): Promise<MadeToken>
  revoke(id: string): Promise<void>
}

export function tokenKeeper(ctx: PluginContext, portal: RunningPortal | undefined): TokenKeeper {
  return portal ? throughPortal(portal) : inThisProcess(ctx)
}

const ListAnswer = z.object({ tokens: z.array(TokenReport) })
const MadeAnswer = TokenReport.extend({ token: z.string() })

function throughPortal(portal: RunningPortal): TokenKeeper {
  return {
    list: async () => ListAnswer.parse(await portal.ask('GET', '/admin/tokens.json')).tokens,
    create: async (draft) => MadeAnswer.parse(await portal.ask('POST', '/admin/tokens.json', draft)),
    revoke: async (id) =>
      void (await portal.ask('POST', `/admin/tokens/${encodeURIComponent(id)}/revocation.json`, {})),
  }
}

function inThisProcess(ctx: PluginContext): TokenKeeper {
  const tokens = ctx.use(tokensRef)
  return {
    list: async () => tokens.list().map(tokenReport),
    async create(draft) {
      const { token, row } = await tokens.createService(operator, draft)
      return { token, ...tokenReport(row) }
    },
    revoke: (id) => tokens.revoke(operator, id),
  }
}
