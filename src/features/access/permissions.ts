import type { PermissionSpec } from '../../api/plugin.ts'

export const permissions = {
  'access.sessions': {
    on: 'portal',
    description: 'See the own sessions and end them.',
    reads: true,
  },
  'access.password': {
    on: 'portal',
    description: 'Change the own password.',
    reads: true,
  },
  'access.own-tokens': {
    on: 'portal',
    description: 'Make and revoke tokens for oneself, which never may more than oneself.',
    reads: true,
  },
  'access.accounts': { on: 'portal', description: 'See, make, disable and reset the accounts of the portal.' },
  'access.tokens': { on: 'portal', description: 'See and revoke the tokens of everybody, and make some for programs.' },
  'access.permissions': {
    on: 'portal',
    description: 'See every permission with who has it, the rules and roles, and why somebody may do something.',
  },
} satisfies Record<string, PermissionSpec>

type Names = Record<keyof typeof permissions, true>

declare module '../../api/permission-names.ts' {
  interface PermissionNames extends Names {}
}
