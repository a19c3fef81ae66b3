import type { Change } from './model/changes.ts'

/** What became of an entity: a change as people tell it. */
export const changeEvents = ['created', 'updated', 'orphaned', 'returned', 'removed'] as const
export type ChangeEvent = (typeof changeEvents)[number]

/** `Added`, as a filter names it. */
export const eventTitles: Record<ChangeEvent, string> = {
  created: 'Added',
  updated: 'Changed',
  orphaned: 'Orphaned',
  returned: 'Defined again',
  removed: 'Removed',
}

const eventSentences: Record<ChangeEvent, string> = {
  created: 'Added',
  updated: 'Changed',
  orphaned: 'No file defines it any more',
  returned: 'A file defines it again',
  removed: 'Removed',
}

const orphanMark = '/metadata/annotations/backstage.io~1orphan'

interface Told {
  action: string
  /** JSON of the fields that changed. */
  fields: string | null
}

export function fieldsOf({ fields }: Pick<Told, 'fields'>): Change[] {
  return fields === null ? [] : (JSON.parse(fields) as Change[])
}

/** An orphan is marked by an annotation of the portal's own; its coming and going is an event, not a field. */
export function eventOf(told: Told): ChangeEvent {
  if (told.action !== 'updated') return told.action === 'created' ? 'created' : 'removed'
  const mark = fieldsOf(told).find(({ path }) => path === orphanMark)
  if (!mark) return 'updated'
  return mark.after === 'true' ? 'orphaned' : 'returned'
}

/** The fields that people see changed. */
export function shownFields(told: Told): Change[] {
  return fieldsOf(told).filter(({ path }) => path !== orphanMark)
}

/** `Tags and owner changed`, as short as it can be told. */
export function changeWords(told: Told): string {
  const event = eventOf(told)
  if (event !== 'updated') return eventSentences[event]
  const names = [...new Set(fieldsOf(told).map(({ path }) => shortField(path)))]
  const [first, second, ...more] = names
  if (first === undefined) return eventSentences.updated
  const named =
    second === undefined
      ? first
      : more.length === 0
        ? `${first} and ${second}`
        : `${first}, ${second} and ${more.length} more`
  return `${capital(named)} changed`
}

/** Why the catalog did something by itself, where it says so in place of a revision. */
export function reasonOf(revision: string | null): string | null {
  if (revision === 'swept') return 'nothing had defined it for as long as orphans are kept'
  return revision === 'removed from the configuration' ? 'its source is no longer configured' : null
}

/** `/spec/dependsOn/2` is `Depends on, item 3`; `/metadata/annotations/acme.dev~1tier` is `Annotation acme.dev/tier`. */
export function fieldTitle(pointer: string): string {
  const [root = '', ...rest] = segments(pointer)
  if (rest.length === 0) return capital(words(root))
  const [field = '', ...deeper] = rest
  const keyed = { annotations: 'Annotation', labels: 'Label' }[field]
  if (root === 'metadata' && keyed && deeper.length > 0) return `${keyed} ${deeper.join('/')}`
  const parts = deeper.map((part) => (/^\d+$/.test(part) ? `item ${Number(part) + 1}` : words(part)))
  return capital([words(field), ...parts].join(', '))
}

/** `spec.dependsOn[2]`, as one would write it. */
export function fieldPath(pointer: string): string {
  return segments(pointer)
    .map((part, at) => (/^\d+$/.test(part) ? `[${part}]` : at === 0 ? part : `.${part}`))
    .join('')
}

/** `/metadata/tags/2` is `tags`, an annotation its key. */
function shortField(pointer: string): string {
  const [root, field, key] = segments(pointer)
  if (field === 'annotations' || field === 'labels') return key ?? field
  return words(field ?? root ?? 'entity')
}

function segments(pointer: string): string[] {
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** `dependsOn` is `depends on`; what is not in camel case stays. */
function words(key: string): string {
  return /^[a-z]+(?:[A-Z][a-z]*)+$/.test(key) ? key.replace(/[A-Z]+/g, (sign) => ` ${sign.toLowerCase()}`) : key
}

const capital = (text: string) => text.charAt(0).toLocaleUpperCase('en') + text.slice(1)
