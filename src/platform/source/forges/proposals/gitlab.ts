import { z } from 'zod'
import { encodePart } from '../path.ts'
import type { Asking } from './asking.ts'
import type { ProposalForge } from './proposal.ts'

const Project = z.object({ id: z.number(), default_branch: z.string().nullish(), archived: z.boolean().default(false) })
const MergeRequest = z.object({ iid: z.number(), web_url: z.string(), source_project_id: z.number().nullish() })
const Branch = z.object({ commit: z.object({ id: z.string() }) })
const File = z.object({ last_commit_id: z.string(), content: z.string() })

/** GitLab: https://docs.gitlab.com/api/rest (version 4). */
export function gitlabProposals(ask: Asking): ProposalForge {
  const home = `/projects/${encodePart(ask.repository.path)}`
  const branchAt = (name: string) => ask.find(`${home}/repository/branches/${encodePart(name)}`, Branch)
  let project: Promise<z.output<typeof Project>> | undefined
  const known = () => {
    project ??= ask.get(home, Project)
    return project
  }
  return {
    async repository() {
      const { default_branch, archived } = await known()
      const head = default_branch && (await branchAt(default_branch))
      return { branch: head ? default_branch : undefined, isArchived: archived }
    },
    async find(branch, into) {
      const query = `state=opened&source_branch=${encodePart(branch)}&target_branch=${encodePart(into)}`
      const found = await ask.get(`${home}/merge_requests?${query}`, z.array(MergeRequest))
      const { id } = await known()
      // Forks may have a branch of that name, too.
      const own = found.find(({ source_project_id }) => source_project_id === id)
      return own && proposalOf(own)
    },
    head: async (branch) => (await branchAt(branch))?.commit.id,
    async file(path, branch) {
      const found = await ask.find(`${home}/repository/files/${encodePart(path)}?ref=${encodePart(branch)}`, File)
      return found && { id: found.last_commit_id, content: Buffer.from(found.content, 'base64').toString('utf8') }
    },
    async commit({ branch, path, content, message, head, isNew, replaces }) {
      const file = { file_path: path, content: Buffer.from(content).toString('base64'), encoding: 'base64' }
      const action = replaces
        ? { action: 'update', last_commit_id: replaces.id, ...file }
        : { action: 'create', ...file }
      const body = { branch, commit_message: message, actions: [action], ...(isNew && { start_sha: head }) }
      await ask.send('POST', `${home}/repository/commits`, body, z.unknown())
    },
    async open({ branch, title, body }, into) {
      const request = {
        title,
        description: body,
        source_branch: branch,
        target_branch: into,
        remove_source_branch: true,
      }
      return proposalOf(await ask.send('POST', `${home}/merge_requests`, request, MergeRequest))
    },
  }
}

const proposalOf = ({ iid, web_url }: z.output<typeof MergeRequest>) => ({ url: web_url, number: `!${iid}` })
