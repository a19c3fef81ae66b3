import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { type Delivery, filesOf, header, type Request, shortName } from './push.ts'

const paths = z.array(z.string()).optional()

const Repository = z.object({
  clone_url: z.string().optional(),
  ssh_url: z.string().optional(),
  git_url: z.string().optional(),
  default_branch: z.string().optional(),
})

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
const PushPayload = z.object({
  ref: z.string(),
  created: z.boolean().optional(),
  deleted: z.boolean().optional(),
  forced: z.boolean().optional(),
  repository: Repository,
  commits: z.array(z.object({ added: paths, modified: paths, removed: paths })).default([]),
})

/** A branch or tag that was made or deleted. */
const RefPayload = z.object({ ref: z.string(), repository: Repository })

/** More commits than these are not listed. */
const mostCommits = 2048

/** `X-Hub-Signature-256` is the HMAC of the body as it came. Compared in constant time. */
export function isSigned(request: Request, secret: string): boolean {
  const given = Buffer.from(header(request, 'x-hub-signature-256') ?? '')
  const right = Buffer.from(`sha256=${createHmac('sha256', secret).update(request.body).digest('hex')}`)
  return given.length === right.length && timingSafeEqual(given, right)
}

/** @throws SyntaxError or ZodError when the body is not what the event has */
export function readDelivery(request: Request): Delivery {
  const event = header(request, 'x-github-event')
  if (event === 'ping') return { kind: 'other', reason: 'The webhook works' }
  if (event === 'create' || event === 'delete') {
    const { ref, repository } = RefPayload.parse(payloadOf(request))
    return { kind: 'push', push: { ...about(repository), branch: shortName(ref), files: undefined } }
  }
  if (event !== 'push')
    return { kind: 'other', reason: `Nothing follows from ${event ?? 'a delivery without an event'}` }
  const { ref, repository, commits, created, deleted, forced } = PushPayload.parse(payloadOf(request))
  const isWhole = !created && !deleted && !forced && commits.length < mostCommits
  return {
    kind: 'push',
    push: { ...about(repository), branch: shortName(ref), files: isWhole ? filesOf(commits) : undefined },
  }
}

function payloadOf(request: Request): unknown {
  const isForm = header(request, 'content-type')?.startsWith('application/x-www-form-urlencoded') ?? false
  const text = request.body.toString('utf8')
  return JSON.parse(isForm ? (new URLSearchParams(text).get('payload') ?? '') : text)
}

function about({ clone_url, ssh_url, git_url, default_branch }: z.output<typeof Repository>) {
  return { repository: [clone_url ?? [], ssh_url ?? [], git_url ?? []].flat(), defaultBranch: default_branch }
}
