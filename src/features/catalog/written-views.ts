import type { ForgeType } from '../../api/config.ts'
import { repositoryUrl } from '../../platform/source/forges/forges.ts'
import { filledFileUrl } from '../../platform/source/forges/new-file.ts'
import type { Proposal } from '../../platform/source/forges/proposals/proposal.ts'
import { problemCodes } from './model/problem.ts'
import { excerptOf, helpHref } from './problem-view.ts'
import { hostOf, type ProposalTarget } from './proposal-service.ts'
import type { CheckedFile } from './validate/checked-file.ts'
import type { Problem } from './views.ts'

/** `catalog/_written`: the file that would state what was inferred. */
export interface WrittenView {
  /** Where it belongs; null for owners, which may be defined in any repository. */
  location: string | null
  text: string
  /** How it gets into its repository; null where no forge is known for that. */
  way: WrittenWay | null
}

export interface WrittenWay {
  /** `acme/cart on github.com`. */
  repository: { text: string; href: string }
  /** `pull request`, or as the forge calls it. */
  noun: string
  /** Where it is posted to; null where the portal cannot do it, or the actor may not. */
  action: string | null
  /** Why the actor may not; null where they may. */
  refusal?: string | null
  /** Asks the forge whether there is one already; null where that is known, or cannot be asked. */
  lookHref: string | null
  /** The open one. */
  proposal: Proposal | null
  /** What is wrong with the text. */
  problems: readonly Problem[]
  /** Why it went wrong. */
  failure: Failure | null
  /** What to add to portal.config.ts; null where it is there. */
  lines: string | null
  /** Where the forge takes a new file by hand. */
  newFileHref: string | null
}

export interface Failure {
  message: string
  hint: string | null
}

/** `catalog/_proposal`: what the forge says of an open one. */
export interface ProposalView {
  noun: string
  lookHref: string | null
  proposal: Proposal | null
  failure: Failure | null
}

export interface WayArgs {
  target: ProposalTarget
  /** Folder of the checkouts, as far as that can be told. */
  root: string
  text: string
  /** Address of the region, and where the form is posted to. */
  href: string
  /** Why they may not propose it; null where they may. */
  refusal: string | null
  remembered: Proposal | null | undefined
}

export function wayView({ target, root, text, href, refusal, remembered }: WayArgs): WrittenWay {
  const { repository, path, token, isTaken } = target
  const mayPropose = refusal === null
  const can = mayPropose && token !== undefined && isTaken
  return {
    repository: { text: `${repository.path} on ${hostOf(repository)}`, href: repositoryUrl(repository) },
    noun: nounOf(repository.forge),
    action: can ? href : null,
    refusal,
    lookHref: can && remembered === undefined ? href : null,
    proposal: remembered ?? null,
    problems: [],
    failure: null,
    lines: mayPropose && token === undefined && isTaken ? linesFor(target, root) : null,
    newFileHref: filledFileUrl(repository, path, text) ?? null,
  }
}

export function nounOf(forge: ForgeType): string {
  return forge === 'gitlab' ? 'merge request' : 'pull request'
}

const variables: Readonly<Record<ForgeType, string>> = {
  github: 'GITHUB_TOKEN',
  gitlab: 'GITLAB_TOKEN',
  gitea: 'GITEA_TOKEN',
  bitbucket: 'BITBUCKET_TOKEN',
  'bitbucket-server': 'BITBUCKET_TOKEN',
  'azure-devops': 'AZURE_DEVOPS_TOKEN',
}

function linesFor({ repository }: ProposalTarget, root: string): string {
  const type = repository.forge
  const forge = `{ host: '${hostOf(repository)}', type: '${type}', token: secret('${variables[type]}') }`
  return `import { defineConfig, secret } from 'callboard'
import { catalog, checkoutsProvider } from 'callboard/features'

export default defineConfig({
  forges: [${forge}],
  plugins: [catalog({ providers: [checkoutsProvider({ from: [${JSON.stringify(root)}] })] })],
})
`
}

/** What is wrong with a text, as problems of any file are shown. */
export function textProblems({ text, problems, documents }: CheckedFile, path: string): Problem[] {
  const lines = text.split(/\r?\n/)
  const nothing = { entity: null, others: [], definitionHref: null, patch: null }
  const all = [...problems, ...documents.flatMap((document) => document.problems)]
  const views = all.map(
    ({ severity, code, message, expected, hint, place }): Problem => ({
      ...nothing,
      severity,
      title: problemCodes[code],
      message: expected === undefined ? message : `${message}. Expected: ${expected}`,
      hint: hint ?? null,
      where: `${path}:${place.line}`,
      href: null,
      excerpt: excerptOf(lines, place),
      helpHref: helpHref(code),
    }),
  )
  if (views.length > 0 || documents.some(({ valid }) => valid)) return views
  const hint = 'Write at least one document with apiVersion, kind, metadata and spec.'
  const message = 'nothing would be in the catalog with it'
  return [
    {
      ...nothing,
      severity: 'error',
      title: 'The file describes no entity',
      message,
      hint,
      where: path,
      href: null,
      excerpt: null,
      helpHref: null,
    },
  ]
}
