import { posix } from 'node:path'
import type { Contributor, Contributors } from '../../api/source-tree.ts'
import type { CodeOwnersAt } from './code-owners.ts'
import { isProgram } from './infer/history.ts'
import { ownerView } from './list-view.ts'
import type { Handle, PersonLink } from './people-links.ts'
import type { Owner, Provenance } from './views.ts'

/** `catalog/_contributors`: who works on it. */
export interface ContributorsView {
  /** `later`: it is being read; `failed`: it could not be read; `none`: there is no history. */
  state: 'ready' | 'later' | 'failed' | 'none'
  /** Whom CODEOWNERS names for its folder. */
  owners: CodeOwnersView | null
  /** The address of this region. */
  href: string
  /** Why it failed. */
  message: string | null
  hint: string | null
  /** The folder that is meant, such as `services/cart`; empty for the whole repository. */
  folder: string
  rows: readonly ContributorRow[]
  /** Those who are shown only when somebody asks. */
  rest: readonly ContributorRow[]
  commits: number
  /** There are more commits than were counted. */
  isPartial: boolean
}

export interface CodeOwnersView {
  people: readonly { name: string; owner: Owner | null }[]
  from: Provenance
}

export interface ContributorRow {
  name: string
  /** The user in the catalog, where there is one. */
  user: Owner | null
  isBot: boolean
  commits: number
  lastAt: number
}

interface Person extends Omit<Contributor, 'email'> {
  link: PersonLink | undefined
  isBot: boolean
}

const shown = { first: 6, all: 60 }

export function codeOwnersView(found: CodeOwnersAt, href: string | null): CodeOwnersView {
  const { owners, file, line, pattern } = found
  const name = posix.basename(file)
  return {
    people: owners.map(({ name, link }) => ({ name, owner: link ? ownerView(link.ref, link.title) : null })),
    from: { text: `${name}:${line}`, title: `${file} line ${line}, for ${pattern}`, href },
  }
}

/** By what a contributor may be known in the catalog. */
export function handleOf({ email }: Contributor): Handle {
  // `4711+anna@users.noreply.github.com` and `4711-anna@users.noreply.gitlab.com` are anna.
  const [, numbered = '', site] = /^([^@\s]+)@users\.noreply\.(\S+)$/i.exec(email) ?? []
  const login = numbered.replace(site?.toLowerCase() === 'github.com' ? /^\d+\+/ : /^\d+[+-]/, '')
  return { kind: 'user', email, ...(login !== '' && { login }) }
}

/** @param links as they were found for the handles of the people */
export function contributorRows(
  { people }: Contributors,
  links: readonly (PersonLink | undefined)[],
): { rows: ContributorRow[]; rest: ContributorRow[] } {
  const all = people.map((one, at): Person => {
    const isBot = isProgram(one.name, one.email)
    return { ...one, name: shownName(one), link: isBot ? undefined : links[at], isBot }
  })
  const rows = joined(all)
    .sort((a, b) => Number(a.isBot) - Number(b.isBot) || b.commits - a.commits || b.lastAt - a.lastAt)
    .map(({ link, ...one }): ContributorRow => {
      const user = link === undefined ? null : ownerView(link.ref, link.title)
      return { name: user?.title ?? one.name, user, isBot: one.isBot, commits: one.commits, lastAt: one.lastAt }
    })
  return { rows: rows.slice(0, shown.first), rest: rows.slice(shown.first, shown.all) }
}

/** Whoever has several addresses is one person where the catalog says so, or the name is the same. */
function joined(people: readonly Person[]): Person[] {
  const byKey = new Map<string, Person>()
  const keys = new Map<string, string>()
  for (const { name, link } of people) if (link) keys.set(name.toLowerCase(), link.ref)
  for (const person of people) {
    const name = person.name.toLowerCase()
    const key = person.link?.ref ?? keys.get(name) ?? `name ${name}`
    const known = byKey.get(key)
    byKey.set(
      key,
      known
        ? {
            ...known,
            link: known.link ?? person.link,
            commits: known.commits + person.commits,
            lastAt: Math.max(known.lastAt, person.lastAt),
          }
        : person,
    )
  }
  return [...byKey.values()]
}

const longest = 80

/** Without what could be an address: those are not shown. */
function shownName({ name, email }: Contributor): string {
  const clean = (name.trim() || email)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ')
    .replace(/@\S*/g, '')
    .trim()
  const text = clean === '' ? 'Somebody without a name' : clean
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}
