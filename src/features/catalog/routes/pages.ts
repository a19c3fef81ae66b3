import { type ServiceRef, serviceRef } from '../../../api/wiring.ts'
import type { ChangePages } from '../pages/changes.ts'
import type { CodePages } from '../pages/codes.ts'
import type { ContributorPages } from '../pages/contributors.ts'
import type { DefinitionPages } from '../pages/definitions.ts'
import type { EarlierPages } from '../pages/earlier.ts'
import type { EntityPages } from '../pages/entity.ts'
import type { FieldPages } from '../pages/fields.ts'
import type { ListPages } from '../pages/list.ts'
import type { OrganisationPages } from '../pages/organisation.ts'
import type { ProblemPages } from '../pages/problems.ts'
import type { RegisterPages } from '../pages/register.ts'
import type { SourcePages } from '../pages/sources.ts'
import type { WrittenPages } from '../pages/written.ts'

/** What the handlers ask for the props of their views. */
export interface Pages {
  list: ListPages
  entity: EntityPages
  fields: FieldPages
  problems: ProblemPages
  codes: CodePages
  definitions: DefinitionPages
  changes: ChangePages
  contributors: ContributorPages
  earlier: EarlierPages
  organisation: OrganisationPages
  sources: SourcePages
  register: RegisterPages
  written: WrittenPages
}

export const pagesRef: ServiceRef<Pages> = serviceRef('catalog.pages')
