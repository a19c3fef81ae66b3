import type { Entity } from '../../../api/entity.ts'
import type { Processor } from '../../../api/provider.ts'

/**
 * Adds where an entity comes from, under the names that Backstage gives these annotations. What a file says itself
 * about viewing and editing wins; where it was managed from is not for it to say.
 */
export const annotate: Processor = {
  id: 'annotate',
  prepare(entity, { location, viewUrl, editUrl, folderUrl }) {
    const { annotations: own = {} } = entity.metadata
    const annotations = {
      ...(viewUrl && { 'backstage.io/view-url': viewUrl }),
      ...(editUrl && { 'backstage.io/edit-url': editUrl }),
      ...(folderUrl && { 'backstage.io/source-location': `url:${folderUrl}` }),
      ...harmless(own),
      'backstage.io/managed-by-location': location,
      'backstage.io/managed-by-origin-location': location,
    }
    return { ...entity, metadata: { ...entity.metadata, annotations } } satisfies Entity
  },
}

const rejected = 'https://backstage.io/annotation-rejected-for-security-reasons'

/** Addresses that people click must not run code. The replacement is the one that Backstage's clients know. */
function harmless(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const clicked = ['backstage.io/view-url', 'backstage.io/edit-url']
  return Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [key, clicked.includes(key) && isCode(value) ? rejected : value]),
  )
}

/** As a browser reads a scheme: letter case and white space inside do not count. */
function isCode(address: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that browsers skip.
  return /^(javascript|vbscript|data):/i.test(address.replace(/[\u0000-\u0020]/g, ''))
}
