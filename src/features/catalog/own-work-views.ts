import { entityPath, parseRef } from '../../api/ref.ts'
import type { CatalogSummary } from './contract.ts'
import { ownerView, refLink } from './list-view.ts'
import { problemCodes } from './model/problem.ts'
import type { Mine } from './own-work.ts'
import type { KindNames } from './pages/kinds.ts'
import type { GravestRow, WorstRow } from './store/own-work.ts'
import { entityIcon, type Owner } from './views.ts'

/** `catalog/_own-problems`. */
export interface OwnProblems {
  /** Entities with problems, and theirs together. */
  total: number
  problems: { errors: number; warnings: number }
  rows: readonly OwnProblemRow[]
  /** The problems page, for the same owners. */
  problemsHref: string
  /** The list of what has them. */
  allHref: string
}

export interface OwnProblemRow {
  ref: string
  title: string
  href: string
  icon: string
  /** The gravest one, and what is wrong by its code; null where it belongs to its file as a whole. */
  what: { title: string; message: string } | null
  problems: { errors: number; warnings: number }
  owner: Owner
  /** When the gravest one was first seen. */
  since: number | null
}

/** `catalog/_mine`. */
export interface MineCard {
  total: number
  allHref: string
  kinds: readonly MineKind[]
  /** Whose it is; empty where it is all of one owner. */
  owners: readonly { title: string; href: string; count: number }[]
  /** What one writes to own something: the first of the actor's identities. */
  example: string
}

export interface MineKind {
  title: string
  icon: string
  count: number
  problematic: number
  href: string
  entities: readonly { ref: string; title: string; href: string; hasProblems: boolean }[]
}

/** `catalog/_around`. */
export interface AroundCard {
  rows: CatalogSummary['recent']
}

type TitleOf = (ref: string) => string | null

export function ownProblems(
  { owners }: Pick<Mine, 'owners'>,
  rows: readonly WorstRow[],
  gravest: ReadonlyMap<string, GravestRow>,
  titleOf: TitleOf,
): OwnProblems | undefined {
  const [first] = rows
  if (!first) return undefined
  return {
    total: first.total,
    problems: { errors: first.allErrors, warnings: first.allWarnings },
    rows: rows.map((row) => {
      const problem = gravest.get(row.ref)
      return {
        ...refLink(row.ref, row.title ?? row.name, row.type),
        what: problem ? { title: titleOfCode(problem.code), message: problem.message } : null,
        problems: { errors: row.errors, warnings: row.warnings },
        owner: ownerView(row.owner, titleOf(row.owner)),
        since: problem?.since ?? null,
      }
    }),
    problemsHref: `/catalog/problems?${asked(owners)}`,
    allHref: `/catalog?kind=all&${asked(owners)}&problems=any`,
  }
}

export function mineCard({ owners, byOwner, rows }: Mine, names: KindNames, titleOf: TitleOf): MineCard {
  const kinds = [...new Set(rows.map(({ kind }) => kind))]
  return {
    total: byOwner.reduce((sum, { count }) => sum + count, 0),
    allHref: `/catalog?kind=all&${asked(owners)}`,
    kinds: kinds.flatMap((kind) => {
      const own = rows.filter((row) => row.kind === kind)
      const [first] = own
      if (!first) return []
      return {
        title: first.count === 1 ? names.name(kind) : names.plural(kind),
        icon: entityIcon(kind),
        count: first.count,
        problematic: first.problematic,
        href: `/catalog?kind=${encodeURIComponent(kind)}&${asked(owners)}`,
        entities: own.map(({ ref, name, title, errors, warnings }) => ({
          ref,
          title: title ?? name,
          href: entityPath(parseRef(ref)),
          hasProblems: errors + warnings > 0,
        })),
      }
    }),
    owners:
      byOwner.length < 2
        ? []
        : byOwner
            .map(({ owner, count }) => {
              const title = titleOf(owner) ?? parseRef(owner).name
              return { title, href: `/catalog?kind=all&${asked([owner])}`, count }
            })
            .sort((a, b) => b.count - a.count || a.title.localeCompare(b.title, 'en')),
    example: owners[0] ?? '',
  }
}

const asked = (owners: readonly string[]) => owners.map((owner) => `owner=${encodeURIComponent(owner)}`).join('&')

function titleOfCode(code: string): string {
  return (problemCodes as Readonly<Record<string, string>>)[code] ?? code
}
