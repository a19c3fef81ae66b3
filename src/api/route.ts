import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Actor } from './actor.ts'
import type { ServiceRef } from './wiring.ts'

export interface PageOptions {
  /** What the tab of the browser says, in front of the portal's title. */
  title: string
  status?: number
  /**
   * The frame around the view: `entity` puts it under the entity's header and tabs, and its props must hold `entity`;
   * `admin` puts it under the tabs of the administration.
   */
  within?: 'entity' | 'admin'
  /** Where the page is found again, for forms that lead back to it; the address of the request unless given. */
  path?: string
  /** Without navigation and search: for who is not signed in. */
  alone?: boolean
  /**
   * Equal keys mean equal props: the page is then rendered once a minute and otherwise sent as it was. For pages
   * that many look at and that cost much; the key must change with everything the props are made of.
   */
  stable?: string
  /**
   * Topics that the page shows, references of entities among them. While it is open it is told by server-sent events
   * when something of them changes (`shownChanged`), and fetches itself again. Name nothing that the actor may not see.
   */
  live?: readonly string[]
  /** What the breadcrumb says; the last one is where the reader is. */
  crumbs?: readonly Crumb[]
  /** The Atom feed of what the page shows, named in its head for programs that look for one. */
  feed?: FeedLink
}

export interface FeedLink {
  title: string
  href: string
}

export interface Crumb {
  text: string
  href?: string
}

export interface Reply extends FastifyReply {
  /** Renders a page: its fragment when htmx asked for part of a page, the whole shell otherwise. */
  page<T extends object>(view: string, props: T, options: PageOptions): Promise<FastifyReply>
  /** Renders one partial or swap alone, for an answer that replaces a region. */
  fragment<T extends object>(view: string, props: T, status?: number): Promise<FastifyReply>
}

export interface Call<P, Q, B> {
  params: P
  query: Q
  body: B
  actor: Actor
  use<T>(service: ServiceRef<T>): T
  /** Aborts when the client has gone or the portal stops. */
  signal: AbortSignal
  request: FastifyRequest
}

/** One address of the portal. Exactly one of `permission` and `public: true` is required. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  permission?: string
  public?: true
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType
  /**
   * The body as it came, a `Buffer` of at most so many bytes, whatever its type: for those who check its signature.
   * Takes the place of `body`.
   */
  raw?: { maxBytes: number }
  /** Takes long: only so many such requests are worked on at once, and of one person only so many wait. */
  heavy?: true
  /** Begins to sign somebody in: counted more strictly, by address. */
  signIn?: true
  handler(call: Call<unknown, unknown, unknown>, reply: Reply): unknown
}

type Output<T> = T extends z.ZodType ? z.output<T> : undefined

/** Declares a route; the types of params, query and body follow from their schemas. */
export function route<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  spec: Omit<Route, 'params' | 'query' | 'body' | 'handler'> & {
    params?: P
    query?: Q
    body?: B
    handler(call: Call<Output<P>, Output<Q>, Output<B>>, reply: Reply): unknown
  },
): Route {
  return spec as unknown as Route
}
