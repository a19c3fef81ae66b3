import type { PermissionSpec } from '../../api/plugin.ts'

export const permissions: Record<string, PermissionSpec> = {
  'access.sessions': {
    on: 'portal',
    description: 'See the own sessions and end them.',
    reads: true,
  },
}
