import { posix } from 'node:path'
import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import type { Secret } from '../../api/env.ts'
import { messageOf, PortalError } from '../../api/errors.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type EntityRef, entityPath } from '../../api/ref.ts'
import { isLoopback } from '../../platform/auth/identity.ts'
import { portalAddress } from '../../platform/http/address.ts'
import { repositoryKey } from '../../platform/source/forges/forges.ts'
import { forgesRef } from '../../platform/source/forges/forges-ref.ts'
import type { Change, Proposal, ProposalForge } from '../../platform/source/forges/proposals/proposal.ts'
import { takesProposals } from '../../platform/source/forges/proposals/takers.ts'
import type { Repository } from '../../platform/source/forges/repository.ts'
import { openedTree } from './contributors.ts'
import type { Crawler } from './crawler.ts'
import { isInferred } from './infer/mark.ts'
import { ownersFile } from './infer/overlay.ts'
import type { CatalogService } from './service.ts'
import type { EntityRow } from './store/entity.ts'

/** Where the file of an inferred entity belongs. */
export interface ProposalTarget {
  repository: Repository
  /** In the repository. */
  path: string
  branch: string
  apiUrl: string
  token: Secret | undefined
  /** Whether the portal knows how to propose something to a forge of this kind. */
  isTaken: boolean
}

/** Puts the files of inferred entities into their repositories, as proposals. */
export interface ProposalService {
  /** @returns undefined where no forge is known for its repository */
  target(row: EntityRow, signal: AbortSignal): Promise<ProposalTarget | undefined>
  /** The open proposal as it was seen last, null where there was none; undefined where nobody asked lately. */
  remembered(target: ProposalTarget): Proposal | null | undefined
  /**
   * Asks the forge for the open proposal.
   *
   * @throws PortalError `not_found`, `forbidden`, and what the forge says
   */
  find(actor: Actor, ref: EntityRef, signal: AbortSignal): Promise<Proposal | null>
  /**
   * Opens a proposal with this text, unless there is one.
   *
   * @throws PortalError `not_found`, `forbidden`, `conflict`, and what the forge says
   */
  propose(actor: Actor, ref: EntityRef, text: string, requestId: string): Promise<Proposal>
}

/** For how long it is believed what was seen, in milliseconds. Others may merge or open something. */
const remembering = { open: 600_000, none: 60_000 }

export function createProposalService(ctx: PluginContext, service: CatalogService, crawler: Crawler): ProposalService {
  const forges = ctx.use(forgesRef)
  const seen = new LRUCache<string, { proposal: Proposal | null }>({ max: 500, ttl: remembering.open })
  const running = new Map<string, Promise<{ proposal: Proposal; isNew: boolean }>>()

  async function target({ sourceId, path, entity }: EntityRow, signal: AbortSignal) {
    if (!isInferred(entity) || path === ownersFile) return undefined
    const tree = await openedTree(crawler, sourceId, signal)
    const at = tree?.repositoryOf?.(path)
    const repository = at?.url === undefined ? undefined : forges.repositoryOf(at.url)
    if (!at || !repository) return undefined
    const { apiUrl, token } = forges.accessOf(repository)
    return {
      repository,
      path: posix.relative(at.folder, path),
      branch: branchFor(repository),
      apiUrl,
      token,
      isTaken: takesProposals(repository.forge),
    }
  }

  /** Of whoever sees the entity, those who may. */
  async function permitted(actor: Actor, ref: EntityRef, signal: AbortSignal) {
    const row = await service.find(actor, ref)
    const found = row && (await target(row, signal))
    if (!row || !found) throw new PortalError('not_found', `There is no file of ${ref.name} to be proposed`)
    ctx.authorize(actor, 'catalog.propose', row.entity)
    const { token } = found
    if (token && found.isTaken) return { row, target: { ...found, token } }
    throw new PortalError('conflict', `The portal has no way to propose something to ${hostOf(found.repository)}`, {
      hint: 'Name the host with its type and a token in forges.',
    })
  }

  async function forgeOf(target: ProposalTarget & { token: Secret }, signal?: AbortSignal): Promise<ProposalForge> {
    // Loaded with the first one: few portals propose anything.
    const { proposalForge } = await import('../../platform/source/forges/proposals/propose.ts')
    return proposalForge({ ...target, http: ctx.http, now: ctx.now, signal })
  }

  async function open(target: ProposalTarget & { token: Secret }, change: Change) {
    const { propose } = await import('../../platform/source/forges/proposals/propose.ts')
    return propose(await forgeOf(target), change)
  }

  function remember(target: ProposalTarget, proposal: Proposal | null): void {
    seen.set(keyOf(target), { proposal }, { ttl: proposal ? remembering.open : remembering.none })
  }

  function changeFor(
    actor: Actor,
    { name, namespace, kind }: EntityRow,
    { branch, path }: ProposalTarget,
    text: string,
  ) {
    const address = ctx.use(portalAddress)
    const page = isLoopback(new URL(address).hostname) ? '' : `${address}${entityPath({ kind, namespace, name })}`
    const about = page === '' ? asPlain(name) : `[${asPlain(name)}](${page})`
    const title = `Add ${path}`
    const body = [
      `This file describes ${about} for the software catalog. It states what was inferred from the files of this repository; behind each value stands where it comes from.`,
      'Correct what is wrong, and merge it: from then on the file holds, and nothing is inferred beside it.',
      `Proposed by ${asPlain(actor.name)}, through Callboard.`,
    ].join('\n\n')
    return { branch, path, content: text, message: title, title, body }
  }

  return {
    target,
    remembered: (target) => seen.get(keyOf(target))?.proposal,

    async find(actor, ref, signal) {
      const { target } = await permitted(actor, ref, signal)
      const forge = await forgeOf(target, signal)
      const { branch } = await forge.repository()
      const proposal = branch === undefined ? null : ((await forge.find(target.branch, branch)) ?? null)
      remember(target, proposal)
      return proposal
    },

    async propose(actor, ref, text, requestId) {
      const { row, target } = await permitted(actor, ref, new AbortController().signal)
      const key = keyOf(target)
      // Whoever clicks twice gets one, and nobody who leaves stops it halfway.
      const opening = running.get(key) ?? open(target, changeFor(actor, row, target, text))
      running.set(key, opening)
      const { branch, repository } = target
      const line = { action: 'catalog.propose', actor, target: row.ref, requestId }
      const about = { repository: `${repository.site}/${repository.path}`, branch }
      try {
        const { proposal, isNew } = await opening
        remember(target, proposal)
        await ctx.db.write((tx) => ctx.audit(tx, { ...line, detail: { ...about, url: proposal.url, isNew } }))
        return proposal
      } catch (error) {
        ctx.log.warn({ ref: row.ref, ...about }, `Nothing was proposed: ${messageOf(error)}`)
        const reason = messageOf(error)
        await ctx.db.write((tx) => ctx.audit(tx, { ...line, result: 'failed', detail: { ...about, reason } }))
        throw error
      } finally {
        running.delete(key)
      }
    },
  }
}

export function hostOf({ site }: Repository): string {
  return new URL(site).host
}

/** The same for everything that one file describes, so that what is open is found again. */
function branchFor({ path }: Repository): string {
  const name = (path.split('/').at(-1) ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[-.]+|[-.]+$|\.lock$/g, '')
  return name === '' ? 'callboard/catalog-info' : `callboard/catalog-info-${name}`
}

function keyOf({ repository, path }: ProposalTarget): string {
  return `${repositoryKey(repository)} ${path}`
}

/** Without what Markdown would make something of, mentions of people among it. */
function asPlain(text: string): string {
  return text.replace(/[@\p{Cc}]/gu, '').replace(/[\\`*_{}[\]<>()#+!|~]/g, '\\$&')
}
