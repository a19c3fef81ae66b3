import { z } from 'zod'
import type { PluginContext, RunningPortal } from '../../../api/plugin.ts'
import { operator } from '../../../platform/auth/operator.ts'
import { portalAddress } from '../../../platform/http/address.ts'
import { draftOf } from './draft.ts'
import type { OneTimeLink } from './links.ts'
import { AccountReport, accountReport } from './report.ts'
import { accountsRef } from './service.ts'

/** A link that works once, for a terminal. */
export interface ShownLink {
  name: string
  link: string
  /** ISO 8601. */
  until: string
}

export interface GivenAccount {
  name: string
  title?: string | undefined
  email?: string | undefined
  administrator?: boolean | undefined
  password?: string | undefined
}

/** Who keeps the accounts for a command: the running portal, or this process. */
export interface AccountKeeper {
  list(): Promise<AccountReport[]>
  create(given: GivenAccount): Promise<ShownLink | undefined>
  reset(name: string): Promise<ShownLink>
  setState(name: string, state: 'enabled' | 'disabled'): Promise<void>
}

export function accountKeeper(ctx: PluginContext, portal: RunningPortal | undefined): AccountKeeper {
  return portal ? throughPortal(portal) : inThisProcess(ctx)
}

const ListAnswer = z.object({ accounts: z.array(AccountReport) })
const Link = z.object({ name: z.string(), link: z.string(), until: z.string() })
const MadeAnswer = z.union([Link, z.object({ name: z.string(), link: z.null() })])

function throughPortal(portal: RunningPortal): AccountKeeper {
  const path = (name: string, what: string) => `/admin/accounts/${encodeURIComponent(name)}/${what}.json`
  return {
    list: async () => ListAnswer.parse(await portal.ask('GET', '/admin/accounts.json')).accounts,
    async create(given) {
      const made = MadeAnswer.parse(await portal.ask('POST', '/admin/accounts.json', given))
      return made.link === null ? undefined : made
    },
    reset: async (name) => Link.parse(await portal.ask('POST', path(name, 'link'), {})),
    setState: async (name, state) => void (await portal.ask('POST', path(name, 'state'), { state })),
  }
}

function inThisProcess(ctx: PluginContext): AccountKeeper {
  const accounts = ctx.use(accountsRef)
  const shown = (name: string, { path, expiresAt }: OneTimeLink): ShownLink => {
    return { name, link: ctx.use(portalAddress) + path, until: expiresAt.toISOString() }
  }
  return {
    list: async () => accounts.list().map(accountReport),
    async create({ password, ...given }) {
      const draft = draftOf(given)
      const link = await accounts.create(operator, draft, password === undefined ? {} : { password })
      return link && shown(draft.name, link)
    },
    reset: async (name) => shown(name, await accounts.reset(operator, name)),
    setState: (name, state) =>
      state === 'enabled' ? accounts.enable(operator, name) : accounts.disable(operator, name),
  }
}
