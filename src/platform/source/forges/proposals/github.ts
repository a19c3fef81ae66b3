import { z } from 'zod'
import { encodePart, encodePath } from '../path.ts'
import type { Asking } from './asking.ts'
import type { ProposalForge } from './proposal.ts'

const Repository = z.object({ default_branch: z.string(), archived: z.boolean().default(false) })
const Pull = z.object({ number: z.number(), html_url: z.string() })
const Ref = z.object({ object: z.object({ sha: z.string() }) })
/** A list is what a folder holds. */
const Content = z.union([
  z.object({ sha: z.string(), content: z.string().default('') }),
  z.array(z.unknown()).transform(() => ({ sha: '', content: '' })),
])

/** GitHub and GitHub Enterprise Server: https://docs.github.com/rest (version 2022-11-28). */
export function githubProposals(ask: Asking): ProposalForge {
  const home = `/repos/${encodePath(ask.repository.path)}`
  const [owner = ''] = ask.repository.path.split('/')
  const contents = (path: string) => `${home}/contents/${encodePath(path)}`
  return {
    async repository() {
      const { default_branch, archived } = await ask.get(home, Repository)
      const head = await ask.find(`${home}/git/ref/heads/${encodePath(default_branch)}`, Ref)
      return { branch: head ? default_branch : undefined, isArchived: archived }
    },
    async find(branch, into) {
      const query = `state=open&head=${encodePart(`${owner}:${branch}`)}&base=${encodePart(into)}`
      const [pull] = await ask.get(`${home}/pulls?${query}`, z.array(Pull))
      return pull && proposalOf(pull)
    },
    head: async (branch) => (await ask.find(`${home}/git/ref/heads/${encodePath(branch)}`, Ref))?.object.sha,
    async file(path, branch) {
      const found = await ask.find(`${contents(path)}?ref=${encodePart(branch)}`, Content)
      return found && { id: found.sha, content: Buffer.from(found.content, 'base64').toString('utf8') }
    },
    async commit({ branch, path, content, message, head, isNew, replaces }) {
      if (isNew) await ask.send('POST', `${home}/git/refs`, { ref: `refs/heads/${branch}`, sha: head }, z.unknown())
      const file = { message, content: Buffer.from(content).toString('base64'), branch }
      await ask.send('PUT', contents(path), { ...file, ...(replaces && { sha: replaces.id }) }, z.unknown())
    },
    async open({ branch, title, body }, into) {
      return proposalOf(await ask.send('POST', `${home}/pulls`, { title, body, head: branch, base: into }, Pull))
    },
  }
}

const proposalOf = ({ number, html_url }: z.output<typeof Pull>) => ({ url: html_url, number: `#${number}` })
