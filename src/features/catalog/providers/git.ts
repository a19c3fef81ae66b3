import { posix } from 'node:path'
import { z } from 'zod'
import { Secret } from '../../../api/env.ts'
import { PortalError } from '../../../api/errors.ts'
import type { Provider, ProviderHost } from '../../../api/provider.ts'
import type { Duration } from '../../../api/time.ts'
import {
  checkBranch,
  type GitAddress,
  gitProtocols,
  nameOf,
  parseGitAddress,
} from '../../../platform/source/git/address.ts'
import { openRepository } from '../../../platform/source/git/repository.ts'
import type { GitTree } from '../../../platform/source/git/tree.ts'
import { KindRules } from '../config.ts'
import { isDuration, isInside } from './option-checks.ts'

const secretValue = (example: string) =>
  z.instanceof(Secret, { message: `write ${example}; a text would be shown with the configuration` }).optional()

export const GitOptions = z
  .strictObject({
    url: z.string().trim().describe('The repository: https://…, ssh://… or git@host:path, without credentials in it'),
    branch: z
      .string()
      .optional()
      .superRefine(refineBy((name) => name !== undefined && checkBranch(name)))
      .describe('The branch that is read; the default branch of the repository unless given'),
    paths: z
      .array(z.string().min(1).refine(isInside, 'a pattern is relative to the root of the repository'))
      .min(1)
      .default(['**/catalog-info.{yaml,yml}'])
      .describe('Patterns of the files to read, relative to the root; the Locations in them lead to more'),
    token: secretValue("secret('GIT_TOKEN')").describe(
      'Password for https: a token of the host that may read the repository, or user:password',
    ),
    key: secretValue("secret('GIT_KEY')").describe(
      'Private key for ssh, without a passphrase; the keys of the user that runs the portal unless given',
    ),
    every: z
      .custom<Duration>(isDuration, 'write a length of time, for example 30s, 5m or 1d')
      .default('10m')
      .describe('How often the host is asked whether the branch has moved; only then anything is fetched'),
    protocols: z
      .array(z.enum(gitProtocols))
      .min(1)
      .default(['https', 'ssh'])
      .describe('Protocols that url may use; http, git and file must be named to be allowed'),
    title: z
      .string()
      .trim()
      .min(1)
      .optional()
      .describe('What the source is called on pages; the last two parts of the path unless given'),
    rules: KindRules.optional().describe(
      'Which kinds the repository may define; every kind unless the catalog has rules',
    ),
  })
  .superRefine((options, context) => {
    const message = problemOf(() => checkCredentials(parseGitAddress(options.url, options.protocols), options))
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['url'], message })
  })

export interface GitProvider extends Provider {
  open(signal: AbortSignal, host: ProviderHost): Promise<GitTree>
}

/**
 * Entities from the files of a branch of a Git repository. The history is kept in the data folder, contents only of
 * the files that are read.
 *
 * @throws ZodError when an option is wrong
 * @example gitProvider({ url: 'https://git.acme.dev/shop/catalog.git', token: secret('GIT_TOKEN'), every: '5m' })
 * @example gitProvider({ url: 'git@git.acme.dev:shop/catalog.git', key: secret('GIT_KEY'), branch: 'main' })
 */
export function gitProvider(given: z.input<typeof GitOptions>): GitProvider {
  const { url, branch, paths, token, key, every, protocols, title, rules } = GitOptions.parse(given)
  const address = parseGitAddress(url, protocols)
  const speaksHttp = address.protocol === 'https' || address.protocol === 'http'
  const repositoryIn = ({ data, tokenFor }: ProviderHost) => {
    const given = token ?? (speaksHttp ? tokenFor?.(address.url) : undefined)
    return openRepository({ address, credentials: { token: given, key }, folder: posix.join(data, 'git') })
  }
  return {
    id: `git:${address.id}${branch === undefined ? '' : `#${branch}`}`,
    title: title ?? nameOf(address) + (branch === undefined ? '' : ` (${branch})`),
    type: 'git',
    paths,
    every,
    repository: address.url,
    branch: branch ?? null,
    ...(rules && { rules }),
    open: async (signal, host): Promise<GitTree> => {
      const repository = repositoryIn(host)
      if (!host.offline) return repository.open(branch, signal)
      const last = await repository.last(branch)
      if (!last) throw notFetched(address)
      return last
    },
    check: (signal, host) => repositoryIn(host).check(branch, signal),
    ...linksOf(address, branch),
  }
}

/** How files are named where no forge has an address for them. */
function linksOf(address: GitAddress, branch: string | undefined): Pick<Provider, 'locationOf' | 'pathOf'> {
  const start = `git:${address.url}//`
  const end = branch === undefined ? '' : `?ref=${encodeURIComponent(branch)}`
  return {
    locationOf: (path) => `${start}${path}${end}`,
    pathOf(target) {
      const isMeant = target.startsWith(start) && target.endsWith(end) && target.length > start.length + end.length
      return isMeant ? target.slice(start.length, target.length - end.length) : undefined
    },
  }
}

function checkCredentials({ protocol }: GitAddress, { token, key }: { token?: unknown; key?: unknown }): void {
  if (token && protocol !== 'https' && protocol !== 'http') {
    throw new PortalError('invalid', `A token is of no use with ${protocol}`, {
      hint: 'Use an address with https, or key with ssh.',
    })
  }
  if (key && protocol !== 'ssh') {
    throw new PortalError('invalid', `A key is of no use with ${protocol}`, {
      hint: 'Use an address with ssh, or token with https.',
    })
  }
}

function notFetched({ id }: GitAddress): PortalError {
  return new PortalError('not_found', `${id} has not been fetched yet`, {
    hint: 'Its state is shown with the sources of the catalog.',
  })
}

function refineBy<T>(check: (value: T) => unknown) {
  return (value: T, context: z.RefinementCtx) => {
    const message = problemOf(() => check(value))
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  }
}

function problemOf(check: () => unknown): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (!(error instanceof PortalError)) throw error
    return `${error.message}. ${error.hint ?? ''}`.trim()
  }
}
