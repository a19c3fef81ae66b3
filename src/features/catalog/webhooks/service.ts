import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import picomatch from 'picomatch'
import { z } from 'zod'
import type { Actor } from '../../../api/actor.ts'
import type { Secret } from '../../../api/env.ts'
import { PortalError } from '../../../api/errors.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import type { Provider } from '../../../api/provider.ts'
import { type ServiceRef, serviceRef } from '../../../api/wiring.ts'
import { forgesRef } from '../../../platform/source/forges/forges-ref.ts'
import type { Crawler } from '../crawler.ts'
import { targetsOf } from '../locations.ts'
import { locationsOf } from '../store/locations.ts'
import { knowsAny } from '../store/pushes.ts'
import * as github from './github.ts'
import * as gitlab from './gitlab.ts'
import type { Delivery, Push, Request } from './push.ts'
import { createRefusals } from './refusals.ts'

export type ForgeName = 'github' | 'gitlab'

/** What came of a delivery, said to the forge. */
export interface Taken {
  /** Titles of the sources that are read again. */
  reading: string[]
  /** Sources of that repository that are not, and why. */
  skipped: { source: string; reason: string }[]
  /** Why nothing follows, where nothing does. */
  message?: string
}

export interface Webhooks {
  /**
   * Checks a delivery and asks for the sources it is about to be read. Returns before they are.
   *
   * @throws PortalError `not_found` without a secret in the configuration, `forbidden` for a wrong signature,
   * `invalid` for a body that is not what the event has, `rate_limited` for one who sent too many wrong signatures
   */
  take(forge: ForgeName, request: Request, requestId: string): Promise<Taken>
  /** Whole seconds until a sender of wrong signatures is listened to again; 0 for all others. */
  pause(sender: string): number
}

export const webhooksRef: ServiceRef<Webhooks> = serviceRef('catalog.webhooks')

interface Adapter {
  title: string
  isSigned(request: Request, secret: string): boolean
  readDelivery(request: Request): Delivery
}

const adapters: Record<ForgeName, Adapter> = {
  github: { title: 'GitHub', ...github },
  gitlab: { title: 'GitLab', ...gitlab },
}

/** The same delivery is taken once in so many milliseconds; an administrator may send it again later. */
const replayWindow = 10_000

/** Pushes in quick succession read a source once in so many milliseconds. */
const pause = 2_000

export type WebhookSecrets = Partial<Record<ForgeName, { secret: Secret } | undefined>>

export function createWebhooks(ctx: PluginContext, crawler: Crawler, secrets: WebhookSecrets): Webhooks {
  const seen = new LRUCache<string, number>({ max: 1000 })
  const asked = new Map<string, number>()
  const refusals = createRefusals(ctx.now)
  const { sameRepository } = ctx.use(forgesRef)

  return {
    pause: refusals.pause,

    async take(name, request, requestId) {
      const { title, isSigned, readDelivery } = adapters[name]
      const secret = secrets[name]?.secret
      if (!secret) throw notSetUp(name, title)
      const seconds = refusals.pause(request.sender)
      if (seconds > 0) throw tooMany(seconds)
      if (!isSigned(request, secret.reveal())) throw refused(name, title, request.sender)
      const delivery = read(() => readDelivery(request), title)
      if (delivery.kind === 'other') return { reading: [], skipped: [], message: delivery.reason }
      if (isRepeated(name, request)) return { reading: [], skipped: [], message: 'This was just delivered' }
      const actor: Actor = { id: `webhook:${name}`, kind: 'service', name: `Webhook of ${title}`, groups: [] }
      return react(actor, delivery.push, requestId)
    },
  }

  function refused(name: ForgeName, title: string, sender: string): PortalError {
    if (refusals.count(sender)) ctx.log.warn({ sender }, `Too many wrong signatures for the webhook of ${title}`)
    return wrongSignature(name, title)
  }

  function isRepeated(name: ForgeName, { body }: Request): boolean {
    const key = createHash('sha256').update(name).update(body).digest('base64')
    const now = ctx.now().getTime()
    const last = seen.get(key)
    if (last !== undefined && now - last < replayWindow) return true
    seen.set(key, now)
    return false
  }

  async function react(actor: Actor, push: Push, requestId: string): Promise<Taken> {
    const taken: Taken = { reading: [], skipped: [] }
    for (const spec of crawler.providers) {
      if (!isOf(spec, push)) continue
      const reason = whyNot(spec, push)
      if (reason === undefined) {
        await crawler.refresh(actor, spec.id, requestId, { after: nextTurn(spec.id), detail: { branch: push.branch } })
        taken.reading.push(spec.title)
      } else taken.skipped.push({ source: spec.title, reason })
    }
    if (taken.reading.length + taken.skipped.length > 0) return taken
    return { ...taken, message: 'No source of the catalog is read from this repository' }
  }

  /** An extra reading costs little, a push that is missed much: letters in either case count as the same. */
  function isOf({ repository }: Provider, push: Push): boolean {
    if (repository === undefined) return false
    return push.repository.some(
      (url) => sameRepository(url, repository) || sameRepository(url.toLowerCase(), repository.toLowerCase()),
    )
  }

  function whyNot(provider: Provider, { branch, defaultBranch, files }: Push): string | undefined {
    const own = provider.branch === null ? defaultBranch : provider.branch
    if (own !== undefined && own !== branch) return `It reads the branch ${own}`
    if (files && !touches(provider, files)) return 'No file that it reads was touched'
    return undefined
  }

  function touches(provider: Provider, files: readonly string[]): boolean {
    const located = locationsOf(ctx.db.read, provider.id).flatMap(({ path, entity }) =>
      targetsOf(entity, path, provider).targets.map(({ pattern }) => pattern),
    )
    const matches = picomatch([...provider.paths, ...located], { dot: true })
    return files.some((path) => matches(path)) || knowsAny(ctx.db.read, provider.id, files)
  }

  function nextTurn(sourceId: string): Date {
    const now = ctx.now().getTime()
    const at = Math.max(now, (asked.get(sourceId) ?? 0) + pause)
    // While one is waiting, others add nothing to it.
    if (at - now < pause) asked.set(sourceId, at)
    return new Date(at)
  }
}

function read(work: () => Delivery, title: string): Delivery {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof z.ZodError)) throw cause
    throw new PortalError('invalid', `The body is not what ${title} sends with this event`, {
      hint: 'Let the webhook send JSON, and events of pushes.',
      cause,
    })
  }
}

function notSetUp(name: ForgeName, title: string): PortalError {
  return new PortalError('not_found', `Webhooks of ${title} are not set up in this portal`, {
    hint: `Give catalog() in portal.config.ts webhooks: { ${name}: { secret: secret('…') } } and start the portal again.`,
  })
}

function tooMany(seconds: number): PortalError {
  return new PortalError('rate_limited', 'Too many deliveries with a wrong signature came from this address', {
    hint: `It is listened to again in ${seconds} s. Correct the secret before that.`,
  })
}

function wrongSignature(name: ForgeName, title: string): PortalError {
  const what = name === 'github' ? 'signature (X-Hub-Signature-256)' : 'token (X-Gitlab-Token)'
  return new PortalError('forbidden', `The ${what} of this delivery does not fit the secret of the portal`, {
    hint: `Enter the same secret at ${title} and in the configuration of the portal.`,
  })
}
