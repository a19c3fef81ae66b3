import type { PermissionSpec } from '../../api/plugin.ts'

export const permissions = {
  'catalog.read': { on: 'entity', description: 'See entities in lists, pages, exports and counts.' },
  'catalog.propose': {
    on: 'entity',
    description: 'Open a pull request with the file of an inferred entity, with the token of the portal.',
  },
  'catalog.refresh': { on: 'portal', description: 'Have a source read again now.' },
  'catalog.register': {
    on: 'portal',
    description:
      'Register addresses of files and repositories as sources, and remove what was registered with all that it defines.',
  },
  'catalog.remove': {
    on: 'portal',
    description:
      'Decide whether entities go that are missing from a source in large numbers, also those one may not see.',
    default: 'catalog.refresh',
  },
  'catalog.sources': {
    on: 'portal',
    description: 'See the sources of the catalog, their state and their errors.',
    reads: true,
  },
} satisfies Record<string, PermissionSpec>

type Names = Record<keyof typeof permissions, true>

declare module '../../api/permission-names.ts' {
  interface PermissionNames extends Names {}
}
