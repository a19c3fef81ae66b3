import type { ForgeType } from '../../../api/config.ts'
import type { Secret } from '../../../api/env.ts'

/** The header by which a forge's API knows a token. A token with a colon is `user:password`, where that is understood. */
export function authorizationOf(forge: ForgeType, token: Secret): Record<string, string> {
  const secret = token.reveal()
  switch (forge) {
    case 'github':
    case 'bitbucket-server':
      return { authorization: `Bearer ${secret}` }
    case 'gitlab':
      return { 'private-token': secret }
    case 'gitea':
      return { authorization: `token ${secret}` }
    case 'bitbucket':
      return { authorization: secret.includes(':') ? basic(secret) : `Bearer ${secret}` }
    case 'azure-devops':
      return { authorization: basic(secret.includes(':') ? secret : `:${secret}`) }
  }
}

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`
