import type { ForgeType } from '../../../api/config.ts'
import { PortalError } from '../../../api/errors.ts'
import { createForges } from '../../../platform/source/forges/forges.ts'
import { isCommit } from '../../../platform/source/forges/ref.ts'
import type { ForgeLocation } from '../../../platform/source/forges/repository.ts'
import { checkBranch, type GitProtocol, parseGitAddress } from '../../../platform/source/git/address.ts'

/** What Git clones from, and the branch that is meant. */
export interface RepositoryAddress {
  url: string
  branch?: string
  protocols: readonly GitProtocol[]
}

interface GuessedForge {
  host: string
  type: ForgeType
}

const addressLike = /^[a-z][a-z0-9+.-]*:(\/\/|:)|^[\w.-]+@[\w.-]+:/i

/** Whether an argument is an address rather than a folder. */
export const isAddress = (argument: string): boolean => addressLike.test(argument)

/**
 * The repository that an address names: one for cloning, by https or ssh, or that of its page on a forge, also at a
 * branch.
 *
 * @throws PortalError `invalid` with the reason for what is no repository
 */
export function repositoryAddress(
  argument: string,
  protocols: readonly GitProtocol[] = ['https', 'ssh'],
): RepositoryAddress {
  const forges = createForges(guessedForges(hostOf(argument)))
  // A user name in an address is part of a secret: the parser of addresses for cloning refuses it.
  const page = /^[a-z]+:\/\/[^/?#]*@/i.test(argument) ? undefined : forges.parse(argument)
  if (page) {
    const branch = branchOf(page, argument)
    return { url: checked(page.repository.https, protocols), ...(branch !== undefined && { branch }), protocols }
  }
  const url = checked(argument, protocols)
  const host = hostOf(argument)
  if (forges.typeAt(host) !== undefined && !forges.repositoryOf(url)) throw noRepository(argument, host)
  return { url, protocols }
}

/** Hosts of one's own that are called after the program that runs there: good enough for links. */
export function guessedForges(host: string): GuessedForge[] {
  const names: Readonly<Record<string, ForgeType>> = {
    github: 'github',
    gitlab: 'gitlab',
    gitea: 'gitea',
    forgejo: 'gitea',
    bitbucket: 'bitbucket-server',
  }
  const type = names[host.split('.')[0] ?? '']
  return type === undefined || createForges().typeAt(host) !== undefined ? [] : [{ host, type }]
}

function branchOf({ ref, path, repository }: ForgeLocation, argument: string): string | undefined {
  const page = `${repository.site}/${repository.path}`
  if (path !== '') {
    throw new PortalError('invalid', `--from ${shown(argument)} leads into a repository, and whole ones are read`, {
      hint: `Write ${page} for its default branch. A branch with a slash in its name needs gitProvider and its option branch.`,
    })
  }
  if (ref === undefined || ref === 'HEAD') return undefined
  if (isCommit(ref) || ref.startsWith('refs/')) {
    throw new PortalError('invalid', `--from ${shown(argument)} is one commit or tag, and branches are read`, {
      hint: `Write ${page} for its default branch, or the page of another branch.`,
    })
  }
  return checkBranch(ref)
}

function checked(url: string, protocols: readonly GitProtocol[]): string {
  try {
    return parseGitAddress(url, protocols).url
  } catch (error) {
    if (!(error instanceof PortalError)) throw error
    throw new PortalError('invalid', `--from: ${error.message}`, {
      hint: 'Write https://host/path, ssh://git@host/path or git@host:path, without a password in it.',
    })
  }
}

function noRepository(argument: string, host: string): PortalError {
  return new PortalError('invalid', `--from ${shown(argument)} is no repository on ${host}`, {
    hint: 'The page of an organisation or a person lists repositories: name those that you want, one after the other.',
  })
}

function hostOf(argument: string): string {
  const short = /^(?:[\w.+-]+@)?([\w.-]+):(?!\/\/)/.exec(argument)?.[1]
  if (short !== undefined) return short.toLowerCase()
  return URL.canParse(argument) ? new URL(argument).host.toLowerCase() : ''
}

const shown = (argument: string) => argument.replace(/\/\/[^/?#]*@/, '//').slice(0, 200)
