import type { FeedLink } from '../../api/route.ts'

/** What a feed is about: everything of each list that is not empty, and all changes where every one is. */
export interface FeedSubject {
  kind?: readonly string[]
  owner?: readonly string[]
  ref?: readonly string[]
}

/** The Atom feed of changes, as a page names it in its head. */
export function feedLink(title: string, subject: FeedSubject = {}): FeedLink {
  return { title, href: feedHref(subject) }
}

export function feedHref({ kind = [], owner = [], ref = [] }: FeedSubject): string {
  return `/catalog/changes.atom${asked([...named('kind', kind), ...named('owner', owner), ...named('ref', ref)])}`
}

/** The page with the same. */
export function changesHref({ kind = [], owner = [] }: FeedSubject): string {
  return `/catalog/changes${asked([...named('kind', kind), ...named('owner', owner)])}`
}

/** Groups and users have the feed of what they own, everything else its own. */
export function entityFeed(kind: string, ref: string, name: string): FeedLink {
  const isOwner = /^(group|user)$/i.test(kind)
  return isOwner
    ? feedLink(`Changes of what ${name} owns`, { owner: [ref] })
    : feedLink(`Changes of ${name}`, { ref: [ref] })
}

const named = (name: string, values: readonly string[]) => values.map((value): [string, string] => [name, value])

function asked(pairs: [string, string][]): string {
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`
}
