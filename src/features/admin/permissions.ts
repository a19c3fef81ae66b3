import type { PermissionSpec } from '../../api/plugin.ts'

export const permissions = {
  'admin.overview': { on: 'portal', description: 'Open the administration, and see there what needs attention.' },
  'admin.plugins': {
    on: 'portal',
    description: 'See the plugins with what they contribute and their options, without secrets.',
  },
  'admin.jobs': {
    on: 'portal',
    description:
      'See jobs with their payloads and errors, also of what one may not see; start scheduled ones, try failed ones again, cancel waiting ones.',
  },
  'admin.audit': {
    on: 'portal',
    description: 'Read the audit: who did what, from where, and who was refused, also on what one may not see.',
  },
  'admin.config': {
    on: 'portal',
    description: 'Read the configuration of the portal, without secrets: its rules name what they hide.',
  },
  'admin.about': { on: 'portal', description: 'See versions, sizes and figures of this portal.' },
  'admin.gallery': { on: 'portal', description: 'See the gallery of views.' },
} satisfies Record<string, PermissionSpec>

type Names = Record<keyof typeof permissions, true>

declare module '../../api/permission-names.ts' {
  interface PermissionNames extends Names {}
}
