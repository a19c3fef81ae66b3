import { z } from 'zod'
import { encodePart, encodePath } from '../path.ts'
import type { Asking } from './asking.ts'
import type { ProposalForge } from './proposal.ts'

const Repository = z.object({ default_branch: z.string(), archived: z.boolean().default(false), empty: z.boolean() })
const End = z.object({ ref: z.string(), repo_id: z.number().nullish() })
const Pull = z.object({ number: z.number(), html_url: z.string(), head: End, base: End })
const Branch = z.object({ commit: z.object({ id: z.string() }) })
/** A list is what a folder holds. */
const Content = z.union([
  z.object({ sha: z.string(), content: z.string().nullish() }),
  z.array(z.unknown()).transform(() => ({ sha: '', content: '' })),
])

const pages = { size: 50, most: 5 }

/** Gitea and Forgejo: https://docs.gitea.com/api (version 1). */
export function giteaProposals(ask: Asking): ProposalForge {
  const home = `/repos/${encodePath(ask.repository.path)}`
  const contents = (path: string) => `${home}/contents/${encodePath(path)}`
  return {
    async repository() {
      const { default_branch, archived, empty } = await ask.get(home, Repository)
      return { branch: empty ? undefined : default_branch, isArchived: archived }
    },
    async find(branch, into) {
      // It cannot be asked for those of one branch.
      for (let page = 1; page <= pages.most; page++) {
        const query = `state=open&sort=recentupdate&limit=${pages.size}&page=${page}`
        const pulls = await ask.get(`${home}/pulls?${query}`, z.array(Pull))
        const own = pulls.find(({ head, base }) => {
          return head.ref === branch && base.ref === into && head.repo_id === base.repo_id
        })
        if (own) return proposalOf(own)
        if (pulls.length < pages.size) return undefined
      }
      return undefined
    },
    head: async (branch) => (await ask.find(`${home}/branches/${encodePath(branch)}`, Branch))?.commit.id,
    async file(path, branch) {
      const found = await ask.find(`${contents(path)}?ref=${encodePart(branch)}`, Content)
      return found && { id: found.sha, content: Buffer.from(found.content ?? '', 'base64').toString('utf8') }
    },
    async commit({ branch, into, path, content, message, isNew, replaces }) {
      const file = { message, content: Buffer.from(content).toString('base64') }
      const where = isNew ? { branch: into, new_branch: branch } : { branch }
      if (replaces) await ask.send('PUT', contents(path), { ...file, ...where, sha: replaces.id }, z.unknown())
      else await ask.send('POST', contents(path), { ...file, ...where }, z.unknown())
    },
    async open({ branch, title, body }, into) {
      return proposalOf(await ask.send('POST', `${home}/pulls`, { title, body, head: branch, base: into }, Pull))
    },
  }
}

const proposalOf = ({ number, html_url }: z.output<typeof Pull>) => ({ url: html_url, number: `#${number}` })
