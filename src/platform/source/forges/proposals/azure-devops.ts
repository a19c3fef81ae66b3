import { z } from 'zod'
import { PortalError } from '../../../../api/errors.ts'
import { repositoryUrl } from '../forges.ts'
import { encodePart } from '../path.ts'
import type { Asking } from './asking.ts'
import type { ProposalForge } from './proposal.ts'

const Repository = z.object({
  id: z.string(),
  defaultBranch: z.string().nullish(),
  isDisabled: z.boolean().default(false),
})
const Pull = z.object({ pullRequestId: z.number(), forkSource: z.unknown().optional() })
const Refs = z.object({ value: z.array(z.object({ name: z.string(), objectId: z.string() })) })
const Updated = z.object({ value: z.array(z.object({ success: z.boolean(), updateStatus: z.string().nullish() })) })
const Item = z.object({ objectId: z.string(), content: z.string().default('') })

const version = 'api-version=7.0'
const none = '0'.repeat(40)

/** Azure DevOps, Services and Server: https://learn.microsoft.com/rest/api/azure/devops/git (version 7.0). */
export function azureDevopsProposals(ask: Asking): ProposalForge {
  const parts = ask.repository.path.split('/').map(encodePart)
  const home = `/${parts.slice(0, -1).join('/')}/_apis/git/repositories/${parts.at(-1)}`
  const full = (branch: string) => `refs/heads/${branch}`

  async function head(branch: string): Promise<string | undefined> {
    const { value } = await ask.get(`${home}/refs?filter=${encodePart(`heads/${branch}`)}&${version}`, Refs)
    // The filter is the beginning of a name.
    return value.find(({ name }) => name === full(branch))?.objectId
  }

  async function makeBranch(branch: string, commit: string): Promise<void> {
    const asked = [{ name: full(branch), oldObjectId: none, newObjectId: commit }]
    const { value } = await ask.send('POST', `${home}/refs?${version}`, asked, Updated)
    const refused = value.find(({ success }) => !success)
    if (!refused) return
    throw new PortalError('conflict', `The branch ${branch} could not be made: ${refused.updateStatus ?? 'refused'}`, {
      hint: 'Look at the policies and permissions of the repository for new branches.',
    })
  }

  const proposalOf = ({ pullRequestId }: z.output<typeof Pull>) => ({
    url: `${repositoryUrl(ask.repository)}/pullrequest/${pullRequestId}`,
    number: `!${pullRequestId}`,
  })

  return {
    async repository() {
      const { defaultBranch, isDisabled } = await ask.get(`${home}?${version}`, Repository)
      return { branch: defaultBranch?.replace(/^refs\/heads\//, ''), isArchived: isDisabled }
    },
    async find(branch, into) {
      const criteria = { status: 'active', sourceRefName: full(branch), targetRefName: full(into) }
      const query = Object.entries(criteria).map(([key, value]) => `searchCriteria.${key}=${encodePart(value)}`)
      const pulls = z.object({ value: z.array(Pull) })
      const { value } = await ask.get(`${home}/pullrequests?${query.join('&')}&${version}`, pulls)
      const own = value.find(({ forkSource }) => forkSource === undefined || forkSource === null)
      return own && proposalOf(own)
    },
    head,
    async file(path, branch) {
      const at = `versionDescriptor.version=${encodePart(branch)}&versionDescriptor.versionType=branch`
      const query = `path=${encodePart(`/${path}`)}&${at}&includeContent=true&$format=json&${version}`
      const found = await ask.find(`${home}/items?${query}`, Item)
      return found && { id: found.objectId, content: found.content }
    },
    async commit({ branch, path, content, message, head, isNew, replaces }) {
      if (isNew) await makeBranch(branch, head)
      const change = {
        changeType: replaces ? 'edit' : 'add',
        item: { path: `/${path}` },
        newContent: { content, contentType: 'rawtext' },
      }
      const push = {
        refUpdates: [{ name: full(branch), oldObjectId: head }],
        commits: [{ comment: message, changes: [change] }],
      }
      await ask.send('POST', `${home}/pushes?${version}`, push, z.unknown())
    },
    async open({ branch, title, body }, into) {
      const request = { sourceRefName: full(branch), targetRefName: full(into), title, description: body }
      return proposalOf(await ask.send('POST', `${home}/pullrequests?${version}`, request, Pull))
    },
  }
}
