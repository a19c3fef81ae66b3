import { fileURLToPath } from 'node:url'
import type { z } from 'zod'
import { definePlugin, type Plugin } from '../../api/plugin.ts'
import { identitySeam } from '../../platform/auth/identity.ts'
import { signInSeam } from '../../platform/auth/sign-in.ts'
import { policySeam } from '../../platform/permissions/policy.ts'
import { accountParts, setUpAccounts } from './accounts/setup.ts'
import { AccessOptions } from './config.ts'
import { explainParts, setUpExplain } from './explain/setup.ts'
import { createFlows, flowsRef } from './flow.ts'
import { flowRoutes } from './flow-routes.ts'
import { jobs } from './jobs.ts'
import { permissions } from './permissions.ts'
import type { SignInProvider } from './providers/provider.ts'
import { routes } from './routes.ts'
import type { Member, Rule } from './rules/rule.ts'
import { sections } from './sections.ts'
import { setUp } from './setup.ts'
import { setUpTokens, tokenParts } from './tokens/setup.ts'

export { checkAccess } from './checkup.ts'
export { type Addressee, allow, deny, type Member, type Rule, type RuleOptions, type Where } from './rules/rule.ts'

const folder = (name: string) => fileURLToPath(new URL(`../../../${name}/access`, import.meta.url))

/** Options of `access()`. Falsy providers and rules drop out. */
export type AccessInput = Omit<z.input<typeof AccessOptions>, 'providers' | 'roles' | 'rules'> & {
  providers?: readonly (SignInProvider | false | null | undefined | '')[]
  roles?: Readonly<Record<string, readonly Member[]>>
  rules?: readonly (Rule | false | null | undefined | '')[]
}

/** Who is there, and who may do what: sign-in, sessions, tokens, permissions. */
export const access = ({ providers = [], rules = [], ...given }: AccessInput = {}): Plugin => {
  const ways = providers.filter((provider) => Boolean(provider)) as SignInProvider[]
  const options = AccessOptions.parse({ ...given, providers: ways, rules: rules.filter((rule) => Boolean(rule)) })
  const parts = [...(options.local ? [accountParts] : []), tokenParts, explainParts]
  return definePlugin({
    name: 'access',
    apiVersion: 1,
    options: { ...options, providers: ways.map(({ id, options: own }) => ({ id, ...own })) },
    permissions,
    routes: [...routes, ...flowRoutes, ...parts.flatMap(({ routes }) => routes)],
    settings: [...sections, ...parts.flatMap(({ settings }) => settings)],
    jobs,
    nav: parts.flatMap(({ nav }) => nav),
    commands: parts.flatMap(({ commands }) => commands),
    tables: { migrations: folder('migrations') },
    views: folder('views'),
    setup(ctx) {
      const { identify, policy, signIn, ...people } = setUp(ctx, options, ways)
      ctx.provide(identitySeam, identify)
      ctx.provide(policySeam, policy)
      ctx.provide(signInSeam, signIn)
      if (options.local) setUpAccounts(ctx, people)
      for (const more of [setUpTokens, setUpExplain]) more(ctx, people)
      ctx.provide(flowsRef, createFlows(ctx, ways))
    },
  })
}
