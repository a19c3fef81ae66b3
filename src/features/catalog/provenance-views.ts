import { type EntityRef, entityPath, parseRef } from '../../api/ref.ts'
import type { Commit } from '../../api/source-tree.ts'
import { type DocumentPath, pathText, valueAt } from './model/json-value.ts'
import { isBeside } from './places.ts'
import type { FileOrigin, Origin, RelationOrigin, Stated } from './provenance.ts'
import type { Provenance } from './views.ts'

/** `catalog/_fields`: every field of an entity with its origin. */
export interface FieldsView {
  groups: readonly FieldGroup[]
  /** How many more fields there are than are shown. */
  more: number
}

/** The fields that one file states, or that one part of the portal added. */
export interface FieldGroup {
  id: string
  icon: string
  /** `cart/catalog-info.yaml`, `Added by the portal`. */
  title: string
  /** Where the file can be read; null where it is no file. */
  href: string | null
  /** The entity whose file it is, where it is another one. */
  entity: { title: string; href: string } | null
  commit: { id: string; author: string; at: number } | null
  /** What there is to know about lines of this file. */
  note: string | null
  rows: readonly FieldRow[]
}

export interface FieldRow {
  /** `spec.dependsOn[2]`. */
  path: string
  /** Shortened where it is long. */
  value: string
  from: Provenance
}

/** Where it was read what the header of an entity says. */
export type HeadOrigins = Record<
  'kind' | 'name' | 'title' | 'description' | 'type' | 'lifecycle' | 'owner',
  Provenance | null
>

/** What is needed to make words and links of an origin. */
export interface OriginWords {
  /** The entity on whose page it is told. */
  ref: string
  viewUrl(sourceId: string, file: string, line?: number): string | undefined
  commit(sourceId: string, file: string): Commit | undefined
}

/** The mark beside a field. */
export function provenanceOf(origin: Origin, words: OriginWords): Provenance {
  if (origin.by === 'portal' && origin.what === 'relation' && origin.of) return relationMark(origin.of, words)
  if (origin.by === 'file') {
    if (origin.inferred) {
      const { text, rule } = origin.inferred
      return { text, title: `Inferred: ${rule}`, href: fileHref(followed(origin), words) }
    }
    const name = origin.file.split('/').at(-1) ?? origin.file
    const text = origin.line === null ? name : `${name}:${origin.line}`
    return { text, title: fileTitle(origin, words), href: fileHref(origin, words) }
  }
  const { text, title, group } = addition(origin)
  return { text, title, href: `${fieldsPath(words.ref)}#catalog-fields-${group}` }
}

/** The table of every field of an entity. */
export function fieldsPath(ref: string): string {
  return `${entityPath(parseRef(ref))}/source?form=fields`
}

export interface ToldField {
  path: DocumentPath
  origin: Origin
}

/** Fields in the order of their lines, those of the entity's own file first, what the portal added last. */
export function fieldGroups(fields: readonly ToldField[], document: object, words: OriginWords): FieldGroup[] {
  const groups = new Map<string, { group: FieldGroup; rows: { line: number; row: FieldRow }[] }>()
  for (const { path, origin } of fields) {
    const said = statedIn(origin)
    const stated = said?.by === 'file' ? followed(said) : said
    const group = stated?.by === 'file' ? fileGroup(stated, words) : addedGroup(stated ?? origin)
    const value = path[0] === 'relations' ? relationText(document, path) : shortened(valueAt(document as never, path))
    const line = stated?.by === 'file' ? (stated.line ?? Number.MAX_SAFE_INTEGER) : 0
    const known = groups.get(group.id) ?? { group, rows: [] }
    // A file that speaks of several entities is nobody's own.
    if (known.group.entity?.href !== group.entity?.href) known.group = { ...known.group, entity: null }
    known.rows.push({ line, row: { path: pathText(path), value, from: provenanceOf(origin, words) } })
    groups.set(group.id, known)
  }
  // Sorting is stable: the entity's own file was the first to be named.
  const ranked = [...groups.values()].sort((a, b) => rankOf(a.group) - rankOf(b.group))
  return ranked.map(({ group, rows }, index) => ({
    ...group,
    id: group.href === null ? group.id : String(index + 1),
    rows: rows.sort((a, b) => a.line - b.line).map(({ row }) => row),
  }))
}

/** Every leaf of a document: values that are neither a map nor a list, and empty ones of these. */
export function leavesOf(document: unknown): DocumentPath[] {
  const leaves: DocumentPath[] = []
  const visit = (value: unknown, path: DocumentPath) => {
    const inner = Array.isArray(value)
      ? [...value.entries()]
      : typeof value === 'object' && value !== null
        ? Object.entries(value).filter(([, one]) => one !== undefined)
        : []
    if (inner.length === 0) leaves.push(path)
    for (const [key, one] of inner) visit(one, [...path, key])
  }
  visit(document, [])
  return leaves
}

function relationMark({ ref, field, origin }: NonNullable<RelationOrigin['of']>, words: OriginWords): Provenance {
  const mark = provenanceOf(origin, words)
  const other = ref === words.ref ? '' : ` of ${ref}`
  return field.length === 0 ? mark : { ...mark, title: `${pathText(field)}${other}: ${mark.title}` }
}

function statedIn(origin: Origin): Stated | undefined {
  if (origin.by !== 'portal') return origin
  return origin.what === 'relation' ? origin.of?.origin : undefined
}

const lost: Record<NonNullable<FileOrigin['why']>, string> = {
  gone: 'the file is no longer there',
  unread: 'the file cannot be read now',
  dropped: 'the file does not define it any more in a way that can be read',
  changed: 'the file has changed since, and says something else by now',
  unplaced: 'the line cannot be told',
}

const kept = 'the file has changed since and cannot be used as it is; this is its line as of now'
const keptNote =
  'The file has changed since and cannot be used as it is. Its lines are those on which the same values stand now.'

function fileTitle(origin: FileOrigin, words: OriginWords): string {
  const { file, line, why, via, stale } = origin
  const commit = words.commit(origin.sourceId, file)
  return [
    line === null ? file : `${file} line ${line}`,
    via && `, which takes it from ${via.target} (${via.key})`,
    origin.misplaced && `, below spec.${origin.path[1]}`,
    why && `: ${lost[why]}`,
    line !== null && stale && `: ${kept}`,
    commit && `, last changed ${dayOf(commit.at)} by ${commit.author} (${commit.id.slice(0, 8)})`,
  ]
    .filter(Boolean)
    .join('')
}

function fileHref({ ref, sourceId, file, line }: FileOrigin, words: OriginWords): string {
  const outside = words.viewUrl(sourceId, file, line ?? undefined)
  return outside ?? sourceHref(parseRef(ref), file, line)
}

/** The file that an inferred value follows from, where that belongs to the entity; else the line that was generated. */
function followed(origin: FileOrigin): FileOrigin {
  const { path, line } = origin.inferred ?? {}
  return path === undefined || !isBeside(path, origin.file) ? origin : { ...origin, file: path, line: line ?? null }
}

/** A file as the portal shows it, with a line marked. */
function sourceHref(ref: EntityRef, file: string, line: number | null): string {
  const mark = line === null ? '' : `&line=${line}#L${line}`
  return `${entityPath(ref)}/source?file=${encodeURIComponent(file)}${mark}`
}

const portalWords: Record<'uid' | 'etag' | 'orphan' | 'relation', string> = {
  uid: 'Given by the portal when it first read the entity',
  etag: 'Computed by the portal from what the entity says',
  orphan: 'Set by the portal, because no file defines the entity any more',
  relation: 'Derived by the portal from another entity',
}

function addition(origin: Exclude<Origin, { by: 'file' }>): { text: string; title: string; group: string } {
  if (origin.by === 'portal') return { text: 'portal', title: portalWords[origin.what], group: 'portal' }
  if (origin.by === 'default') {
    return { text: 'default', title: `No file says it: the portal's default of ${origin.what}`, group: 'default' }
  }
  return { text: 'processor', title: `Added by the processor ${origin.id}`, group: 'processor' }
}

function fileGroup(origin: FileOrigin, words: OriginWords): FieldGroup {
  const { ref, sourceId, file, stale, why } = origin
  const isOwn = ref === words.ref
  return {
    id: `${sourceId} ${file}`,
    icon: 'file',
    title: file,
    href: fileHref({ ...origin, line: null }, words),
    entity: isOwn ? null : { title: ref, href: entityPath(parseRef(ref)) },
    commit: words.commit(sourceId, file) ?? null,
    note: stale ? keptNote : noteOf(why),
    rows: [],
  }
}

function noteOf(why: FileOrigin['why']): string | null {
  return why === 'gone' || why === 'unread' || why === 'dropped' ? `No lines can be told: ${lost[why]}.` : null
}

const addedTitles: Record<string, string> = {
  portal: 'Added by the portal',
  default: 'Defaults of the portal',
  processor: 'Added by processors',
}

function addedGroup(origin: Origin): FieldGroup {
  const { group } = addition(origin as Exclude<Origin, { by: 'file' }>)
  const title = addedTitles[group] ?? ''
  return { id: group, icon: 'settings', title, href: null, entity: null, commit: null, note: null, rows: [] }
}

function rankOf({ href }: FieldGroup): number {
  return href === null ? 1 : 0
}

function relationText(document: object, path: DocumentPath): string {
  const relation = valueAt(document as never, path) as unknown as { type: string; targetRef: string }
  return `${relation.type} ${relation.targetRef}`
}

const longest = 120

function shortened(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  const line = text.replace(/\s+/g, ' ').trim()
  if (line === '') return '""'
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line
}

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10)
