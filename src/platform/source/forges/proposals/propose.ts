import type { ForgeType } from '../../../../api/config.ts'
import { PortalError } from '../../../../api/errors.ts'
import { type Asking, type AskingArgs, createAsking } from './asking.ts'
import { azureDevopsProposals } from './azure-devops.ts'
import { bitbucketProposals } from './bitbucket.ts'
import { giteaProposals } from './gitea.ts'
import { githubProposals } from './github.ts'
import { gitlabProposals } from './gitlab.ts'
import type { Change, Proposal, ProposalForge } from './proposal.ts'

const forges: Readonly<Partial<Record<ForgeType, (ask: Asking) => ProposalForge>>> = {
  github: githubProposals,
  gitlab: gitlabProposals,
  gitea: giteaProposals,
  bitbucket: bitbucketProposals,
  'azure-devops': azureDevopsProposals,
}

/** The kind of forge, ready to be asked. @throws PortalError `invalid` for one that takes no proposals */
export function proposalForge(args: AskingArgs): ProposalForge {
  const create = forges[args.repository.forge]
  if (!create) throw new PortalError('invalid', `Nothing can be proposed to ${args.repository.forge}`)
  return create(createAsking(args))
}

/**
 * Proposes a file that is not there yet. Whatever an earlier attempt left is taken up: the branch, the commit, the proposal.
 *
 * @returns the open proposal of the branch, and whether it was opened now
 * @throws PortalError `conflict` where the file is there already, or the repository takes no changes
 */
export async function propose(forge: ProposalForge, change: Change): Promise<{ proposal: Proposal; isNew: boolean }> {
  const { branch: into, isArchived } = await forge.repository()
  if (isArchived) {
    throw new PortalError('conflict', 'The repository is archived, so that nothing can be proposed', {
      hint: 'Somebody who administers it can open it again.',
    })
  }
  if (into === undefined) {
    throw new PortalError('conflict', 'The repository has no commit yet', { hint: 'Push something to it first.' })
  }
  const known = await forge.find(change.branch, into)
  if (known) return { proposal: known, isNew: false }
  if (await forge.file(change.path, into)) throw alreadyThere(change.path, into)
  await commit(forge, change, into)
  return open(forge, change, into)
}

async function commit(forge: ProposalForge, change: Change, into: string): Promise<void> {
  const head = await forge.head(change.branch)
  if (head === undefined) {
    const start = await forge.head(into)
    if (start === undefined) throw new PortalError('upstream', `The branch ${into} has gone`, { hint: 'Try again.' })
    return forge.commit({ ...change, into, head: start, isNew: true, replaces: undefined })
  }
  const replaces = await forge.file(change.path, change.branch)
  if (replaces?.content === change.content) return
  return forge.commit({ ...change, into, head, isNew: false, replaces })
}

async function open(forge: ProposalForge, change: Change, into: string) {
  try {
    return { proposal: await forge.open(change, into), isNew: true }
  } catch (error) {
    // Somebody else may have opened it in the meantime.
    const isTaken = error instanceof PortalError && error.code === 'conflict'
    const other = isTaken ? await forge.find(change.branch, into) : undefined
    if (!other) throw error
    return { proposal: other, isNew: false }
  }
}

function alreadyThere(path: string, branch: string): PortalError {
  return new PortalError('conflict', `There is a ${path} on ${branch} already`, {
    hint: 'Bring the checkout up to date and read the source again: then that file holds. To change it, edit it there.',
  })
}
