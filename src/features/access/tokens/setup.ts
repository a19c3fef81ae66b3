import type { PluginContext } from '../../../api/plugin.ts'
import { tokenCommand } from '../commands.ts'
import { bearerRef } from '../identify.ts'
import type { Proxies } from '../proxy.ts'
import type { Sessions } from '../sessions.ts'
import type { People } from '../who.ts'
import { tokenApi } from './api.ts'
import { createBearers } from './bearer.ts'
import { tokenNav } from './nav.ts'
import { createTokenPages, tokenPagesRef } from './pages.ts'
import { tokenRoutes } from './routes.ts'
import { tokenSections } from './sections.ts'
import { createTokens, tokensRef } from './service.ts'
import { createTokenUses, tokenUsesRef } from './uses.ts'

export interface TokensParts {
  people: People
  sessions: Sessions
  proxies: Proxies
}

export const tokenParts = {
  routes: [...tokenRoutes, ...tokenApi],
  settings: tokenSections,
  nav: tokenNav,
  commands: [tokenCommand],
}

/** What programs show in place of a person. */
export function setUpTokens(ctx: PluginContext, { people, sessions, proxies }: TokensParts): void {
  const uses = createTokenUses(ctx)
  const bearers = createBearers(ctx, { uses, ownerOf: people.actorOf })
  const tokens = createTokens(ctx, { bearers, uses, identitiesOf: people.identitiesOf })
  ctx.provide(tokenUsesRef, uses)
  ctx.provide(tokensRef, tokens)
  ctx.provide(tokenPagesRef, createTokenPages(ctx, { tokens, sessions }))
  ctx.provide(bearerRef, (token, request) => {
    const { id, method } = request
    return bearers.actorOf(token, { id, method, ip: proxies.addressOf(request) })
  })
}
