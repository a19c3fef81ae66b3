import type { Secret } from './env.ts'
import type { Plugin } from './plugin.ts'
import type { Duration } from './time.ts'

/** What `portal.config.ts` exports. */
export interface PortalConfig {
  /** Name of the portal, at the top left of every page. */
  title?: string
  /** Address under which people reach the portal, such as `https://portal.acme.dev`; from HOST and PORT unless given. */
  baseUrl?: string
  /** Order is the order of navigation, tabs and cards. Falsy entries drop out. */
  plugins?: readonly (Plugin | false | null | undefined | '' | 0)[]
  /** What the portal may ask of other systems. */
  outbound?: OutboundConfig
  /** Hosts of Git repositories besides the public ones, and tokens for any of them. */
  forges?: readonly ForgeConfig[]
  /** How much of the portal anybody may take up. */
  limits?: LimitsConfig
}

/** A host is written as `git.acme.dev`, `*.acme.dev` for all below it, or with a port where only that one is meant. */
export interface OutboundConfig {
  /** The only hosts that are asked. Every public one unless given. */
  allowHosts?: readonly string[]
  /** Hosts that are never asked. */
  denyHosts?: readonly string[]
  /** Hosts whose addresses may be private. */
  allowPrivate?: readonly string[]
  /** Hosts that may be asked by plain http. */
  allowHttp?: readonly string[]
  /** How long one request may take, with its retries and redirects; 30 s unless given. */
  timeout?: Duration
  /** Largest answer in bytes, after decompression; 10 000 000 unless given. */
  maxBytes?: number
  /** Requests to one host at the same time; 8 unless given. */
  perHost?: number
}

/** What is left out keeps its default. */
export interface LimitsConfig {
  /** Requests of one person, or of one address where nobody is signed in; 50 a second and 1000 at once unless given. */
  rate?: false | { perSecond?: number; burst?: number }
  /** Pictures of the graph, exports, searches and reviews at the same time. */
  heavy?: { atOnce?: number; perPerson?: number; waiting?: number }
  /** Open pages that are told of changes. */
  streams?: { perPerson?: number; inAll?: number }
  /** Largest form or document that is sent to the portal; 1 048 576 unless given. */
  bodyBytes?: number
  /** How long a request may take to arrive; 30 s unless given. */
  requestTime?: Duration
  /** How long an answer may take to be made; 60 s unless given. */
  answerTime?: Duration
}

/** What serves repositories, and so how its addresses are built. Forgejo is `gitea`. */
export type ForgeType = 'github' | 'gitlab' | 'bitbucket' | 'bitbucket-server' | 'gitea' | 'azure-devops'

export interface ForgeConfig {
  /** Such as `git.acme.dev`, with its port if the pages have one. */
  host: string
  type: ForgeType
  /** For its API and for reading its repositories. */
  token?: Secret | undefined
  /** Where its API is, if not where the type has it: `https://git.acme.dev/api/v4`. */
  apiUrl?: string
}

/**
 * Declares the portal; it only types what you write. Checks run at start, all at once.
 * @example export default defineConfig({ title: 'Acme', plugins: [catalog({ providers: [] })] })
 */
export function defineConfig(config: PortalConfig): PortalConfig {
  return config
}
