import type { Configuration, IDToken, ServerMetadata, UserInfoResponse } from 'openid-client'
import { z } from 'zod'
import type { Secret } from '../../../api/env.ts'

import type { PluginContext } from '../../../api/plugin.ts'
import type { Profile } from '../profile.ts'
import { type Claims, profileOf } from './claims.ts'
import { createDiscovery, isPlain } from './discovery.ts'
import { asking, askThrough, loadOpenId, type OpenId } from './openid.ts'
import { checkSecretIsSet, clientSecret, issuer, ProviderOptions } from './options.ts'
import type { Beginning, OpenProvider, ProviderHost, SignInProvider } from './provider.ts'
import { Unproven } from './unproven.ts'

/** What every provider of OpenID Connect is told, also through a preset. */
export const ClientOptions = ProviderOptions.extend({
  clientSecret: clientSecret.optional().describe('Its secret; leave it out for a public client'),
  authentication: z
    .enum(['post', 'basic'])
    .optional()
    .describe('How the secret is sent: in the form, or as a header; as the provider says unless given'),
  trustEmail: z
    .boolean()
    .default(false)
    .describe('Takes e-mail addresses as checked where the provider does not say whether they are'),
})

export const OidcOptions = ClientOptions.extend({
  issuer: issuer.describe('Its address, exactly as it calls itself'),
  worldwide: z
    .boolean()
    .optional()
    .describe('Whether anybody in the world can have an account there: then no name finds a User, only what is proven'),
  annotations: z
    .record(z.string().min(1), z.string().min(1))
    .default({})
    .describe("Annotations of a User entity, each with the claim that it is compared with: { 'acme.dev/id': 'sub' }"),
})

/** What a preset knows of its provider beyond what is configured. */
export interface OidcPreset {
  id: string
  title: string
  icon: string
  issuer: string
  clientId: string
  clientSecret: Secret | undefined
  authentication: 'post' | 'basic' | undefined
  scopes: readonly string[]
  callback: 'own' | 'backstage'
  /** Annotations, each with its claim. */
  annotations: Readonly<Record<string, string>>
  trustEmail: boolean
  /** Anybody in the world can have an account there. */
  worldwide: boolean
  /** Further parameters of the address that browsers are sent to. */
  parameters?: Readonly<Record<string, string>>
  /** What `prompt` makes it ask who one is; `login`, which the standard demands of all, unless given. */
  asking?: 'select_account' | null
  /** @throws Unproven for somebody who may not come in this way */
  admit?(claims: Claims): void
  /** As it was configured. */
  options: object
}

/**
 * Sign-in through a provider of OpenID Connect, which says itself how it works (discovery).
 *
 * @throws ZodError when an option is wrong
 * @example oidc({ issuer: 'https://id.acme.dev', clientId: 'callboard', clientSecret: secret('OIDC_CLIENT_SECRET') })
 */
export function oidc(given: z.input<typeof OidcOptions>): SignInProvider {
  checkSecretIsSet(given)
  const options = OidcOptions.parse(given)
  return oidcProvider({ ...preset(options, { id: 'oidc', title: 'single sign-on', icon: 'lock' }), options })
}

/** What a kind of provider is called, unless the options say otherwise. */
export type Named = Pick<OidcPreset, 'id' | 'title' | 'icon'>

export const usualScopes = ['openid', 'profile', 'email']

/** The options of a provider, completed by what its kind is called. */
export function preset(
  options: z.output<typeof ClientOptions> & {
    issuer: string
    worldwide?: boolean | undefined
    annotations?: Record<string, string>
  },
  { id, title, icon }: Named,
): Omit<OidcPreset, 'options'> {
  const { clientId, clientSecret, authentication, callback, trustEmail, issuer, annotations = {} } = options
  const worldwide = options.worldwide ?? isWorldwide(issuer)
  const scopes = [...new Set(['openid', ...(options.scopes ?? usualScopes)])]
  const named = { id: options.id ?? id, title: options.title ?? title, icon }
  return {
    ...named,
    issuer,
    clientId,
    clientSecret,
    authentication,
    scopes,
    callback,
    annotations,
    trustEmail,
    worldwide,
  }
}

/** Issuers that are known for giving everybody an account. */
function isWorldwide(issuer: string): boolean {
  return everybodys.has(new URL(issuer).host)
}
const everybodys = new Set([
  'accounts.google.com',
  'gitlab.com',
  'appleid.apple.com',
  'www.linkedin.com',
  'www.facebook.com',
])

export function oidcProvider(settings: OidcPreset): SignInProvider {
  const { id, title, icon, callback, worldwide, options } = settings
  return { id, title, icon, callback, worldwide, options, open: ({ ctx }: ProviderHost) => open(ctx, settings) }
}

function open(ctx: PluginContext, settings: OidcPreset): OpenProvider {
  const { issuer, title } = settings
  const discovery = createDiscovery(ctx, { issuer, title })

  async function configured(signal?: AbortSignal): Promise<{ library: OpenId; configuration: Configuration }> {
    const metadata = await discovery.metadata()
    const library = await loadOpenId()
    return { library, configuration: configurationOf(library, { ctx, metadata, settings, signal }) }
  }

  return {
    async address({ state, nonce, verifier, redirectUri, other }) {
      const { library, configuration } = await configured()
      const parameters = {
        ...settings.parameters,
        ...(other && settings.asking !== null && { prompt: settings.asking ?? 'login' }),
        scope: settings.scopes.join(' '),
        redirect_uri: redirectUri,
        state,
        nonce,
        code_challenge: await library.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }
      return asking(title, async () => library.buildAuthorizationUrl(configuration, parameters).href)
    },

    async profile(answer: URL, beginning: Beginning, signal: AbortSignal): Promise<Profile> {
      const { library, configuration } = await configured(signal)
      try {
        const claims = await asking(title, () => redeem(library, configuration, answer, beginning))
        settings.admit?.(claims)
        return profileOf(claims, settings)
      } catch (error) {
        // Where its keys are may have changed as well; they themselves are asked for at each sign-in.
        if (error instanceof Unproven && error.reason === 'signed with an unknown key') discovery.forget()
        throw error
      }
    },
  }
}

/** For one sign-in. It brings no keys along, so that those of this moment count, however lately they were changed. */
function configurationOf(
  library: OpenId,
  from: { ctx: PluginContext; metadata: ServerMetadata; settings: OidcPreset; signal: AbortSignal | undefined },
): Configuration {
  const { ctx, metadata, settings, signal } = from
  const client = { [library.clockSkew]: Math.round((ctx.now().getTime() - Date.now()) / 1000) }
  const proof = proofOf(library, settings, metadata)
  const configuration = new library.Configuration(metadata, settings.clientId, client, proof)
  configuration[library.customFetch] = askThrough(ctx.http, signal)
  if (isPlain(settings.issuer)) library.allowInsecureRequests(configuration)
  library.enableNonRepudiationChecks(configuration)
  return configuration
}

/** How the portal proves to the provider that it is the one that is registered there. */
function proofOf(library: OpenId, { clientSecret, authentication }: OidcPreset, metadata: ServerMetadata) {
  if (!clientSecret) return library.None()
  // Without a word about it the header is meant (OpenID Connect Discovery 1.0, section 3).
  const offered = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  const how = authentication ?? (offered.includes('client_secret_basic') ? 'basic' : 'post')
  const secret = clientSecret.reveal()
  return how === 'post' ? library.ClientSecretPost(secret) : library.ClientSecretBasic(secret)
}

async function redeem(
  library: OpenId,
  configuration: Configuration,
  answer: URL,
  { state, nonce, verifier }: Beginning,
): Promise<Claims> {
  const tokens = await library.authorizationCodeGrant(configuration, answer, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  if (!claims) throw new Unproven('no ID token', 'The provider sent no ID token, which is what says who somebody is')
  const asked = isThin(claims) && configuration.serverMetadata().userinfo_endpoint !== undefined
  const more = asked ? await library.fetchUserInfo(configuration, tokens.access_token, claims.sub) : {}
  return withMore(claims, more)
}

/** What was signed counts. That an address was checked is said of that address, not of another one. */
function withMore(claims: Claims, { email_verified: checked, ...more }: Claims): Claims {
  const isSame = claims.email === undefined || claims.email === more.email
  return { ...more, ...(isSame && checked !== undefined && { email_verified: checked }), ...claims }
}

/** Some providers tell more than who it is only when they are asked for it. */
function isThin(claims: IDToken | UserInfoResponse): boolean {
  return claims.email === undefined || claims.name === undefined
}
