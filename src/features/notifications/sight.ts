import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import { shownChanged } from '../../api/live.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { formatRef } from '../../api/ref.ts'
import { policySeam, scopeKey } from '../../platform/permissions/policy.ts'
import { whoRef } from '../access/contract.ts'
import { catalogChanged, peopleDirectory } from '../catalog/contract.ts'
import { type MarkedThings, markedThings } from '../home/contract.ts'
import { keysOf, liveTopic, personOf } from './audience.ts'
import { catalogWatchSeam, type TroubledEntity } from './contract.ts'
import { summaryOf } from './senders/problems.ts'
import { aboutEntities } from './store/inbox.ts'

/** Which notifications are about what their reader may not see: it may have been hidden since, or be a colleague's. */
export interface Sight {
  /** Their ids; none for whoever sees every entity. */
  hiddenFrom(actor: Actor): readonly string[]
  /** The same for a user who is not there: for mail. */
  hiddenFromUser(ref: string): readonly string[]
}

export function createSight(ctx: PluginContext): Sight {
  const known = new LRUCache<string, readonly string[]>({ max: 500 })
  ctx.on(catalogChanged, () => known.clear())
  ctx.on(shownChanged, ({ topics }) => {
    if (topics.some((topic) => topic.startsWith(liveTopic('')))) known.clear()
  })
  const sight: Sight = {
    hiddenFromUser: (ref) => sight.hiddenFrom(userOf(ctx, ref)),

    hiddenFrom(actor) {
      const scope = ctx.tryUse(policySeam)?.scope(actor, 'catalog.read')
      const entities = ctx.tryUse(markedThings('entity'))
      if (!scope || scope.kind === 'all' || !entities) return []
      const keys = keysOf(ctx, actor)
      const key = [scopeKey(scope), personOf(actor), ...keys].join(' ')
      const hidden = known.get(key) ?? hiddenOf(ctx, actor, keys, entities)
      known.set(key, hidden)
      return hidden
    },
  }
  return sight
}

/** Who the user would be, signed in; whoever never was has no more than their groups. */
function userOf(ctx: PluginContext, ref: string): Actor {
  const groups = ctx.tryUse(peopleDirectory)?.groupsOf(ref) ?? []
  const user: Actor = { id: ref, kind: 'user', name: ref, ref, groups }
  const who = ctx.tryUse(whoRef)
  const [identity] = who?.identitiesOf(user) ?? []
  return (identity !== undefined && who?.actorOf(identity)) || user
}

type About = ReturnType<typeof aboutEntities>[number]

function hiddenOf(ctx: PluginContext, actor: Actor, keys: readonly string[], entities: MarkedThings): string[] {
  const rows = aboutEntities(ctx.db.read, keys)
  const troubled = rows.some(ownerIn) ? (ctx.tryUse(catalogWatchSeam)?.troubled() ?? []) : []
  const about = rows.flatMap((row) => {
    const owner = ownerIn(row)
    const refs = owner === undefined ? refsIn(row) : summed(row, owner, troubled)
    return refs.map((ref) => ({ id: row.id, ref }))
  })
  const asked = [...new Set(about.map(({ ref }) => ref))]
  const seen = new Set(entities.of(actor, asked).map(({ key }) => key))
  return [...new Set(about.flatMap(({ id, ref }) => (seen.has(ref) ? [] : id)))]
}

/** The entity whose page it leads to, and the one it says it is about. */
function refsIn({ link, scope }: About): string[] {
  const [, namespace, kind, name] = /^\/(?:catalog|docs)\/([^/?#]+)\/([^/?#]+)\/([^/?#]+)/.exec(link ?? '') ?? []
  const [, ref] = /^entity (.+)/.exec(scope ?? '') ?? []
  const linked = namespace && kind && name ? [plain(formatRef({ kind, namespace, name }))] : []
  return [...linked, ...(ref === undefined ? [] : [ref])]
}

/** Whose entities it sums up. */
function ownerIn({ origin, scope }: About): string | undefined {
  return origin === 'catalog' ? /^owner (.+)/.exec(scope ?? '')?.[1] : undefined
}

/** What a summary is about; of one that is not about what holds now nobody can tell. */
function summed({ title, description }: About, owner: string, troubled: readonly TroubledEntity[]): string[] {
  const all = troubled.filter((entity) => entity.owner === owner)
  const now = summaryOf(owner, all)
  return all.length > 0 && now.title === title && now.description === description ? all.map(({ ref }) => ref) : ['']
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A sender wrote an address that is none: there is no such entity.
    return text
  }
}
