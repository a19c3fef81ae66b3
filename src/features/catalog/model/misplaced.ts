import type { Entity, EntityLink, JsonValue, KindSpec } from '../../../api/index.ts'
import { formats } from './formats.ts'
import { isObject } from './json-value.ts'
import type { DocumentProblem } from './problem.ts'

/**
 * Many people write `annotations` and `links` below `spec`, where nothing reads them. What is well formed there is
 * honoured, and said; what `metadata` has itself wins.
 */
export function adoptMisplaced(entity: Entity, kind: KindSpec): { entity: Entity; problems: DocumentProblem[] } {
  const unaffected = { entity, problems: [] }
  // A plugin's own kind may mean something else by these names.
  if (!kind.apiVersions.some((version) => version.startsWith('backstage.io/'))) return unaffected
  const annotations = annotationsIn(entity.spec?.annotations)
  const links = linksIn(entity.spec?.links)
  if (!annotations && !links) return unaffected
  const metadata = { ...entity.metadata }
  const problems: DocumentProblem[] = []
  if (annotations) {
    metadata.annotations = { ...annotations, ...metadata.annotations }
    problems.push(misplaced('annotations'))
  }
  if (links) {
    const known = new Set(metadata.links?.map((link) => link.url))
    metadata.links = [...(metadata.links ?? []), ...links.filter((link) => !known.has(link.url))]
    problems.push(misplaced('links'))
  }
  return { entity: { ...entity, metadata }, problems }
}

function annotationsIn(value: JsonValue | undefined): Record<string, string> | undefined {
  if (!isObject(value)) return undefined
  const legal = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && formats.annotationKey.matches(entry[0]),
  )
  return legal.length > 0 ? Object.fromEntries(legal) : undefined
}

function linksIn(value: JsonValue | undefined): EntityLink[] | undefined {
  if (!Array.isArray(value)) return undefined
  const legal = value.flatMap((link) => {
    if (!isObject(link) || typeof link.url !== 'string' || !formats.linkUrl.matches(link.url)) return []
    const { url, title, icon, type } = link
    const shown = (text: JsonValue | undefined): text is string => typeof text === 'string' && text.trim() !== ''
    return [{ url, ...(shown(title) && { title }), ...(shown(icon) && { icon }), ...(shown(type) && { type }) }]
  })
  return legal.length > 0 ? legal : undefined
}

function misplaced(field: string): DocumentProblem {
  return {
    severity: 'warning',
    code: 'misplaced-field',
    path: ['spec', field],
    at: 'key',
    message: `${field} stands below spec; it was read as if it stood below metadata`,
    hint: `Move ${field} below metadata.`,
  }
}
