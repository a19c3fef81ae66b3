import type { Entity } from '../../../api/entity.ts'

/** The annotation of what nobody wrote down. */
export const inferredAnnotation = 'callboard.dev/inferred'

export function isInferred({ metadata }: Entity): boolean {
  return metadata.annotations?.[inferredAnnotation] === 'true'
}

/** A generated file without its marks: what somebody puts into the repository is no longer inferred. */
export function unmarked(text: string): string {
  const mark = new RegExp(`^ {4}${inferredAnnotation.replaceAll('.', '\\.')}: "true"\\n`, 'gm')
  return text.replace(mark, '').replace(/^ {2}annotations:\n(?! {4})/gm, '')
}
