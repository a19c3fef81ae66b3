import { sql } from 'drizzle-orm'
import type { Reader } from '../../api/database.ts'
import { PortalError } from '../../api/errors.ts'
import { isLoopback } from '../../platform/auth/identity.ts'
import { hasAdministrator } from './store/administrators.ts'

/** What `access()` shows of its options. */
interface ShownOptions {
  providers: readonly { id: string }[]
  local: boolean
  guest: boolean
  proxy?: object | undefined
  administrators: readonly string[]
}

/**
 * What `doctor` looks at.
 *
 * @param options those that the plugin shows
 * @param read opens the database, where there is one; asked only when it matters
 * @returns what to say when it is fine
 * @throws PortalError `invalid` with what keeps people out, or lets others read their cookie
 */
export async function checkAccess(
  options: object,
  { baseUrl, read }: { baseUrl: string; read(): Promise<Reader | undefined> },
): Promise<string> {
  const { providers, local, guest, proxy, administrators } = options as ShownOptions
  if (guest) return 'not asked for: until there is an administrator everybody may do everything, on this machine only'
  const ways = [...providers.map(({ id }) => id), ...(local ? ['local accounts'] : []), ...(proxy ? ['a proxy'] : [])]
  if (ways.length === 0) {
    throw new PortalError('invalid', 'Nobody can sign in', {
      hint: 'Name a provider or a proxy in access(), or leave out local: false.',
    })
  }
  const { protocol, hostname } = new URL(baseUrl)
  if (protocol !== 'https:' && !isLoopback(hostname)) throw plainHttp(baseUrl)
  if (administrators.length === 0 && !hasOne(await read())) {
    throw new PortalError('invalid', 'There is no administrator yet', {
      hint: local
        ? 'Start the portal and follow the link that it prints, or name somebody: access({ administrators: ["user:default/…"] }).'
        : 'Name somebody: access({ administrators: ["user:default/…"] }).',
    })
  }
  return ways.join(', ')
}

function plainHttp(baseUrl: string): PortalError {
  return new PortalError('invalid', `The cookie of a session is sent in the clear: the address is ${baseUrl}`, {
    hint: 'Put TLS in front of the portal and write its https address as baseUrl; the cookie is then Secure.',
  })
}

/** A database from before this feature has no such table. */
function hasOne(read: Reader | undefined): boolean {
  if (!read) return false
  const table = read.get(sql`select 1 as there from sqlite_master where name = 'access_accounts'`)
  return table !== undefined && hasAdministrator(read)
}
