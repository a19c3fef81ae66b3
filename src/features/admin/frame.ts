import type { Crumb, PageOptions } from '../../api/route.ts'

/** The way to a page of the administration. */
export const crumbsTo = (...crumbs: Crumb[]): Crumb[] => [{ text: 'Admin', href: '/admin' }, ...crumbs]

/** The way to a page below the tabs of the administration, and the tabs. */
export const framed = (...crumbs: Crumb[]): Pick<PageOptions, 'crumbs' | 'within'> => ({
  crumbs: crumbsTo(...crumbs),
  within: 'admin',
})
