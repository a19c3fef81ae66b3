import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../../api/actor.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../../api/wiring.ts'
import { auditPermission } from '../../../platform/audit/address.ts'
import { originOf } from '../../../platform/http/address.ts'
import { type ListQuery, listFrame } from '../list-query.ts'
import { type Outcome, orAgain } from '../outcome.ts'
import type { Sessions } from '../sessions.ts'
import type { TokenKind } from './format.ts'
import type { NewToken, Tokens } from './service.ts'
import { type TokensPage, type TypedToken, tokenFormView, tokenListView } from './views.ts'

export interface TokenPages {
  page(kind: TokenKind, actor: Actor, query?: ListQuery): TokensPage
  create(
    kind: TokenKind,
    actor: Actor,
    form: TypedToken,
    request: FastifyRequest,
  ): Promise<Outcome<TokensPage, TokensPage>>
}

export const tokenPagesRef: ServiceRef<TokenPages> = serviceRef('access.token-pages')

/** The same page for one's own tokens and for those of programs. */
export function createTokenPages(
  ctx: PluginContext,
  { tokens, sessions }: { tokens: Tokens; sessions: Sessions },
): TokenPages {
  function pageOf(
    kind: TokenKind,
    actor: Actor,
    { form = formOf(kind, actor), made = null }: Partial<TokensPage> = {},
    query: ListQuery = {},
  ) {
    const [now, mayAudit] = [ctx.now(), ctx.allows(actor, auditPermission)]
    if (kind === 'personal')
      return { list: tokenListView(tokens.listOwn(actor), { frame: null, now, mayAudit }), form, made }
    const { rows, ...page } = tokens.page(query)
    return { list: tokenListView(rows, { frame: listFrame('/admin/tokens', query, page), now, mayAudit }), form, made }
  }

  function formOf(
    kind: TokenKind,
    actor: Actor,
    typed?: TypedToken,
    faults?: Readonly<Record<string, string | undefined>>,
  ) {
    return tokenFormView({ kind, offered: tokens.offered(actor) }, typed, faults)
  }

  return {
    page: (kind, actor, query) => pageOf(kind, actor, {}, query),

    create: (kind, actor, form, request) =>
      orAgain(
        async () => {
          const made =
            kind === 'service'
              ? await tokens.createService(actor, form, request.id)
              : await tokens.createOwn(actor, form, { identity: sessions.of(request)?.identity, requestId: request.id })
          const origin = originOf(request, (service) => ctx.use(service))
          return pageOf(kind, actor, { made: shown(made, origin) })
        },
        (faults) => pageOf(kind, actor, { form: formOf(kind, actor, form, faults) }),
      ),
  }
}

function shown({ token, row }: NewToken, origin: string) {
  const example = `curl -H 'Authorization: Bearer ${token}' ${origin}/catalog.json`
  return { title: row.title, token, endsAt: row.expiresAt?.getTime() ?? null, example }
}
