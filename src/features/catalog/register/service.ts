import { sql } from 'drizzle-orm'
import type { Actor } from '../../../api/actor.ts'
import { PortalError } from '../../../api/errors.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../../api/wiring.ts'
import { operator } from '../../../platform/auth/operator.ts'
import { dataFolder } from '../../../platform/data-folder.ts'
import { listedHosts } from '../../../platform/http-client/listed-hosts.ts'
import { type Policy, within } from '../../../platform/permissions/policy.ts'
import { forgesRef, tokensOf } from '../../../platform/source/forges/forges-ref.ts'
import type { CatalogOptions } from '../config.ts'
import type { Crawler, Registered } from '../crawling.ts'
import { entities } from '../schema.ts'
import type { SeenSources } from '../seen-sources.ts'
import {
  addRegistration,
  countRegistrations,
  definedBy,
  findByKey,
  findRegistration,
  leave,
  listRegistrations,
  type Registration,
  sourceOf,
} from '../store/registrations.ts'
import { copyOf, dropCopies } from './clones.ts'
import { reach } from './reading.ts'
import { targetOf } from './registered.ts'
import { review as lookAt } from './review.ts'
import { createReviews, type Review } from './reviews.ts'
import type { RegisteredSources } from './sources.ts'
import { keyOf, readTarget, type Target } from './target.ts'

/** What people register: looked at first, then read like any other source, until somebody removes it. */
export interface RegisterService {
  /**
   * Begins to look at an address.
   *
   * @throws PortalError `invalid` for one that cannot be registered, `RegisteredAlready` for one that is
   */
  begin(actor: Actor, written: string): Promise<Review>
  /** @throws PortalError `not_found` when it is over, or somebody else's */
  review(actor: Actor, id: string): Review
  /** Waits until it has come to an end, but no longer than so many milliseconds. */
  settled(review: Review, patience: number): Promise<void>
  /** What is registered under the target of a review, if it is and the actor may see it. */
  existing(actor: Actor, target: Target): Registration | undefined
  /**
   * Makes what was reviewed a source, and has it read.
   *
   * @throws PortalError `conflict` when it is one, or there are too many, or the review did not come to a good end
   */
  register(actor: Actor, reviewId: string, requestId: string): Promise<Registration>
  /** Those of which the actor may see anything. */
  list(actor: Actor): Registration[]
  /** @throws PortalError `not_found` */
  find(actor: Actor, id: string): Registration
  /** What the actor may see of what it defines, what goes with it first. */
  defines(actor: Actor, id: string, most: number): ReturnType<typeof definedBy>
  /** Takes it away: it is no source any more at once, and what it brought goes in the background. */
  remove(actor: Actor, id: string, requestId: string): Promise<Registration>
  /** The rest of a removal; the job behind it. */
  release(id: string): Promise<void>
  /** Removes what was fetched for reviews that are over. @returns how much */
  tidy(): Promise<number>
}

export const registerRef: ServiceRef<RegisterService> = serviceRef('catalog.register')

/** The same target is registered once. */
export class RegisteredAlready extends PortalError {
  readonly existing: Registration

  constructor(existing: Registration) {
    const { leavingAt, registeredBy, target } = existing
    const message =
      leavingAt === null
        ? `${target} is registered already, by ${registeredBy}`
        : `${target} was registered and is just being removed`
    const hint = leavingAt === null ? 'Look at what became of it, or remove it first.' : 'Try again in a moment.'
    super('conflict', message, { hint })
    this.existing = existing
  }
}

export interface RegisterArgs {
  ctx: PluginContext
  crawler: Crawler
  registered: Registered & { reload(): void }
  sources: RegisteredSources
  options: CatalogOptions['registrations']
  policy(): Policy
  seen: SeenSources
}

export function createRegisterService(args: RegisterArgs): RegisterService {
  const { ctx, crawler, registered, sources, options, policy, seen } = args
  const { read } = ctx.db
  const forges = ctx.use(forgesRef)
  const reading = { forges, hosts: ctx.use(listedHosts) }
  const data = ctx.use(dataFolder)
  const host = { data, offline: false, tokenFor: tokensOf(forges) }
  const { maxFiles } = options
  const reviews = createReviews({
    log: ctx.log,
    time: options.reviewTime,
    now: () => ctx.now(),
    id: () => ctx.id(),
    async look(written, progress, signal) {
      const reached = await reach({ written, sources, reading, host, maxFiles, signal })
      return lookAt(reached, { crawler, read, forges, maxFiles, progress, signal, now: () => ctx.now() })
    },
  })
  ctx.onClose(() => reviews.close())

  const isSeen = (actor: Actor, { id }: Registration) => seen.shows(actor, sourceOf(id))
  const existing = (target: Target) => findByKey(read, keyOf(target, forges))
  const already = (actor: Actor, row: Registration) =>
    isSeen(actor, row) ? new RegisteredAlready(row) : taken(row.target)

  function reload(): void {
    registered.reload()
    crawler.reload()
  }

  async function tidy(): Promise<number> {
    const wanted = new Set(listRegistrations(read).map((row) => copyOf(targetOf(row))))
    // What is registered meanwhile was reviewed a moment ago.
    const isReviewed = (name: string) => reviews.written().some((one) => copyOf(readTarget(one, reading)) === name)
    return dropCopies(data, (name) => wanted.has(name) || isReviewed(name))
  }

  function known(actor: Actor, id: string): Registration {
    const found = findRegistration(read, id)
    if (found && isSeen(actor, found)) return found
    throw new PortalError('not_found', 'There is no such registered location', {
      hint: 'It may have been removed. /catalog-import lists them.',
    })
  }

  return {
    async begin(actor, written) {
      const target = readTarget(written, reading)
      const known = target.isOpen ? undefined : existing(target)
      if (known) throw already(actor, known)
      return reviews.begin(actor.id, target.text)
    },

    review: (actor, id) => reviews.find(actor.id, id),
    settled: (review, patience) => reviews.settled(review, patience),
    existing(actor, target) {
      const found = existing(target)
      return found && isSeen(actor, found) ? found : undefined
    },

    async register(actor, reviewId, requestId) {
      const { found, failure } = reviews.find(actor.id, reviewId)
      if (!found || found.files.length === 0) throw failure ?? notReviewed(found !== undefined)
      const { target } = found
      const source = sources.of(sourceOf(reviewId), target)
      const row = rowOf(reviewId, target, keyOf(target, forges), ctx.now(), actor)
      await ctx.db.write(async (tx) => {
        const other = findByKey(tx, row.key)
        if (other) throw already(actor, other)
        if (countRegistrations(tx) >= options.most) throw full(options.most)
        await addRegistration(tx, row, { title: source.title, location: source.locationOf('') })
        const line = { action: 'catalog.register', actor, target: sourceOf(row.id), requestId, after: audited(row) }
        await ctx.audit(tx, { ...line, detail: { target: row.target, files: found.files.length } })
      })
      reload()
      await crawler.readSoon(sourceOf(row.id))
      return row
    },

    list: (actor) => listRegistrations(read).filter((row) => isSeen(actor, row)),
    find: known,

    defines(actor, id, most) {
      const scope = actor === operator ? undefined : within(policy().scope(actor, 'catalog.read'), sql`${entities.id}`)
      return definedBy(read, sourceOf(id), scope, most)
    },

    async remove(actor, id, requestId) {
      const row = known(actor, id)
      if (row.leavingAt !== null) return row
      const { going, staying } = definedBy(read, sourceOf(id), undefined, 0)
      await ctx.db.write(async (tx) => {
        await leave(tx, id, ctx.now())
        const detail = { target: row.target, going, staying }
        const line = { action: 'catalog.unregister', actor, target: sourceOf(id), requestId, before: audited(row) }
        await ctx.audit(tx, { ...line, detail })
        await ctx.jobs.enqueue(tx, 'release', { payload: { id }, key: id })
      })
      reload()
      return row
    },

    async release(id) {
      reload()
      await crawler.release(sourceOf(id))
      reload()
      await tidy()
    },

    tidy,
  }
}

function rowOf(id: string, target: Target, key: string, registeredAt: Date, { name }: Actor): Registration {
  const { type, text, repository, branch, path, scope } = target
  const place = { type, target: text, key, repository: repository ?? null, branch: branch ?? null, path, scope }
  return { id, ...place, registeredAt, registeredBy: name, leavingAt: null }
}

/** What the audit keeps of a registered location. */
function audited({ type, target, branch, path, scope, registeredAt, registeredBy }: Registration) {
  return { type, target, branch, path, scope, registeredAt, registeredBy }
}

function notReviewed(isEmpty: boolean): PortalError {
  const message = isEmpty ? 'There is no file to register' : 'It is still being looked at'
  return new PortalError('conflict', message, {
    hint: isEmpty ? 'Add a catalog-info.yaml first, then paste the address again.' : 'Wait for the review.',
  })
}

function taken(target: string): PortalError {
  return new PortalError('conflict', `${target} is registered already`, { hint: 'There is nothing left to do.' })
}

function full(most: number): PortalError {
  return new PortalError('conflict', `There are ${most} registered locations already, and no more may be`, {
    hint: 'Remove some, or raise registrations.most of the catalog in portal.config.ts.',
  })
}
