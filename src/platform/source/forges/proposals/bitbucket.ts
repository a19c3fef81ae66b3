import { z } from 'zod'
import { encodePart, encodePath } from '../path.ts'
import type { Asking } from './asking.ts'
import type { ProposalForge } from './proposal.ts'

const Repository = z.object({ full_name: z.string(), mainbranch: z.object({ name: z.string() }).nullish() })
const Pull = z.object({
  id: z.number(),
  links: z.object({ html: z.object({ href: z.string() }) }),
  source: z.object({ repository: z.object({ full_name: z.string() }).nullish() }),
})
const Branches = z.object({ values: z.array(z.object({ name: z.string(), target: z.object({ hash: z.string() }) })) })

/** Bitbucket Cloud: https://developer.atlassian.com/cloud/bitbucket/rest (version 2.0). */
export function bitbucketProposals(ask: Asking): ProposalForge {
  const home = `/repositories/${encodePath(ask.repository.path)}`
  const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`

  async function head(branch: string): Promise<string | undefined> {
    const { values } = await ask.get(`${home}/refs/branches?q=${encodePart(`name=${quoted(branch)}`)}`, Branches)
    return values.find(({ name }) => name === branch)?.target.hash
  }

  return {
    async repository() {
      const { mainbranch } = await ask.get(home, Repository)
      return { branch: mainbranch?.name, isArchived: false }
    },
    async find(branch, into) {
      const asked = `state="OPEN" AND source.branch.name=${quoted(branch)} AND destination.branch.name=${quoted(into)}`
      const { values } = await ask.get(
        `${home}/pullrequests?q=${encodePart(asked)}`,
        z.object({ values: z.array(Pull) }),
      )
      const name = ask.repository.path.toLowerCase()
      const own = values.find(({ source }) => source.repository?.full_name.toLowerCase() === name)
      return own && proposalOf(own)
    },
    head,
    async file(path, branch) {
      // Where a branch has a slash in its name, only the commit tells it from the path.
      const commit = await head(branch)
      const content = commit && (await ask.findText(`${home}/src/${commit}/${encodePath(path)}`))
      return content === undefined ? undefined : { id: commit ?? '', content }
    },
    async commit({ branch, path, content, message, head }) {
      // Names of files begin with a slash, so that none is taken for one of the fields.
      const form = new URLSearchParams({ branch, message, parents: head, [`/${path}`]: content })
      await ask.send('POST', `${home}/src`, form, z.unknown())
    },
    async open({ branch, title, body }, into) {
      const request = {
        title,
        description: body,
        source: { branch: { name: branch } },
        destination: { branch: { name: into } },
        close_source_branch: true,
      }
      return proposalOf(await ask.send('POST', `${home}/pullrequests`, request, Pull))
    },
  }
}

const proposalOf = ({ id, links }: z.output<typeof Pull>) => ({ url: links.html.href, number: `#${id}` })
