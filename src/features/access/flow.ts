import { createHash, randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { PortalError } from '../../api/errors.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { originOf, portalAddress } from '../../platform/http/address.ts'
import { cookieOf } from '../../platform/http/cookies.ts'
import { ownPath } from '../../platform/http/preferences.ts'
import { quoted, type Refused, refusedPage } from './flow-page.ts'
import { signInPagesRef } from './pages.ts'
import { type Profile, signingInRef } from './profile.ts'
import type { Beginning, OpenProvider, SignInProvider } from './providers/provider.ts'
import { Unproven } from './providers/unproven.ts'
import { sessionsRef } from './sessions.ts'
import { type FlowRow, insertFlow, takeFlow } from './store/flows.ts'

/** Where the browser goes on, and what it keeps. */
export interface Sent {
  location: string
  cookies: string[]
}

/** Where to afterwards, and whether as somebody else than the last time. */
export interface Going {
  to: string | undefined
  other: boolean
}

export type FlowAnswer = { sent: Sent } | { refused: Refused }

/** Signing in through another system: there, and back again. */
export interface Flows {
  /** Sends a browser to a provider. Nothing is written but what its answer is held against. */
  begin(request: FastifyRequest, way: string, going: Going): Promise<FlowAnswer>
  /** Takes what the browser brings back. It works once, however it ends. */
  finish(request: FastifyRequest, way: string, signal: AbortSignal): Promise<FlowAnswer>
}

export const flowsRef: ServiceRef<Flows> = serviceRef('access.flows')

const lifetime = 10 * 60_000
/** So long it is remembered that one was too late. */
const remembered = 60 * 60_000
/** Ways that have begun and not ended: more than a large organisation begins in ten minutes. */
const most = 20_000

interface Way {
  id: string
  title: string
  callback: 'own' | 'backstage'
  /** Opened with the first sign-in. */
  provider(): OpenProvider
}

export function createFlows(ctx: PluginContext, providers: readonly SignInProvider[]): Flows {
  const baseUrl = ctx.use(portalAddress)
  const isSecure = baseUrl.startsWith('https:')
  const cookieName = isSecure ? '__Host-callboard-flow' : 'callboard-flow'
  const ways = new Map<string, Way>()
  for (const { id, title, callback = 'own', open } of providers) {
    let opened: OpenProvider | undefined
    const provider = () => {
      opened ??= open({ ctx, baseUrl })
      return opened
    }
    ways.set(id, { id, title, callback, provider })
  }

  return {
    async begin(request, id, { to, other }) {
      const way = ways.get(id)
      if (!way) return noSuchWay(request, id)
      const asked = await attempt(request, way, '/', async () => wantedPath(to))
      if ('refused' in asked) return asked
      const { done: wanted } = asked
      const begun = await attempt(request, way, wanted, () => send(request, way, { wanted, other }))
      return 'refused' in begun ? begun : { sent: begun.done }
    },

    async finish(request, id, signal) {
      const way = ways.get(id)
      if (!way) return noSuchWay(request, id)
      const answer = new URL(request.url, baseUrl)
      const row = await taken(answer)
      const wanted = row?.provider === id ? row.wanted : '/'
      const proven = await attempt(request, way, wanted, () => profileOf(request, way, { row, answer, signal }))
      if ('refused' in proven) return proven
      return enter(request, way, proven.done, wanted)
    },
  }

  async function send(
    request: FastifyRequest,
    { id, callback, provider }: Way,
    { wanted, other }: { wanted: string; other: boolean },
  ): Promise<Sent> {
    const kept = cookieOf(request, cookieName)
    // Two tabs may sign in at once, so one browser keeps its name.
    const browser = kept !== undefined && isRandom(kept) ? kept : random()
    const path = callback === 'backstage' ? `/api/auth/${id}/handler/frame` : `/auth/${id}/callback`
    const redirectUri = originOf(request, ctx.use) + path
    const beginning: Beginning = { state: random(), nonce: random(), verifier: random(), redirectUri }
    const location = await provider().address({ ...beginning, other })
    const now = ctx.now()
    const row: FlowRow = {
      hash: digest(beginning.state),
      provider: id,
      browser: digest(browser),
      verifier: beginning.verifier,
      nonce: beginning.nonce,
      wanted,
      callback: redirectUri,
      createdAt: now,
      expiresAt: new Date(now.getTime() + lifetime),
    }
    const before = new Date(now.getTime() - remembered)
    if (!(await ctx.db.write((tx) => insertFlow(tx, row, { most, before })))) throw tooMany()
    const attributes = `Path=/; Max-Age=${lifetime / 1000}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
    return { location, cookies: [`${cookieName}=${browser}; ${attributes}`] }
  }

  async function taken({ searchParams }: URL): Promise<FlowRow | undefined> {
    const [state, ...more] = searchParams.getAll('state')
    if (state === undefined || more.length > 0 || !isRandom(state)) return undefined
    return ctx.db.write((tx) => takeFlow(tx, digest(state)))
  }

  async function profileOf(
    request: FastifyRequest,
    { id, title, provider }: Way,
    { row, answer, signal }: { row: FlowRow | undefined; answer: URL; signal: AbortSignal },
  ): Promise<Profile> {
    const state = answer.searchParams.get('state')
    if (!state) throw unknown('no state')
    if (!row) throw unknown('unknown state')
    if (row.provider !== id || !isAddressOf(row.callback, answer)) throw unknown('state of another way')
    const browser = cookieOf(request, cookieName)
    if (browser === undefined || digest(browser) !== row.browser) throw otherBrowser(title)
    if (row.expiresAt <= ctx.now()) throw tooLate()
    const error = answer.searchParams.get('error')
    if (error) throw declined(title, error, answer.searchParams.get('error_description'))
    if (!answer.searchParams.get('code')) throw unknown('no code')
    const redeemed = new URL(row.callback)
    redeemed.search = answer.search
    const { nonce, verifier, callback: redirectUri } = row
    return provider().profile(redeemed, { state, nonce: nonce ?? '', verifier, redirectUri }, signal)
  }

  /** Runs a step. What it refuses is in the audit, and told. */
  async function attempt<T>(
    request: FastifyRequest,
    way: Way,
    wanted: string,
    step: () => Promise<T>,
  ): Promise<{ done: T } | { refused: Refused }> {
    try {
      return { done: await step() }
    } catch (error) {
      if (!(error instanceof PortalError)) throw error
      const { reason, who } = error instanceof Unproven ? error : { reason: error.message, who: undefined }
      if (error.code === 'upstream') ctx.log.warn({ err: error, provider: way.id }, `Sign-in: ${error.message}`)
      const refusal = { provider: way.id, reason, ...(who !== undefined && { who }) }
      await ctx.use(signingInRef).refused(request, refusal)
      return refuse(request, way, wanted, error)
    }
  }

  async function enter(request: FastifyRequest, way: Way, profile: Profile, wanted: string): Promise<FlowAnswer> {
    try {
      const { cookies } = await ctx.use(signingInRef).signIn(request, profile)
      return { sent: { location: wanted, cookies } }
    } catch (error) {
      // Whoever keeps the sessions has written it down already.
      if (!(error instanceof PortalError)) throw error
      return refuse(request, way, wanted, error)
    }
  }

  async function noSuchWay(request: FastifyRequest, id: string): Promise<FlowAnswer> {
    const error = new PortalError('not_found', `This portal has no way to sign in called ${quoted(id)}`, {
      hint: 'Choose one of those that it has.',
    })
    return refuse(request, undefined, '/', error)
  }

  function refuse(request: FastifyRequest, way: Way | undefined, wanted: string, error: PortalError) {
    const alone = ctx.use(signInPagesRef).straightTo(wanted) !== undefined
    const signedIn = ctx.use(sessionsRef).of(request) !== undefined
    return { refused: refusedPage({ error, way, wanted, alone, signedIn, requestId: request.id }) }
  }
}

/** 256 bits: `state`, `nonce`, PKCE's verifier, the name of a browser. */
const random = () => randomBytes(32).toString('base64url')
const isRandom = (text: string) => /^[\w-]{43}$/.test(text)
const digest = (text: string) => createHash('sha256').update(text).digest('hex')

/** Where to go afterwards. What begins or ends a sign-in would lead in a circle. */
function wantedPath(to: string | undefined): string {
  const path = ownPath(to ?? '/')
  return /^\/(auth|api\/auth|sign-in|sign-out)(\/|\?|$)/.test(path) ? '/' : path
}

function isAddressOf(callback: string, { pathname }: URL): boolean {
  return new URL(callback).pathname === pathname.replace(/\/$/, '')
}

function unknown(reason: string): Unproven {
  return new Unproven(reason, 'This answer belongs to no sign-in that has begun here', {
    hint: 'Each works once: an address from the history or from somebody else does not. Sign in again.',
  })
}

function otherBrowser(title: string): Unproven {
  return new Unproven('state of another browser', 'This sign-in began in another browser, or its cookie is gone', {
    hint: `Sign in with ${title} again. If it stays, allow cookies for this address.`,
  })
}

function tooLate(): Unproven {
  return new Unproven('too late', 'This sign-in took longer than ten minutes', { hint: 'Sign in again.' })
}

function declined(title: string, error: string, description: string | null): PortalError {
  const said = quoted(description || error)
  if (error === 'access_denied') {
    return new Unproven('access_denied', `The sign-in was stopped at ${title}, which says ${said}`, {
      hint: 'Sign in again if that was not meant.',
    })
  }
  const isOutage = error === 'server_error' || error === 'temporarily_unavailable'
  const code = isOutage ? 'upstream' : 'forbidden'
  const hint = isOutage
    ? 'Try again in a moment.'
    : 'Sign in again. If it stays, whoever runs the portal compares its options with what is registered there.'
  return new PortalError(code, `${title} refuses the sign-in and says ${said}`, { hint })
}

function tooMany(): PortalError {
  return new PortalError('rate_limited', 'Too many sign-ins have begun in the last minutes', {
    hint: 'Try again in ten minutes.',
  })
}
