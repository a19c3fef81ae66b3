import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../../api/actor.ts'
import { PortalError } from '../../../api/errors.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../../api/wiring.ts'
import { auditPath, auditPermission } from '../../../platform/audit/address.ts'
import { originOf } from '../../../platform/http/address.ts'
import { portalTitle } from '../../../platform/http/page.ts'
import { type ListQuery, listFrame } from '../list-query.ts'
import { type Outcome, orAgain } from '../outcome.ts'
import type { Profile } from '../profile.ts'
import type { Proxies } from '../proxy.ts'
import type { Sessions } from '../sessions.ts'
import { findIdentity } from '../store/identities.ts'
import { draftOf } from './draft.ts'
import type { OneTimeLink } from './links.ts'
import { type Account, type Accounts, type ChosenPassword, localProvider } from './service.ts'
import {
  type AccountsPage,
  accountFormView,
  accountLine,
  type ChoosePage,
  chooseView,
  type FirstPage,
  firstView,
  type PasswordView,
  passwordView,
  type ShownLink,
  type TypedAccount,
} from './views.ts'

export interface AccountPages {
  first(key: string): FirstPage
  makeFirst(form: FirstForm, request: FastifyRequest): Promise<Outcome<Profile, FirstPage>>
  choose(key: string): ChoosePage
  choosePassword(form: ChosenPassword & { key: string }, request: FastifyRequest): Promise<Outcome<Profile, ChoosePage>>
  /** Undefined for who has no password here. */
  password(actor: Actor, request: FastifyRequest): PasswordView | undefined
  changePassword(
    actor: Actor,
    form: ChosenPassword & { current: string },
    request: FastifyRequest,
  ): Promise<Outcome<boolean, PasswordView>>
  accounts(actor: Actor, query: ListQuery): AccountsPage
  create(actor: Actor, form: TypedAccount, request: FastifyRequest): Promise<Outcome<AccountsPage, AccountsPage>>
  reset(actor: Actor, name: string, from: { query: ListQuery; request: FastifyRequest }): Promise<AccountsPage>
}

export const accountPagesRef: ServiceRef<AccountPages> = serviceRef('access.account-pages')

type FirstForm = TypedAccount & ChosenPassword & { key: string }

export interface AccountPagesHost {
  accounts: Accounts
  sessions: Sessions
  proxies: Proxies
  identitiesOf(actor: Actor): readonly string[]
}

export function createAccountPages(
  ctx: PluginContext,
  { accounts, sessions, proxies, identitiesOf }: AccountPagesHost,
): AccountPages {
  const title = ctx.use(portalTitle)

  /** The account of who is signed in, whatever they signed in with this time. */
  function accountOf(actor: Actor, request: FastifyRequest): string | undefined {
    const ids = [sessions.of(request)?.identity ?? [], ...identitiesOf(actor)].flat()
    const rows = ids.flatMap((id) => findIdentity(ctx.db.read, id) ?? [])
    return rows.find(({ provider }) => provider === localProvider)?.subject
  }

  function shownLink(name: string, { path, expiresAt }: OneTimeLink, request: FastifyRequest): ShownLink {
    return { name, href: originOf(request, (service) => ctx.use(service)) + path, until: expiresAt.getTime() }
  }

  function accountsPage(
    actor: Actor,
    { link = null, form = accountFormView() }: Partial<AccountsPage>,
    query: ListQuery = {},
  ) {
    const mayAudit = ctx.allows(actor, auditPermission)
    const line = (one: Account) => accountLine(one, ctx.now(), mayAudit ? auditPath(`account:${one.name}`) : null)
    const { rows, ...page } = accounts.page(query)
    const list = listFrame('/admin/accounts', query, page)
    return { accounts: rows.map(line), list, form, link }
  }

  return {
    first(key) {
      accounts.lookAtFirst(key)
      return firstView({ portalTitle: title, key })
    },

    makeFirst: ({ key, password, again, ...typed }, { id }) =>
      orAgain(
        () => accounts.makeFirst(key, draftOf(typed), { password, again }, id),
        (faults) => firstView({ portalTitle: title, key }, typed, faults),
      ),

    choose(key) {
      const { name } = accounts.lookAtReset(key)
      return chooseView({ portalTitle: title, key, name })
    },

    choosePassword: ({ key, ...chosen }, { id }) =>
      orAgain(
        () => accounts.choosePassword(key, chosen, id),
        (faults) => chooseView({ portalTitle: title, key, name: accounts.lookAtReset(key).name }, faults),
      ),

    password(actor, request) {
      const name = accountOf(actor, request)
      return name === undefined ? undefined : passwordView({ name })
    },

    async changePassword(actor, form, request) {
      const name = accountOf(actor, request)
      if (name === undefined) throw withoutPassword()
      const [session, address] = [sessions.of(request)?.id, proxies.addressOf(request)]
      return orAgain(
        async () => {
          await accounts.changePassword(actor, name, { ...form, session, address, requestId: request.id })
          return true
        },
        (faults) => passwordView({ name }, faults),
      )
    },

    accounts: (actor, query) => accountsPage(actor, {}, query),

    create: (actor, form, request) =>
      orAgain(
        async () => {
          const draft = draftOf(form)
          const link = await accounts.create(actor, draft, { requestId: request.id })
          return accountsPage(actor, { link: link ? shownLink(draft.name, link, request) : null })
        },
        (faults) => accountsPage(actor, { form: accountFormView(form, faults) }),
      ),

    async reset(actor, name, { query, request }) {
      const link = shownLink(name, await accounts.reset(actor, name, request.id), request)
      return accountsPage(actor, { link }, query)
    },
  }
}

function withoutPassword(): PortalError {
  return new PortalError('conflict', 'You have no password here', {
    hint: 'You sign in by another system: change your password there.',
  })
}
