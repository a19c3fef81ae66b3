import type { Policy } from '../../platform/permissions/policy.ts'
import type { MarkedThings } from '../home/contract.ts'
import { typeWords } from './entity-view.ts'
import { ownerView, refLink } from './list-view.ts'
import type { OwnWork } from './own-work.ts'
import type { KindNames } from './pages/kinds.ts'
import type { CatalogService } from './service.ts'

export interface MarkedEntitiesArgs {
  work: OwnWork
  catalog: CatalogService
  names: KindNames
  policy: () => Policy
}

/** Entities as lists of starred and visited things show them; their keys are references. */
export function createMarkedEntities(args: MarkedEntitiesArgs): MarkedThings {
  const { work, catalog, names, policy } = args
  return {
    seesAll: (actor) => policy().scope(actor, 'catalog.read').kind === 'all',

    of(actor, keys) {
      return work.named(actor, keys).map(({ ref, kind, name, title, type, owner, errors, warnings }) => {
        const { href, icon } = refLink(ref, title, type)
        return {
          key: ref,
          title: title ?? name,
          href,
          icon,
          what: type === null ? names.name(kind) : `${names.name(kind)} · ${typeWords(type)}`,
          owner: owner === null ? null : ownerView(owner, catalog.titleOf(actor, owner)),
          problems: { errors, warnings },
        }
      })
    },
  }
}
