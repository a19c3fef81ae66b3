import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import { PortalError } from '../../api/errors.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { count } from '../../platform/views/plural.ts'
import { type Marked, type MarkedThing, markedThings, type Stars, type StarToggle, starsChanged } from './contract.ts'
import { countStars, insertStar, listStars, removeStars, type StarRow } from './store.ts'

export interface StarService extends Stars {
  /**
   * The newest first: what there is and the actor may see, and, for whoever sees everything, the rest by the names it
   * had.
   */
  list(actor: Actor): { things: readonly (Marked & MarkedThing)[]; gone: readonly string[] }
  /**
   * @throws PortalError `not_found` when there is no such thing or the actor may not see it, `conflict` when the actor
   * has as many as anybody may have
   */
  star(actor: Actor, thing: Marked): Promise<MarkedThing>
  /** It may be gone, or never have been starred. */
  unstar(actor: Actor, thing: Marked): Promise<void>
  /** Forgets what is gone, or out of the actor's sight. */
  removeGone(actor: Actor): Promise<void>
}

export const starService: ServiceRef<StarService> = serviceRef('home.star-service')

const longestTitle = 300

export function createStarService(ctx: PluginContext, { most }: { most: number }): StarService {
  // Asked for on every page of an entity.
  const known = new LRUCache<string, ReadonlyMap<string, StarRow>>({
    maxSize: 100_000,
    sizeCalculation: (rows) => rows.size + 1,
  })

  function starsOf({ id }: Actor): ReadonlyMap<string, StarRow> {
    const rows = known.get(id) ?? new Map(listStars(ctx.db.read, id).map((row) => [nameOf(row), row]))
    known.set(id, rows)
    return rows
  }

  function changed({ id }: Actor): void {
    known.delete(id)
    ctx.emit(starsChanged, { actorId: id })
  }

  async function remove(actor: Actor, things: readonly Marked[]): Promise<void> {
    await ctx.db.write((tx) => removeStars(tx, actor.id, things))
    changed(actor)
  }

  function list(actor: Actor) {
    const rows = [...starsOf(actor).values()]
    const found = thingsOf(ctx, actor, rows)
    const things = rows.flatMap((row) => found.get(nameOf(row)) ?? [])
    return { things, lost: rows.filter((row) => !found.has(nameOf(row))) }
  }

  return {
    toggle(actor, { kind, key, title, href }): StarToggle | undefined {
      if (!isPerson(actor) || !ctx.allows(actor, 'home.read')) return undefined
      return { kind, key, title, isStarred: starsOf(actor).has(nameOf({ kind, key })), back: href }
    },

    starred: (actor) => (isPerson(actor) ? [...starsOf(actor).values()] : []),

    list(actor) {
      const { things, lost } = list(actor)
      const gone = lost.filter(({ kind }) => ctx.tryUse(markedThings(kind))?.seesAll(actor) ?? true)
      return { things, gone: gone.map(({ title }) => title) }
    },

    async star(actor, { kind, key }) {
      const thing = thingsOf(ctx, actor, [{ kind, key }]).get(nameOf({ kind, key }))
      if (!isPerson(actor) || !thing) throw absent(key)
      const row = { actorId: actor.id, kind, key, title: thing.title.slice(0, longestTitle), at: ctx.now() }
      await ctx.db.write((tx) => {
        // One that was there already is not one more.
        if (insertStar(tx, row) > 0 && countStars(tx, actor.id) > most) throw full(most)
      })
      changed(actor)
      return thing
    },

    unstar: (actor, thing) => remove(actor, [thing]),

    removeGone: (actor) => remove(actor, list(actor).lost),
  }
}

/** Marked things that are there and that the actor may see, by kind and key. */
export function thingsOf(
  ctx: Pick<PluginContext, 'tryUse'>,
  actor: Actor,
  marked: readonly Marked[],
): ReadonlyMap<string, Marked & MarkedThing> {
  const found = new Map<string, Marked & MarkedThing>()
  for (const kind of new Set(marked.map((one) => one.kind))) {
    const keys = marked.flatMap((one) => (one.kind === kind ? one.key : []))
    for (const thing of ctx.tryUse(markedThings(kind))?.of(actor, keys) ?? []) {
      found.set(nameOf({ kind, key: thing.key }), { kind, ...thing })
    }
  }
  return found
}

export const nameOf = ({ kind, key }: Marked) => `${kind} ${key}`

/** Whoever reads pages, signed in or not known by name; not those who only ask the API. */
export function isPerson({ kind }: Actor): boolean {
  return kind === 'user' || kind === 'guest'
}

function absent(key: string): PortalError {
  return new PortalError('not_found', `There is no ${key.slice(0, 200)} to star`, {
    hint: 'It may have been removed or renamed since you opened the page.',
  })
}

function full(most: number): PortalError {
  return new PortalError('conflict', `You have starred ${count(most)} things, and there can be no more`, {
    hint: 'Take the star from some that you no longer need: they are all at /home/stars.',
  })
}
