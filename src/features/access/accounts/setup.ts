import type { PluginContext } from '../../../api/plugin.ts'
import { greetingSeam } from '../../../platform/greeting.ts'
import { reachedAt } from '../../../platform/http/address.ts'
import { userCommand } from '../commands.ts'
import type { Proxies } from '../proxy.ts'
import type { Sessions } from '../sessions.ts'
import { findIdentityOf } from '../store/identities.ts'
import type { People } from '../who.ts'
import { accountApi } from './api.ts'
import { accountNav } from './nav.ts'
import { accountPagesRef, createAccountPages } from './pages.ts'
import { createPasswords } from './password.ts'
import { accountRoutes } from './routes.ts'
import { accountSections } from './sections.ts'
import { accountsRef, createAccounts, localProvider } from './service.ts'

export interface AccountsParts {
  people: People
  sessions: Sessions
  proxies: Proxies
}

export const accountParts = {
  routes: [...accountRoutes, ...accountApi],
  settings: accountSections,
  nav: accountNav,
  commands: [userCommand],
}

/** Accounts of the portal's own, and what start says as long as nobody runs it. */
export function setUpAccounts(ctx: PluginContext, { people, sessions, proxies }: AccountsParts): void {
  const accounts = createAccounts(ctx, {
    passwords: createPasswords(),
    async endSessions(tx, account, except) {
      const identity = findIdentityOf(tx, localProvider, account)?.id
      const open = identity === undefined ? [] : sessions.list([identity]).map(({ id }) => id)
      const ended = open.filter((id) => id !== except)
      return sessions.end(tx, ended, 'revoked')
    },
    forget(hashes) {
      sessions.forget(hashes)
      people.forget()
    },
  })
  ctx.provide(accountsRef, accounts)
  const { identitiesOf } = people
  ctx.provide(accountPagesRef, createAccountPages(ctx, { accounts, sessions, proxies, identitiesOf }))
  ctx.provide(greetingSeam, async (address) => {
    if (people.exist()) return []
    const link = await accounts.firstLink()
    return link
      ? [
          '',
          'Nobody runs this portal yet. Whoever follows this link within an hour does:',
          `  ${reachedAt((service) => ctx.use(service), address)}${link.path}`,
          '',
        ]
      : []
  })
}
