import type { MarkedThings } from '../home/contract.ts'
import { typeWords } from './entity-view.ts'
import { ownerView, refLink } from './list-view.ts'
import type { OwnWork } from './own-work.ts'
import type { KindNames } from './pages/kinds.ts'
import type { CatalogService } from './service.ts'

/** Entities as lists of starred and visited things show them; their keys are references. */
export function createMarkedEntities(work: OwnWork, catalog: CatalogService, names: KindNames): MarkedThings {
  return {
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
