import { setImmediate } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import { nearest } from '../../api/nearest.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { parseRef } from '../../api/ref.ts'
import { type Policy, within } from '../../platform/permissions/policy.ts'
import { entities } from './schema.ts'
import type { CatalogService } from './service.ts'
import { type NamedRef, namesOf } from './store/names.ts'

/** What references that lead nowhere may have meant: the nearest names of the right kind, else of any. */
export interface NearService {
  /**
   * Of references in full. Looking through thousands of names takes milliseconds: for those beyond the first twenty
   * that nobody asked for since the catalog was read, there is no answer yet.
   */
  of(actor: Actor, targets: Iterable<string>): Promise<ReadonlyMap<string, NamedRef>>
}

const most = 20

export function createNearService(ctx: PluginContext, catalog: CatalogService, policy: () => Policy): NearService {
  const known = new LRUCache<string, { named: NamedRef | null }>({ max: 2000 })

  return {
    async of(actor, targets) {
      const version = catalog.version(actor)
      const wanted = [...new Set(targets)]
      const scope = within(policy().scope(actor, 'catalog.read'), sql`${entities.id}`)
      const names = namesByKind((kind) => namesOf(ctx.db.read, kind, scope))
      for (const target of wanted.filter((one) => !known.has(`${version} ${one}`)).slice(0, most)) {
        known.set(`${version} ${target}`, { named: nearestTo(target, names) })
        // Others are waiting for their pages.
        await setImmediate()
      }
      return new Map(
        wanted.flatMap((target) => {
          const named = known.get(`${version} ${target}`)?.named
          return named ? [[target, named]] : []
        }),
      )
    },
  }
}

type Names = ReadonlyMap<string, NamedRef>

/** By name, in lower case; read when first asked for. */
function namesByKind(read: (kind: string | undefined) => NamedRef[]): (kind: string | undefined) => Names {
  const found = new Map<string | undefined, Names>()
  return (kind) => {
    const names = found.get(kind) ?? new Map(read(kind).map((one) => [one.name.toLowerCase(), one]))
    found.set(kind, names)
    return names
  }
}

function nearestTo(target: string, names: (kind: string | undefined) => Names): NamedRef | null {
  const { kind, name } = parseRef(target)
  for (const among of [names(kind), names(undefined)]) {
    const [near] = nearest(name, among.keys(), 1)
    if (near !== undefined) return among.get(near) ?? null
  }
  return null
}
