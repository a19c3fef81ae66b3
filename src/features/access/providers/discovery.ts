import type { ServerMetadata } from 'openid-client'
import { PortalError } from '../../../api/errors.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { algorithms, asking, askThrough, loadOpenId } from './openid.ts'

/** How an issuer works, as it says itself. */
export interface Discovery {
  /** @throws PortalError `upstream` when it cannot be asked, or says something that cannot be used */
  metadata(): Promise<ServerMetadata>
  /** Asks again the next time: it works otherwise than it said. */
  forget(): void
}

const hour = 3_600_000

/** Asks an issuer once an hour; who signs in meanwhile waits for the same answer. */
export function createDiscovery(ctx: PluginContext, of: { issuer: string; title: string }): Discovery {
  let found: { metadata: ServerMetadata; until: number } | undefined
  let asked: Promise<ServerMetadata> | undefined

  async function ask(): Promise<ServerMetadata> {
    const metadata = usable(of, await discover(ctx, of))
    found = { metadata, until: ctx.now().getTime() + hour }
    return metadata
  }

  return {
    async metadata() {
      if (found && found.until > ctx.now().getTime()) return found.metadata
      asked ??= ask().finally(() => {
        asked = undefined
      })
      return asked
    },
    forget() {
      found = undefined
    },
  }
}

async function discover(ctx: PluginContext, { issuer, title }: { issuer: string; title: string }) {
  return asking(title, async () => {
    const { allowInsecureRequests, customFetch, discovery } = await loadOpenId()
    const configuration = await discovery(new URL(issuer), 'unused', undefined, undefined, {
      [customFetch]: askThrough(ctx.http),
      execute: isPlain(issuer) ? [allowInsecureRequests] : [],
    })
    return configuration.serverMetadata()
  })
}

/** Whether the configuration names it with http; that its host may be asked so is decided by `outbound.allowHttp`. */
export const isPlain = (issuer: string): boolean => new URL(issuer).protocol === 'http:'

/** Leaves out what is not accepted, so that the library does not accept it either. */
function usable({ title }: { title: string }, metadata: ServerMetadata): ServerMetadata {
  if (metadata.issuer.includes('{')) {
    throw new PortalError('upstream', `${title} answers for every tenant, so that anybody could be anyone`, {
      hint: 'Name your own tenant in its options, in place of common, organizations or consumers.',
    })
  }
  const offered = metadata.id_token_signing_alg_values_supported
  const accepted = Array.isArray(offered) ? offered.filter((one) => algorithms.includes(one)) : ['RS256']
  if (accepted.length === 0) {
    throw new PortalError('upstream', `${title} signs its ID tokens in no way that is accepted`, {
      hint: `Accepted are ${algorithms.join(', ')}.`,
    })
  }
  return { ...metadata, id_token_signing_alg_values_supported: accepted }
}
