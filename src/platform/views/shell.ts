import type { Crumb, FeedLink } from '../../api/route.ts'

/** What surrounds every page. Built once for a request by `reply.page`. */
export interface Shell {
  /** What the browser's tab says in front of the portal's title. */
  title: string
  portalTitle: string
  nav: readonly NavLink[]
  /** Where the reader is; the last one has no link. Empty on the home page. */
  crumbs: readonly Crumb[]
  /** Of the administration, for what is shown within it. */
  tabs?: readonly TabLink[]
  feed?: FeedLink
  /** How much there is to read, and where; absent where the reader has no notifications. */
  bell?: { href: string; unread: number }
  actor: {
    name: string
    initials: string
    /** The page of the User entity. */
    href?: string
    signIn?: string
    /** Takes a POST. */
    signOut?: string
  }
  /** One sentence above every page while nobody needs to sign in. */
  guestBanner: string | null
  /** From the cookie `theme`; `auto` follows the system. */
  theme: Theme
  /** From the cookie `zone`: the zone that times are told in; without it the browser's, and UTC without a script. */
  zone?: string
  /** From the cookie `rail`: whether the navigation shows its words. */
  rail: Rail
  assets: { css: string; js: string; icons: string; favicon: string }
  /** Absent for who may not search. */
  search?: SearchBox
  /** Path and query of this page: where the form POST /theme returns to. */
  path: string
  version: string
}

export const themes = ['auto', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

export const rails = ['wide', 'narrow'] as const
export type Rail = (typeof rails)[number]

export interface NavLink {
  id: string
  title: string
  href: string
  icon: string
  count: number | null
  current: boolean
  /** `main` is always in sight, also on a phone; `more` stands below it, `end` at the bottom. */
  group: 'main' | 'more' | 'end'
}

/** A tab above a page. */
export interface TabLink {
  id: string
  title: string
  href: string
  current: boolean
}

/** The field at the top: a GET form, so it works without a script. */
export interface SearchBox {
  action: string
  /** Name of the parameter. */
  name: string
  value: string
  placeholder: string
}

/** Around which layout a page is rendered. `fragment` answers htmx: main content and title only. */
export interface Frame {
  layout: 'page' | 'fragment' | 'plain'
  /** Puts the entity's header and tabs between layout and page; the props must hold `entity`. */
  within?: 'entity' | 'admin'
  shell: Shell
  /** Where the page hears of changes. */
  live?: string
}

const isTheme = (value: string | undefined): value is Theme => themes.some((theme) => theme === value)

/** The theme that the cookie names; `auto` when it names none. */
export function themeOf(cookie: string | undefined): Theme {
  return isTheme(cookie) ? cookie : 'auto'
}

/** The state of the navigation that the cookie names. */
export function railOf(cookie: string | undefined): Rail {
  return cookie === 'narrow' ? 'narrow' : 'wide'
}

/** Up to two letters for an avatar: of the first and last word, else the first two letters. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/[\s_./-]+/u)
    .filter(Boolean)
  const first = Array.from(words[0] ?? '?')
  const last = Array.from(words.length > 1 ? (words.at(-1) ?? '') : '')
  return `${first[0] ?? ''}${last[0] ?? first[1] ?? ''}`.toLocaleUpperCase('en')
}
