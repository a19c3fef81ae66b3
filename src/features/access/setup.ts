import type { FastifyRequest } from 'fastify'
import type { PluginContext } from '../../api/plugin.ts'
import { portalStarted } from '../../api/wiring.ts'
import { type Identify, isLoopback } from '../../platform/auth/identity.ts'
import type { SignIn } from '../../platform/auth/sign-in.ts'
import { configurationFolder } from '../../platform/config/folder.ts'
import { contributionsRef } from '../../platform/contributions.ts'
import { portalAddress } from '../../platform/http/address.ts'
import { portalTitle } from '../../platform/http/page.ts'
import { senderSeam } from '../../platform/http/senders.ts'
import { entityCompanionSeam } from '../../platform/permissions/entities.ts'
import type { Policy } from '../../platform/permissions/policy.ts'
import type { AccessOptions } from './config.ts'
import { administratorsRef, ruleNotesRef, whoRef } from './contract.ts'
import { createIdentify } from './identify.ts'
import { workRef } from './jobs.ts'
import { createSignInPages, signInPagesRef } from './pages.ts'
import { createRulePolicy } from './policy.ts'
import { signingInRef } from './profile.ts'
import type { SignInProvider } from './providers/provider.ts'
import { createProxied } from './proxied.ts'
import { createProxies, type Proxies, proxiesRef } from './proxy.ts'
import { checkRules } from './rules/check.ts'
import { createRuleNotes } from './rules/notes.ts'
import { rulesRef } from './rules/ref.ts'
import type { Rule } from './rules/rule.ts'
import { createOwnSessions, ownSessionsRef } from './session-service.ts'
import { createSessions, type Sessions, sessionsRef } from './sessions.ts'
import { createSigningIn } from './signing-in.ts'
import { createThrottle } from './throttle.ts'
import { createPeople, type People } from './who.ts'

/** What the portal plugs in, and what the ways to sign in need. */
export interface Access {
  identify: Identify
  policy: Policy
  signIn: SignIn
  people: People
  sessions: Sessions
  proxies: Proxies
}

/** Refusals from one address that the audit keeps, in a minute. */
const keptRefusals = { most: 30, every: 60_000 }

/** Puts sign-in together, without the ways to it. */
export function setUp(ctx: PluginContext, options: AccessOptions, ways: readonly SignInProvider[]): Access {
  const isSecure = ctx.use(portalAddress).startsWith('https:')
  const throttle = createThrottle({ ...keptRefusals, now: ctx.now })
  const refused = (request: FastifyRequest, reason: string) =>
    signingIn.refusedLater(request, { provider: 'proxy', reason })
  const proxies = createProxies(options.proxy, refused)
  const sessions = createSessions(ctx, options.sessions, isSecure, (request) =>
    signingIn.refusedLater(request, { provider: 'session', reason: 'unknown cookie' }),
  )
  const people = createPeople(ctx, options, new Set(ways.filter(({ worldwide }) => worldwide).map(({ id }) => id)))
  const titles: Record<string, string> = { local: 'The portal', proxy: 'The proxy' }
  const titleOf = (provider: string) => ways.find(({ id }) => id === provider)?.title ?? titles[provider] ?? provider
  const signingIn = createSigningIn({ ctx, proxies, sessions, people, throttle, titleOf })
  const proxied = createProxied({ ctx, proxies, people, signingIn })
  const isOpen = () => options.guest && !people.exist()
  const policy = setUpRules(ctx, options, isOpen)
  ctx.provide(whoRef, people)
  ctx.provide(administratorsRef, people)
  ctx.provide(proxiesRef, proxies)
  ctx.provide(senderSeam, (request) => proxies.addressOf(request))
  ctx.provide(sessionsRef, sessions)
  ctx.provide(ownSessionsRef, createOwnSessions(ctx, { sessions, people }))
  ctx.provide(signingInRef, signingIn)
  ctx.provide(workRef, sessions)
  const pages = { title: ctx.use(portalTitle), providers: ways, local: options.local, proxied: Boolean(options.proxy) }
  ctx.provide(signInPagesRef, createSignInPages(pages))
  ctx.on(portalStarted, () => {
    if (isSecure || options.guest || isLoopback(new URL(ctx.use(portalAddress)).hostname)) return
    ctx.log.warn(
      'The address is not https: cookies of sessions are sent in the clear. Put TLS in front and set baseUrl',
    )
  })
  return {
    people,
    sessions,
    proxies,
    identify: createIdentify({ ctx, proxied, sessions, people, isOpen }),
    policy,
    signIn: {
      guest: options.guest,
      isOpen,
      sessionOf: sessions.keyOf,
      href: (to, isOut) => `/sign-in?${isOut ? 'out=1&' : ''}to=${encodeURIComponent(to)}`,
      otherHref: (to) =>
        options.local || ways.length > 0 ? `/sign-in?other=1&to=${encodeURIComponent(to)}` : undefined,
      menu: (request) => ({
        ...(sessions.of(request)
          ? { signOut: '/sign-out' }
          : request.actor?.kind === 'guest' && { signIn: '/sign-in' }),
      }),
    },
  }
}

function setUpRules(ctx: PluginContext, options: AccessOptions, isOpen: () => boolean): Policy {
  const { roles, preset } = options
  const rules = options.rules as unknown as readonly Rule[]
  const { permissions, kinds } = ctx.use(contributionsRef)
  const folder = configurationFolder()
  checkRules({ rules, roles, permissions, kinds: kinds.map(({ spec }) => spec.kind), folder })
  const policy = createRulePolicy(ctx, { rules, roles, preset, permissions, isOpen, folder })
  const notes = createRuleNotes(ctx, policy.book, folder)
  ctx.provide(entityCompanionSeam, policy.matches)
  ctx.provide(rulesRef, { book: policy.book, explain: policy.explain })
  ctx.provide(ruleNotesRef, notes.list)
  return policy
}
