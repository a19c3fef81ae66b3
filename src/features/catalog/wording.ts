import { safeHref } from '../../platform/views/words.ts'
import type { EntityLinkRow } from './views.ts'

const kindIcons: Record<string, string> = {
  component: 'box',
  api: 'plug',
  resource: 'database',
  system: 'boxes',
  domain: 'globe',
  group: 'users',
  user: 'user',
  location: 'map-pin',
  template: 'wand',
  airesource: 'sparkles',
}

const typeIcons: Record<string, string> = {
  'component/website': 'app-window',
  'component/library': 'library',
  'component/documentation': 'book',
  'api/mcp-server': 'sparkles',
  'resource/s3-bucket': 'archive',
  'resource/kubernetes-cluster': 'ship-wheel',
  'resource/queue': 'waypoints',
}

/** The icon of an entity: of its type where that has one, else of its kind. */
export function entityIcon(kind: string, type?: string | null): string {
  const lower = kind.toLowerCase()
  return typeIcons[`${lower}/${type?.toLowerCase()}`] ?? kindIcons[lower] ?? 'box'
}

const linkIcons: Record<string, string> = {
  alert: 'alert',
  catalog: 'box',
  chat: 'chat',
  code: 'code',
  dashboard: 'chart',
  docs: 'book',
  email: 'mail',
  github: 'branch',
  gitlab: 'branch',
  group: 'users',
  help: 'help',
  techdocs: 'book',
  user: 'user',
  warning: 'alert',
  web: 'globe',
  search: 'search',
  scaffolder: 'wand',
}

/** The icon of a link: by the word the file gives (`docs`, `github`, `kind:api`), else that of a link elsewhere. */
export function linkIcon(word: string | undefined): string {
  const lower = word?.toLowerCase() ?? ''
  if (lower.startsWith('kind:')) return entityIcon(lower.slice(5))
  return linkIcons[lower] ?? 'external'
}

/** Links of an entity as rows; those that lead nowhere safe are left out. */
export function linkRows(links: readonly { url: string; title?: string; icon?: string }[]): EntityLinkRow[] {
  return links.flatMap((link) =>
    safeHref(link.url) === null
      ? []
      : [{ title: link.title ?? shortUrl(link.url), url: link.url, icon: linkIcon(link.icon) }],
  )
}

const sentences: Record<string, string> = {
  ownedBy: 'owned by',
  ownerOf: 'owns',
  consumesApi: 'consumes',
  apiConsumedBy: 'consumed by',
  providesApi: 'provides',
  apiProvidedBy: 'provided by',
  dependsOn: 'depends on',
  dependencyOf: 'needed by',
  parentOf: 'parent of',
  childOf: 'part of',
  memberOf: 'member of',
  hasMember: 'has member',
  partOf: 'part of',
  hasPart: 'has part',
}

/** A relation in words, seen from this entity: `dependencyOf` is `needed by`. */
export function relationWords(type: string): string {
  return sentences[type] ?? type.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
}

/** `checkout`, or `payments/checkout` when it is not in the default namespace. */
export function shortName(namespace: string, name: string): string {
  return namespace === 'default' ? name : `${namespace}/${name}`
}

function shortUrl(url: string): string {
  return url.replace(/^[a-z]+:\/*/i, '').replace(/\/$/, '')
}
