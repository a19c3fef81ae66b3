import type { Configuration, CustomFetch } from 'openid-client'
import { z } from 'zod'
import { PortalError } from '../../../api/errors.ts'
import type { HttpAnswer } from '../../../api/http-client.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import type { Profile } from '../profile.ts'
import { wordOf } from './claims.ts'
import { asking, askThrough, loadOpenId, type OpenId } from './openid.ts'
import { host, ProviderOptions } from './options.ts'
import type { Beginning, OpenProvider, SignInProvider } from './provider.ts'
import { Unproven } from './unproven.ts'

export const GithubOptions = ProviderOptions.extend({
  host: host.default('github.com').describe('Host of your own GitHub Enterprise'),
  organisations: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9-]*$/i, 'write the name of an organisation, as in its address'))
    .min(1)
    .optional()
    .describe('Only members of one of these; anybody with an account unless given'),
})
type Options = z.output<typeof GithubOptions>

/**
 * Sign-in with GitHub, or a GitHub Enterprise, by an OAuth app.
 *
 * @throws ZodError when an option is wrong
 * @example github({ clientId: '…', clientSecret: secret('GITHUB_CLIENT_SECRET'), organisations: ['acme'] })
 */
export function github(given: z.input<typeof GithubOptions>): SignInProvider {
  const options = GithubOptions.parse(given)
  const { id = 'github', title = 'GitHub', callback, host, organisations } = options
  const worldwide = host === 'github.com' && organisations === undefined
  const shown = { id, title, icon: 'branch', worldwide, callback, options }
  return { ...shown, open: ({ ctx }) => open(ctx, { ...options, id, title }) }
}

const GithubUser = z.object({
  id: z.number().int().positive(),
  node_id: z.string().optional(),
  login: z.string().min(1),
  name: z.string().nullish(),
})
const GithubEmails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }))
const Membership = z.object({ state: z.string() })

function open(ctx: PluginContext, options: Options & { id: string; title: string }): OpenProvider {
  const { id, title, host, organisations = [] } = options
  const scopes = options.scopes ?? ['read:user', 'user:email', ...(organisations.length > 0 ? ['read:org'] : [])]
  const configured = async (signal?: AbortSignal) => {
    const library = await loadOpenId()
    return { library, configuration: configurationOf(library, ctx, options, signal) }
  }

  return {
    async address({ state, verifier, redirectUri, other }) {
      const { library, configuration } = await configured()
      const parameters = {
        scope: scopes.join(' '),
        redirect_uri: redirectUri,
        state,
        code_challenge: await library.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(other && { prompt: 'select_account' }),
      }
      return asking(title, async () => library.buildAuthorizationUrl(configuration, parameters).href)
    },

    async profile(answer: URL, { state, verifier }: Beginning, signal: AbortSignal): Promise<Profile> {
      const { library, configuration } = await configured(signal)
      return asking(title, async () => {
        const checks = { expectedState: state, pkceCodeVerifier: verifier }
        const { access_token } = await library.authorizationCodeGrant(configuration, answer, checks)
        const api = new GithubApi(ctx, { host, title, token: access_token, signal })
        const user = await api.user()
        if (organisations.length > 0) await api.checkMembership(user.login, organisations)
        return profileOf(id, user, await api.email())
      })
    },
  }
}

function profileOf(id: string, user: z.output<typeof GithubUser>, email: string | undefined): Profile {
  const name = wordOf(user.name)
  return {
    provider: id,
    subject: String(user.id),
    login: user.login,
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email, emailVerified: true }),
    annotations: {
      'github.com/user-login': user.login,
      // The id of GitHub's GraphQL, which is what readers of organisations write into it.
      ...(user.node_id !== undefined && { 'github.com/user-id': user.node_id }),
    },
  }
}

function configurationOf(
  library: OpenId,
  ctx: PluginContext,
  { host, clientId, clientSecret }: Options,
  signal: AbortSignal | undefined,
): Configuration {
  const issuer = `https://${host}/login/oauth`
  const configuration = new library.Configuration(
    { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/access_token` },
    clientId,
    undefined,
    library.ClientSecretPost(clientSecret.reveal()),
  )
  configuration[library.customFetch] = withStatus(askThrough(ctx.http, signal))
  return configuration
}

const mistakes: Record<string, string> = {
  bad_verification_code: 'invalid_grant',
  incorrect_client_credentials: 'invalid_client',
}

/** GitHub answers 200 also to what it refuses, with names of its own for two of the reasons. */
function withStatus(ask: CustomFetch): CustomFetch {
  return async (url, options) => {
    const response = await ask(url, options)
    if (response.status !== 200) return response
    const text = await response.text()
    const { headers } = response
    const error = /"error"\s*:\s*"([a-z_]+)"/.exec(text)?.[1]
    if (error === undefined) return new Response(text, { headers })
    return new Response(JSON.stringify({ error: mistakes[error] ?? error }), { status: 400, headers })
  }
}

/** GitHub's REST API, for as long as one sign-in takes. */
class GithubApi {
  readonly #ctx: PluginContext
  readonly #address: string
  readonly #of: { title: string; token: string; signal: AbortSignal }

  constructor(ctx: PluginContext, of: { host: string; title: string; token: string; signal: AbortSignal }) {
    this.#ctx = ctx
    this.#of = of
    this.#address = apiOf(of.host)
  }

  async user(): Promise<z.output<typeof GithubUser>> {
    return this.#read(await this.#get('/user'), GithubUser)
  }

  /** The first address, if it was checked. An app without the right to it is told that it is not there. */
  async email(): Promise<string | undefined> {
    const answer = await this.#get('/user/emails?per_page=100')
    if (answer.status === 403 || answer.status === 404) return undefined
    const found = this.#read(answer, GithubEmails).find(({ primary, verified }) => primary && verified)
    return wordOf(found?.email)
  }

  /** @throws Unproven for somebody who is in none of them */
  async checkMembership(login: string, organisations: readonly string[]): Promise<void> {
    for (const organisation of organisations) {
      const answer = await this.#get(`/user/memberships/orgs/${encodeURIComponent(organisation)}`)
      if (answer.status === 403 || answer.status === 404) continue
      if (this.#read(answer, Membership).state === 'active') return
    }
    const { title } = this.#of
    const names = organisations.join(', ')
    throw new Unproven(
      'not in the organisation',
      `${login} is in none of the organisations that may sign in: ${names}`,
      {
        hint: `If you are, its owners may have to approve this application in ${title} first.`,
        who: login,
      },
    )
  }

  #get(path: string): Promise<HttpAnswer> {
    const { token, signal } = this.#of
    const headers = { accept: 'application/vnd.github+json', authorization: `Bearer ${token}` }
    const limits = { timeout: '10s', maxBytes: 200_000, retries: 1, redirects: 0 } as const
    return this.#ctx.http.request({ url: this.#address + path, headers, signal, ...limits })
  }

  #read<T>(answer: HttpAnswer, schema: z.ZodType<T>): T {
    const { title } = this.#of
    const { pathname } = new URL(answer.url)
    if (answer.status !== 200) {
      throw new PortalError('upstream', `${pathname} answered ${answer.status}`, {
        hint: `Try again. If it stays, whoever runs the portal looks at what its application may do in ${title}.`,
      })
    }
    const result = schema.safeParse(answer.json())
    if (result.success) return result.data
    throw new PortalError('upstream', `${pathname} answered with something that cannot be used`, {
      cause: result.error,
    })
  }
}

/** `github.com`, tenants of `ghe.com`, and Enterprise Servers each have it elsewhere. */
function apiOf(host: string): string {
  if (host === 'github.com' || host.endsWith('.ghe.com')) return `https://api.${host}`
  return `https://${host}/api/v3`
}
