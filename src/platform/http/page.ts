import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../../api/actor.ts'
import type { NavItem } from '../../api/plugin.ts'
import { entityPath, parseRef } from '../../api/ref.ts'
import type { PageOptions } from '../../api/route.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { anonymous } from '../auth/identity.ts'
import type { SignIn } from '../auth/sign-in.ts'
import type { Contributed, Contributions } from '../contributions.ts'
import type { Live } from '../live/live.ts'
import type { Policy } from '../permissions/policy.ts'
import type { Assets } from '../views/assets.ts'
import type { Views } from '../views/engine.ts'
import { type Frame, initialsOf, type NavLink, type Shell, type TabLink } from '../views/shell.ts'
import type { Bell } from './bell.ts'
import { lookOf } from './look.ts'
import { StablePages } from './stable-pages.ts'
import { pageValidator } from './validator.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends it; `undefined` while nobody is signed in. */
    actor: Actor | undefined
    /** Where changes stood when it came: what it is answered with is at least as new. */
    liveSince: string
  }
}

/** The name of the portal, as its configuration gives it. */
export const portalTitle: ServiceRef<string> = serviceRef('platform.title')

export interface PageHost {
  views: Views
  assets: Assets
  title: string
  version: string
  nav: readonly Contributed<NavItem>[]
  permissions: Contributions['permissions']
  policy: Policy
  live: Live
  now: () => Date
  bell: Bell | undefined
  /** Where people sign in and out; absent where nobody can. */
  signIn: SignIn | undefined
  /** What is said at the top of every page now, if anything must be. */
  notice(): string | undefined
}

/** Gives every reply `page` and `fragment`. */
export function renderPages(app: FastifyInstance, host: PageHost): void {
  const stable = new StablePages(host.now)
  app.decorateRequest('liveSince', '')
  app.addHook('onRequest', async (request) => {
    request.liveSince = host.live.position
  })
  app.decorateReply('page', async function page(this: FastifyReply, view: string, props: object, options: PageOptions) {
    const shell = await shellOf(host, this.request, options)
    const layout = isPartial(this.request) ? 'fragment' : options.alone || !this.request.actor ? 'plain' : 'page'
    const reply = this.code(options.status ?? 200)
    const frame: Frame = { layout, shell, ...(options.within && { within: options.within }) }
    const topics = liveAddress(host, this.request, options)
    const live = topics && `${topics}&since=${this.request.liveSince}`
    const render = () => host.views.render(view, props, { ...frame, ...(live && { live }) })
    const html = options.stable === undefined ? render() : stable.get(render, [view, options.stable, frame, topics])
    return live && layout === 'fragment' ? sendAgain(reply, html, live) : sendHtml(reply, html)
  })
  app.decorateReply('fragment', async function fragment(this: FastifyReply, view: string, props: object, status = 200) {
    return sendHtml(this.code(status), host.views.render(view, props, undefined, lookOf(this.request).zone))
  })
}

/** Where the page hears of what it shows, for those who may. */
function liveAddress(host: PageHost, { actor }: FastifyRequest, { live: topics }: PageOptions) {
  const { live, policy } = host
  if (!topics?.length || !actor || !policy.check(actor, 'live.read').allow) return undefined
  const ofBell = bellFor(host, actor)?.liveTopics(actor) ?? []
  return live.address(actor, [...new Set([...topics, ...ofBell])])
}

/** A page that fetches itself again is often as it was. */
function sendAgain(reply: FastifyReply, html: string | Buffer, live: string): FastifyReply {
  const etag = pageValidator(html.toString())
  reply.header('callboard-live', live).header('etag', etag)
  if (reply.statusCode !== 200 || reply.request.headers['if-none-match'] !== etag) return sendHtml(reply, html)
  return reply.code(304).headers(ofPages).send()
}

/** Whether htmx asked for a part of the page. A restored history entry has no such header and gets the whole page. */
function isPartial(request: FastifyRequest): boolean {
  return request.headers['hx-request-type'] === 'partial'
}

/** Whether an open page fetches itself again; the numbers in the navigation are to be right as well. */
function isAgain(request: FastifyRequest): boolean {
  return request.headers['callboard-live'] === 'again'
}

function sendHtml(reply: FastifyReply, html: string | Buffer): FastifyReply {
  reply.header('content-type', 'text/html; charset=utf-8')
  reply.headers(ofPages)
  // What answers a form may show what is shown once: a token, a link.
  if (reply.request.method === 'POST') reply.header('cache-control', 'no-store')
  return reply.send(html)
}

const ofPages = { vary: 'HX-Request, HX-Request-Type, Cookie', 'cache-control': 'private, no-cache' }

async function shellOf(host: PageHost, request: FastifyRequest, options: PageOptions): Promise<Shell> {
  const actor = request.actor ?? anonymous
  const path = request.url.split('?', 1)[0] ?? '/'
  // Who is not signed in, or was refused before it was known who it is, learns nothing of what there is.
  const isBare = isPartial(request) && !isAgain(request)
  const nav = isBare || !request.actor ? [] : await navigation(host, actor, path)
  const bell = isBare || !request.actor ? undefined : bellFor(host, actor)
  return {
    title: options.title,
    portalTitle: host.title,
    nav,
    crumbs: options.crumbs ?? [],
    ...(options.within === 'admin' && { tabs: adminTabs(host, actor, path) }),
    ...(options.feed && { feed: options.feed }),
    ...(bell && { bell: { href: bell.href, unread: bell.unread(actor) } }),
    actor: { name: actor.name, initials: initialsOf(actor.name), ...menuOf(host, request) },
    guestBanner: host.notice() ?? null,
    ...lookOf(request),
    assets: host.assets.urls,
    ...(maySearch(host, actor) && { search: { action: '/search', name: 'query', value: '', placeholder: 'Search' } }),
    path: options.path ?? request.url,
    version: host.version,
  }
}

/** What the person's menu leads to. */
function menuOf({ signIn }: PageHost, request: FastifyRequest): Omit<Shell['actor'], 'name' | 'initials'> {
  const { ref } = request.actor ?? {}
  return { ...(ref !== undefined && { href: entityPath(parseRef(ref)) }), ...signIn?.menu(request) }
}

/** The bell, for who may read what it tells of. */
function bellFor({ bell, policy }: PageHost, actor: Actor): Bell | undefined {
  return bell && policy.check(actor, bell.permission).allow ? bell : undefined
}

async function navigation(host: PageHost, actor: Actor, path: string): Promise<NavLink[]> {
  const shown = host.nav.filter(({ spec }) => spec.group !== 'palette' && spec.group !== 'admin')
  const allowed = shown.filter(({ spec }) => mayFollow(host, actor, spec.permission))
  const current = currentHref(allowed, path)
  return Promise.all(
    allowed.map(async (item) => ({
      id: item.id,
      title: item.spec.title,
      href: item.spec.href,
      icon: item.spec.icon,
      group: item.spec.group === 'more' || item.spec.group === 'end' ? item.spec.group : 'main',
      count: (await countOf(item, actor)) ?? null,
      current: item.spec.href === current,
    })),
  )
}

/** The pages of the administration that the actor may open; the one that all others lie below comes first. */
function adminTabs(host: PageHost, actor: Actor, path: string): TabLink[] {
  const allowed = host.nav.filter(({ spec }) => spec.group === 'admin' && mayFollow(host, actor, spec.permission))
  const leads = ({ spec }: Contributed<NavItem>) => Number(allowed.every((one) => one.spec.href.startsWith(spec.href)))
  const tabs = allowed.toSorted((a, b) => leads(b) - leads(a))
  const current = currentHref(tabs, path)
  return tabs.map(({ id, spec: { title, href } }) => ({ id, title, href, current: href === current }))
}

/** Of the items whose address the path begins with, the one that says most. */
function currentHref(items: readonly Contributed<NavItem>[], path: string): string | undefined {
  const hrefs = items.map(({ spec }) => spec.href)
  const leading = hrefs.filter((href) => path === href || (href !== '/' && path.startsWith(`${href}/`)))
  return leading.sort((a, b) => b.length - a.length)[0]
}

const maySearch = (host: PageHost, actor: Actor) =>
  !host.permissions.has('search.read') || mayFollow(host, actor, 'search.read')

/** As routes decide it: on the portal by the policy's answer, on entities by whether there can be any. */
function mayFollow({ policy, permissions }: PageHost, actor: Actor, permission: string): boolean {
  if (permissions.get(permission)?.on === 'entity') return policy.scope(actor, permission).kind !== 'none'
  return policy.check(actor, permission).allow
}

/** A count that cannot be had is left out: navigation never takes a page down with it. */
async function countOf({ spec, ctx }: Contributed<NavItem>, actor: Actor): Promise<number | undefined> {
  if (!spec.count) return undefined
  try {
    return await spec.count({ actor, ctx })
  } catch (error) {
    ctx.log.warn({ err: error, nav: spec.id }, 'The number beside a navigation item could not be read')
    return undefined
  }
}
