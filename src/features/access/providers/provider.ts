import type { PluginContext } from '../../../api/plugin.ts'
import type { Profile } from '../profile.ts'

/** A way to sign in through another system, as the configuration names it. */
export interface SignInProvider {
  /** Segment of its addresses, `/auth/<id>/start`: lower-case letters, digits and hyphens. */
  readonly id: string
  /** Stands behind "Continue with". */
  readonly title: string
  /** Name of an icon in `public/icons`. */
  readonly icon: string
  /**
   * Whether anybody in the world can have an account there (github.com without `organisations`). Then a name proves
   * nothing: only annotations and verified addresses find a User.
   */
  readonly worldwide?: boolean
  /** Where it sends browsers back to: `/auth/<id>/callback` unless it is the address that Backstage has for it. */
  readonly callback?: 'own' | 'backstage'
  /** For the page of the configuration; secrets are masked. */
  readonly options: object
  /** Opens it for one portal; nothing is asked of the provider before somebody signs in. */
  open(host: ProviderHost): OpenProvider
}

export interface ProviderHost {
  ctx: PluginContext
  /** Address of the portal, without a slash at its end. */
  baseUrl: string
}

export interface Beginning {
  state: string
  nonce: string
  /** PKCE's secret; the provider is sent its SHA-256. */
  verifier: string
  /** Where the provider sends the browser back to. */
  redirectUri: string
}

export interface OpenProvider {
  /**
   * Where the browser is sent to.
   *
   * @param beginning with `other`, it is to ask who one is even where it knows somebody
   * @throws PortalError `upstream` when the provider cannot be asked how it works
   */
  address(beginning: Beginning & { other?: boolean }): Promise<string>
  /**
   * Redeems what the provider sent back and says who it is.
   *
   * @param answer `redirectUri` with the query that came back, `state` already found to be right
   * @throws Unproven with the reason when it does not prove anything, PortalError `upstream` when it cannot be asked
   */
  profile(answer: URL, beginning: Beginning, signal: AbortSignal): Promise<Profile>
}
