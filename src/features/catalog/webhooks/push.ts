/** A push as a forge tells of it, as far as the catalog needs it. */
export interface Push {
  /** Addresses for cloning, in every form that the payload has. */
  repository: readonly string[]
  /** Short name of the branch or tag. */
  branch: string
  defaultBranch: string | undefined
  /** Paths that were added, changed or removed; undefined where the payload does not tell all of them. */
  files: readonly string[] | undefined
}

/** What a delivery is: `other` with the reason why nothing follows from it. */
export type Delivery = { kind: 'push'; push: Push } | { kind: 'other'; reason: string }

/** What a forge sends, before anything of it is trusted. */
export interface Request {
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: Buffer
  /** Who sends it. */
  sender: string
}

export const header = ({ headers }: Request, name: string): string | undefined => [headers[name] ?? []].flat()[0]

export const shortName = (ref: string): string => ref.replace(/^refs\/(heads|tags)\//, '')

export interface ChangedFiles {
  added?: string[] | undefined
  modified?: string[] | undefined
  removed?: string[] | undefined
}

/** @returns undefined when no commit lists a file: then they are left out, and anything may have changed */
export function filesOf(commits: readonly ChangedFiles[]): string[] | undefined {
  const found = new Set(
    commits.flatMap(({ added = [], modified = [], removed = [] }) => [added, modified, removed].flat()),
  )
  return found.size > 0 ? [...found] : undefined
}
