import { z } from 'zod'
import type { Claims } from './claims.ts'
import { ClientOptions, type Named, oidcProvider, preset } from './oidc.ts'
import { checkSecretIsSet, host, issuer } from './options.ts'
import type { SignInProvider } from './provider.ts'
import { Unproven } from './unproven.ts'

export const GoogleOptions = ClientOptions.omit({ trustEmail: true }).extend({
  domain: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'write a domain such as acme.dev')
    .optional()
    .describe('Only accounts of this Google Workspace; any account of Google unless given'),
})

/** Sign-in with Google. @example google({ clientId: '…', clientSecret: secret('GOOGLE_SECRET'), domain: 'acme.dev' }) */
export function google(given: z.input<typeof GoogleOptions>): SignInProvider {
  checkSecretIsSet(given)
  const options = GoogleOptions.parse(given)
  const { domain } = options
  const settings = known(
    { ...options, trustEmail: false, worldwide: domain === undefined, issuer: 'https://accounts.google.com' },
    { id: 'google', title: 'Google', icon: 'globe' },
  )
  return oidcProvider({
    ...settings,
    asking: 'select_account',
    annotations: { 'google.com/email': 'email' },
    ...(domain !== undefined && { parameters: { hd: domain }, admit: (claims) => admitDomain(claims, domain) }),
    options,
  })
}

/** Tenants of everybody; the last is where personal accounts are. */
const shared = new Set(['common', 'organizations', 'consumers', '9188040d-6c67-4c5b-b112-36a304b66dad'])

export const MicrosoftOptions = ClientOptions.omit({ trustEmail: true }).extend({
  tenant: z
    .string({ message: 'write the id of your tenant; if it comes from a variable, set that' })
    .trim()
    .regex(/^[\w.-]+$/, 'write the id of your tenant, such as 8f3c…, or its domain')
    .refine((tenant) => !shared.has(tenant.toLowerCase()), 'name your own tenant: this one lets anybody be anyone')
    .describe('Id or domain of your directory'),
})

/** Sign-in with Microsoft Entra ID. @example microsoft({ tenant: '…', clientId: '…', clientSecret: secret('ENTRA_SECRET') }) */
export function microsoft(given: z.input<typeof MicrosoftOptions>): SignInProvider {
  checkSecretIsSet(given)
  const options = MicrosoftOptions.parse(given)
  const address = `https://login.microsoftonline.com/${options.tenant}/v2.0`
  // Entra does not say whether addresses were checked. In one's own directory they are written by its administrators.
  const settings = known(
    { ...options, trustEmail: true, issuer: address },
    { id: 'microsoft', title: 'Microsoft', icon: 'app-window' },
  )
  const annotations = { 'graph.microsoft.com/user-id': 'oid', 'microsoft.com/email': 'email' }
  return oidcProvider({ ...settings, asking: 'select_account', annotations, options })
}

export const GitlabOptions = ClientOptions.omit({ trustEmail: true }).extend({
  host: host.default('gitlab.com').describe('Host of your own GitLab'),
})

/** Sign-in with GitLab. @example gitlab({ host: 'gitlab.acme.dev', clientId: '…', clientSecret: secret('GITLAB_SECRET') }) */
export function gitlab(given: z.input<typeof GitlabOptions>): SignInProvider {
  checkSecretIsSet(given)
  const options = GitlabOptions.parse(given)
  const settings = known(
    { ...options, trustEmail: false, issuer: `https://${options.host}` },
    { id: 'gitlab', title: 'GitLab', icon: 'branch' },
  )
  const annotations = { [`${options.host}/user-id`]: 'sub' }
  // It does not document that it takes any.
  return oidcProvider({ ...settings, asking: null, annotations, options })
}

export const KeycloakOptions = ClientOptions.extend({
  issuer: issuer.optional().describe('Address of the realm, in place of url and realm'),
  url: issuer.optional().describe('Address of Keycloak'),
  realm: z
    .string()
    .regex(/^[^/?#\\\s]+$/, 'write the name of the realm')
    .optional()
    .describe('Name of the realm'),
}).superRefine(({ issuer, url, realm }, context) => {
  if (issuer === undefined ? url !== undefined && realm !== undefined : url === undefined && realm === undefined) return
  context.addIssue({ code: 'custom', path: ['issuer'], message: 'write either issuer, or url and realm' })
})

/** Sign-in with Keycloak. @example keycloak({ url: 'https://id.acme.dev', realm: 'acme', clientId: 'callboard' }) */
export function keycloak(given: z.input<typeof KeycloakOptions>): SignInProvider {
  checkSecretIsSet(given)
  const options = KeycloakOptions.parse(given)
  const { issuer, url = '', realm = '' } = options
  const address = issuer ?? `${url.replace(/\/+$/, '')}/realms/${encodeURIComponent(realm)}`
  const settings = known({ ...options, issuer: address }, { id: 'keycloak', title: 'Keycloak', icon: 'lock' })
  return oidcProvider({ ...settings, annotations: { 'keycloak.org/id': 'sub' }, options })
}

export const OktaOptions = ClientOptions.extend({
  domain: host.describe('Host of your organisation, such as acme.okta.com'),
  server: z
    .string()
    .regex(/^[\w-]+$/, 'write the id of the authorization server, such as default')
    .optional()
    .describe('Id of an authorization server of your own; that of the organisation unless given'),
})

/** Sign-in with Okta. @example okta({ domain: 'acme.okta.com', clientId: '…', clientSecret: secret('OKTA_SECRET') }) */
export function okta(given: z.input<typeof OktaOptions>): SignInProvider {
  checkSecretIsSet(given)
  const options = OktaOptions.parse(given)
  const { domain, server } = options
  const address = `https://${domain}${server === undefined ? '' : `/oauth2/${server}`}`
  const settings = known({ ...options, issuer: address }, { id: 'okta', title: 'Okta', icon: 'lock' })
  return oidcProvider({ ...settings, annotations: { 'okta.com/email': 'email' }, options })
}

/** All of them take a secret in the form; of the header they disagree which signs are to be encoded. */
function known(options: Parameters<typeof preset>[0], named: Named): ReturnType<typeof preset> {
  return preset({ ...options, authentication: options.authentication ?? 'post' }, named)
}

/** The parameter is a wish of the portal to Google; only the claim is Google's word. */
function admitDomain({ hd, email }: Claims, domain: string): void {
  if (typeof hd === 'string' && hd.toLowerCase() === domain) return
  throw new Unproven('account of another domain', `This account of Google does not belong to ${domain}`, {
    hint: 'Choose your account of that domain.',
    ...(typeof email === 'string' && { who: email }),
  })
}
