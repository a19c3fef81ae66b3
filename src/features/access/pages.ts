import type { FastifyReply } from 'fastify'
import type { Reply } from '../../api/route.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import type { SignInProvider } from './providers/provider.ts'
import type { SignInPage, SignInState } from './views.ts'

export interface SignInPages {
  /** Where somebody who wants to go on to `to` is sent right away; undefined where there is something to choose. */
  straightTo(to: string): string | undefined
  /** The sign-in page, also again after something went wrong: then with the problem and status 422 or 429. */
  show(reply: Reply, state: SignInState, status?: number): Promise<FastifyReply>
}

/** For whoever takes the form of local accounts. */
export const signInPagesRef: ServiceRef<SignInPages> = serviceRef('access.sign-in-pages')

export interface SignInPagesHost {
  title: string
  providers: readonly SignInProvider[]
  local: boolean
  proxied: boolean
}

export function createSignInPages({ title, providers, local, proxied }: SignInPagesHost): SignInPages {
  const startOf = ({ id }: SignInProvider, to: string, other = '') =>
    `/auth/${id}/start?to=${encodeURIComponent(to)}${other}`

  return {
    straightTo(to) {
      const [only, ...others] = providers
      return only && others.length === 0 && !local ? startOf(only, to) : undefined
    },

    show(reply, { to, name = '', problem, isOut = false, isOther = false }, status = 200) {
      const props: SignInPage = {
        portalTitle: title,
        ways: providers.map((provider) => ({
          title: provider.title,
          icon: provider.icon,
          href: startOf(provider, to, isOther ? '&other=1' : ''),
        })),
        form: local ? { to, name, focus: name === '' ? 'name' : 'password' } : null,
        problem: problem ?? null,
        isOut,
        isProxied: proxied,
      }
      return reply.page('access/sign-in', props, { title: 'Sign in', alone: true, status })
    },
  }
}
