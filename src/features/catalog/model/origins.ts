import type { Entity, JsonObject, JsonValue, KindSpec, PreparedFrom, Processor } from '../../../api/index.ts'
import { type DocumentPath, isObject, pathText, valueAt } from './json-value.ts'
import { type Placeholder, type PlaceholderKey, placeholdersOf } from './placeholders.ts'
import type { Place } from './problem.ts'
import { validateEntity } from './validate.ts'
import { isSame, type WrittenDocument } from './written-values.ts'

/** What a value of an entity goes back to. */
export type Traced = WrittenTrace | { by: 'processor'; id: string } | { by: 'default'; what: string }

/** It stands in the file of the entity. */
export interface WrittenTrace {
  by: 'file'
  /** Where it stands in the document, which need not be where the entity has it. */
  path: DocumentPath
  /** Null where no line can be told. */
  place: Place | null
  /** Why there is no place. */
  why: Lost | null
  /** It stands below `spec`, where nothing belongs that is meant for `metadata`. */
  misplaced: boolean
  /** The placeholder that stands there for the content of another file. */
  via: { key: PlaceholderKey; target: string } | null
}

/**
 * `gone`: there is no such file any more; `unread`: it cannot be read; `dropped`: no document of it describes the entity
 * in a way that can be read; `changed`: another value stands there by now; `unplaced`: the line cannot be told.
 */
export type Lost = 'gone' | 'unread' | 'dropped' | 'changed' | 'unplaced'

export interface TraceArgs {
  /** The document as it stands in its file now, or why there is none. */
  written: WrittenDocument | { why: Lost }
  /** As it is stored. */
  entity: Entity
  kinds: ReadonlyMap<string, KindSpec>
  processors: readonly { id: string; spec: Processor }[]
  /** What processors are told of the file. */
  from: PreparedFrom
  /** A processor threw; the others go on without it. */
  failed(processor: string, error: unknown): void
}

/** What the document was at each step on its way to the entity, from the file on. */
interface Stage {
  by: 'file' | 'defaults' | { processor: string }
  value: JsonObject
}

/**
 * Follows values of an entity back to where they come from: the document is read again and taken through the same steps
 * (defaults, misplaced fields, processors), and the value is looked for in each, backwards. The file may be newer than
 * the entity: then a line is told only where the very same value stands in it.
 */
export function tracer(args: TraceArgs): (path: DocumentPath) => Traced {
  const { entity } = args
  const [written, lost] = 'why' in args.written ? [undefined, args.written.why] : [args.written, 'dropped' as const]
  const placeholders = written ? placeholdersOf(written.value).placeholders : []
  const stored = entity as unknown as JsonObject
  let stages: readonly Stage[] | undefined
  let alone: readonly Stage[] | undefined

  return (path) => {
    if (!written) return processorOf(path) ?? nowhere(path, lost)
    const placeholder = placeholders.find((one) => one.path.every((segment, depth) => segment === path[depth]))
    if (placeholder) return included(placeholder, written)
    // The same value at the same path: whatever came between the two left it as it was.
    if (isThere(written.value, stored, path)) return inFile(path, written)
    stages ??= stagesOf(written.value, args)
    const found = follow(stored, path, stages)
    if (Array.isArray(found)) return { ...inFile(found, written), misplaced: found[0] !== path[0] }
    return found ?? processorOf(path) ?? unsaid(path, written) ?? nowhere(path, 'changed')
  }

  /** Without the document: what processors add to the entity when it has nothing but its name and spec. */
  function processorOf(path: DocumentPath): Traced | undefined {
    alone ??= processed([{ by: 'file', value: withoutMetadata(entity) }], args)
    const value = valueAt(stored, path)
    const index = alone.findIndex((stage) => isSame(valueAt(stage.value, path), value))
    const by = alone[index]?.by
    return typeof by === 'object' ? { by: 'processor', id: by.processor } : undefined
  }
}

function isThere(document: JsonObject, entity: JsonObject, path: DocumentPath): boolean {
  const value = valueAt(entity, path)
  return value !== undefined && isSame(valueAt(document, path), value)
}

/**
 * What a placeholder brought from another file: the line that names that file. Where contents are recorded as they are
 * filled in, this is the place to look the record up.
 */
function included({ path, key, target }: Placeholder, written: WrittenDocument): WrittenTrace {
  return { ...inFile(path, written), via: { key, target } }
}

function inFile(path: DocumentPath, written: WrittenDocument): WrittenTrace {
  const place = written.place(path) ?? null
  return { by: 'file', path, place, why: place ? null : 'unplaced', misplaced: false, via: null }
}

function nowhere(path: DocumentPath, why: Lost): WrittenTrace {
  return { by: 'file', path, place: null, why, misplaced: false, via: null }
}

/** The one default there is, told also of a document that cannot be used. */
function unsaid(path: DocumentPath, { value: { metadata } }: WrittenDocument): Traced | undefined {
  const isNamespace = path.length === 2 && path[0] === 'metadata' && path[1] === 'namespace'
  return isNamespace && isObject(metadata) && !metadata.namespace ? { by: 'default', what: pathText(path) } : undefined
}

function stagesOf(value: JsonObject, args: TraceArgs): readonly Stage[] {
  const { entity } = validateEntity(value, args.kinds)
  const file: Stage = { by: 'file', value }
  // A document that cannot be used: what the entity has was said by an earlier version of it.
  if (!entity) return [file]
  return processed([file, { by: 'defaults', value: entity as unknown as JsonObject }], args)
}

function processed(stages: readonly Stage[], { processors, from, failed }: TraceArgs): readonly Stage[] {
  const all = [...stages]
  for (const { id, spec } of processors) {
    const entity = all.at(-1)?.value as unknown as Entity
    try {
      const value = (spec.prepare?.(entity, from) ?? entity) as unknown as JsonObject
      all.push({ by: { processor: id }, value })
    } catch (error) {
      failed(id, error)
    }
  }
  return all
}

/** @returns the path in the file, or who added the value on the way; undefined where the last stage has it no more */
function follow(stored: JsonObject, path: DocumentPath, stages: readonly Stage[]): DocumentPath | Traced | undefined {
  let [root, at] = [stored, path]
  for (const [index, stage] of [...stages.entries()].reverse()) {
    const later = stages[index + 1]
    const found =
      sameIn(stage.value, at, root) ?? (later?.by === 'defaults' ? misplacedIn(stage.value, at, root) : undefined)
    if (!found) return later && addedBy(later, at)
    ;[root, at] = [stage.value, found]
  }
  return at
}

function addedBy({ by }: Stage, path: DocumentPath): Traced {
  if (typeof by === 'object') return { by: 'processor', id: by.processor }
  return { by: 'default', what: pathText(path) }
}

/** Where a value stood one step earlier: at the same path, or with its whole item elsewhere in the same list. */
function sameIn(earlier: JsonObject, path: DocumentPath, root: JsonObject): DocumentPath | undefined {
  if (isSame(valueAt(earlier, path), valueAt(root, path))) return path
  for (const [depth, segment] of path.entries()) {
    if (typeof segment !== 'number') continue
    const list = valueAt(earlier, path.slice(0, depth))
    const item = valueAt(root, path.slice(0, depth + 1))
    const index = Array.isArray(list) ? list.findIndex((one) => isSame(one, item)) : -1
    if (index >= 0) return [...path.slice(0, depth), index, ...path.slice(depth + 1)]
  }
  return undefined
}

/** Annotations and links that stand below `spec` are honoured: see `adoptMisplaced`. */
function misplacedIn(document: JsonObject, path: DocumentPath, root: JsonObject): DocumentPath | undefined {
  const [top, field, key, ...rest] = path
  if (top !== 'metadata' || key === undefined) return undefined
  if (field === 'annotations') return sameAt(document, ['spec', 'annotations', key, ...rest], valueAt(root, path))
  if (field !== 'links') return undefined
  const links = valueAt(document, ['spec', 'links'])
  if (!Array.isArray(links)) return undefined
  const url = valueAt(root, [...path.slice(0, 3), 'url'])
  const index = links.findIndex((link) => isObject(link) && link.url === url)
  if (index < 0) return undefined
  const at: DocumentPath = ['spec', 'links', index, ...rest]
  return rest.length === 0 ? at : sameAt(document, at, valueAt(root, path))
}

function sameAt(root: JsonObject, path: DocumentPath, value: JsonValue | undefined): DocumentPath | undefined {
  return isSame(valueAt(root, path), value) ? path : undefined
}

function withoutMetadata({ apiVersion, kind, metadata, spec }: Entity): JsonObject {
  const { name, namespace } = metadata
  const bare = { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } }
  return spec ? { ...bare, spec } : bare
}
