import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { type Delivery, filesOf, header, type Request, shortName } from './push.ts'

const paths = z.array(z.string()).optional()

/** https://docs.gitlab.com/user/project/integrations/webhook_events/#push-events */
const PushPayload = z.object({
  ref: z.string(),
  before: z.string(),
  after: z.string(),
  project: z.object({
    git_http_url: z.string().optional(),
    git_ssh_url: z.string().optional(),
    default_branch: z.string().nullish(),
  }),
  /** Of the commits at most twenty are listed. */
  total_commits_count: z.number().optional(),
  commits: z.array(z.object({ added: paths, modified: paths, removed: paths })).default([]),
})

const Kind = z.object({ object_kind: z.string().optional(), event_name: z.string().optional() })

const none = /^0+$/

/** `X-Gitlab-Token` is the secret itself. Digests have one length, so that the time tells nothing of the secret's. */
export function isSigned(request: Request, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(header(request, 'x-gitlab-token') ?? ''), digest(secret))
}

/** Events of a project or group and those of the whole instance have the same form. @throws SyntaxError, ZodError */
export function readDelivery(request: Request): Delivery {
  const payload: unknown = JSON.parse(request.body.toString('utf8'))
  const { object_kind, event_name } = Kind.parse(payload)
  const kind = object_kind ?? event_name
  if (kind !== 'push' && kind !== 'tag_push') return { kind: 'other', reason: `Nothing follows from ${kind ?? 'it'}` }
  const { ref, before, after, project, commits, total_commits_count = commits.length } = PushPayload.parse(payload)
  const isWhole = !none.test(before) && !none.test(after) && total_commits_count === commits.length
  return {
    kind: 'push',
    push: {
      repository: [project.git_http_url ?? [], project.git_ssh_url ?? []].flat(),
      branch: shortName(ref),
      defaultBranch: project.default_branch ?? undefined,
      files: isWhole ? filesOf(commits) : undefined,
    },
  }
}
