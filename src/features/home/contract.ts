import type { Actor } from '../../api/actor.ts'
import { type EventRef, eventRef, type ServiceRef, serviceRef } from '../../api/wiring.ts'

/** Something that people star and visit. */
export interface Marked {
  /** What it is to the feature that has it: `entity`. */
  kind: string
  /** What its search document is found by: the reference of an entity, else an address. */
  key: string
}

/** A marked thing as lists show it. */
export interface MarkedThing {
  key: string
  title: string
  href: string
  /** Name of an icon in `public/icons`. */
  icon: string
  /** In words what it is: `Component · service`. */
  what: string
  owner: { ref: string; title: string; href: string; known: boolean; kind: string } | null
  problems: { errors: number; warnings: number }
}

/** What a feature says of its things. */
export interface MarkedThings {
  /** Of these keys, in any order, what there is and the actor may see. */
  of(actor: Actor, keys: readonly string[]): readonly MarkedThing[]
  /** Whether the actor sees all of them. To others, what is gone is not named: it looks as what is hidden. */
  seesAll(actor: Actor): boolean
}

/** To be provided by the feature that has things of this kind; from then on they can be starred. */
export const markedThings = (kind: string): ServiceRef<MarkedThings> => serviceRef(`home.things.${kind}`)

/** A form with one button, `home/_star`. */
export interface StarToggle extends Marked {
  title: string
  isStarred: boolean
  /** Where the reader is: a browser without a script comes back there. */
  back: string
}

export interface Stars {
  /** For a thing that the actor is looking at, from memory; undefined for who cannot keep any. */
  toggle(actor: Actor, thing: Marked & { title: string; href: string }): StarToggle | undefined
  /** The newest first; among them what is gone, or out of sight. */
  starred(actor: Actor): readonly Marked[]
}

export const starsRef: ServiceRef<Stars> = serviceRef('home.stars')

/** Somebody starred something, or no longer does; goes out after the commit. */
export const starsChanged: EventRef<{ actorId: string }> = eventRef('home.stars-changed')

export interface Visits {
  /**
   * Somebody was shown the whole page of a thing. Costs next to nothing: it is written with others, seconds later.
   * Fragments, pages that fetch themselves again and pages fetched in advance do not count.
   */
  note(actor: Actor, thing: Marked, request: PageRequest): void
}

export const visitsRef: ServiceRef<Visits> = serviceRef('home.visits')

/** What tells a visit from other requests for a page. */
export interface PageRequest {
  method: string
  headers: Readonly<Record<string, string | string[] | undefined>>
}
