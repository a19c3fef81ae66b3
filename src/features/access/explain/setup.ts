import type { PluginContext } from '../../../api/plugin.ts'
import type { People } from '../who.ts'
import { explainCommand } from './command.ts'
import { explainNav } from './nav.ts'
import { createExplainPages, explainPagesRef } from './pages.ts'
import { explainRoutes } from './routes.ts'
import { createInquiry, inquiryRef } from './service.ts'

export const explainParts = {
  routes: explainRoutes,
  settings: [],
  nav: explainNav,
  commands: [explainCommand],
}

/** Who may what, and why. */
export function setUpExplain(ctx: PluginContext, { people }: { people: People }): void {
  const inquiry = createInquiry(ctx, people)
  ctx.provide(inquiryRef, inquiry)
  ctx.provide(explainPagesRef, createExplainPages(ctx, inquiry))
}
