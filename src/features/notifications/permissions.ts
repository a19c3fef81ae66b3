import type { PermissionSpec } from '../../api/plugin.ts'

export const permissions = {
  'notifications.read': { on: 'portal', description: 'Read notifications, mark them and choose channels.' },
  'notifications.send': { on: 'portal', description: 'Send notifications to others through the API.' },
  'notifications.admin': {
    on: 'portal',
    description: 'Read what is for administrators, of every source, and how deliveries by mail and webhook are doing.',
  },
} satisfies Record<string, PermissionSpec>

type Names = Record<keyof typeof permissions, true>

declare module '../../api/permission-names.ts' {
  interface PermissionNames extends Names {}
}
