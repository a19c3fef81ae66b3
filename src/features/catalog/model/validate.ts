import { type Entity, formatRef, type JsonObject, type KindSpec } from '../../../api/index.ts'
import { nearest } from '../../../api/nearest.ts'
import { envelopeProblems } from './envelope.ts'
import { clashingKeys } from './facets.ts'
import { issueProblems } from './issues.ts'
import { type DocumentPath, isObject, pathText, quoted, valueAt } from './json-value.ts'
import { adoptMisplaced } from './misplaced.ts'
import { type Placeholder, placeholdersOf } from './placeholders.ts'
import { capped, type DocumentProblem } from './problem.ts'
import { foreignProblem, hasPlaceholder, isSkeleton, skeletonProblem } from './recognise.ts'
import { type Relation, relationsOf } from './relations.ts'

export interface Validation {
  /** With its namespace, without the `uid` a file may carry. Absent where an error was found. */
  entity?: Entity
  /** Full lower-case reference, also of an entity that is not valid, as far as it has a kind and a name. */
  ref?: string
  problems: DocumentProblem[]
  /** Of a valid entity, as `relationsOf` gives them; where only references are wrong, those before the first wrong one. */
  relations: Relation[]
  /** No kind of this name is known. */
  unknownKind?: true
  /** What the document takes from other files, where it does and they were not filled in before. */
  placeholders?: readonly Placeholder[]
  /** Not meant to be an entity, at least not yet; the one problem says so and is no error. */
  recognised?: 'skeleton' | 'foreign'
}

/**
 * Checks one document in the order in which the reference does (envelope, root fields, formats, kind, references),
 * and finds everything there is to find. `$text` and its like may still stand in the document: whatever they stand
 * for is taken to be right. Never throws.
 *
 * @param kinds by name as written in files, from `kindMap`
 * @param open where placeholders still stand, in a document whose others were filled in
 */
export function validateEntity(
  value: JsonObject,
  kinds: ReadonlyMap<string, KindSpec>,
  open?: readonly DocumentPath[],
): Validation {
  const kind = typeof value.kind === 'string' ? kinds.get(value.kind) : undefined
  const ref = refOfDocument(value)
  const named = ref === undefined ? {} : { ref }
  const unknown = kind ? {} : ({ unknownKind: true } as const)
  if (isSkeleton(value, kind)) return { problems: [skeletonProblem()], relations: [], recognised: 'skeleton' }
  const foreign = foreignProblem(value, kinds)
  if (foreign) return { ...named, ...unknown, problems: [foreign], relations: [], recognised: 'foreign' }

  const { placeholders, problems: unnamed } = open ? { placeholders: [], problems: [] } : placeholdersOf(value)
  const standing = open ?? [...placeholders, ...unnamed].map(({ path }) => path)
  const filled = new Set(standing.map((path) => JSON.stringify(path)))
  const taken = placeholders.length > 0 ? { placeholders } : {}
  const problems = [
    ...[...envelopeProblems(value), ...kindProblems(value, kind, kinds)].filter((one) => !isFilled(one, filled)),
    ...unnamed,
  ]
  const draft = ref === undefined ? undefined : draftOf(value)
  const related = draft && kind ? relationsOf(draft, kind) : { relations: [], problems: [] }
  problems.push(...related.problems, ...(draft ? clashProblems(draft) : []))

  const broken = problems.filter((problem) => problem.severity === 'error')
  if (kind?.kind !== 'Template' && broken.some((problem) => hasPlaceholder(valueAt(value, problem.path)))) {
    return { problems: [skeletonProblem()], relations: [], recognised: 'skeleton' }
  }
  if (!draft || !kind || broken.length > 0) {
    const referring = broken.every((problem) => problem.code === 'bad-reference')
    const stated = referring ? related.relations : []
    return { ...named, ...unknown, ...taken, problems: capped(problems), relations: stated }
  }
  const adopted = adoptMisplaced(draft, kind)
  return {
    ...named,
    ...taken,
    entity: adopted.entity,
    problems: [...problems, ...adopted.problems],
    relations: related.relations,
  }
}

function refOfDocument(value: JsonObject): string | undefined {
  const metadata = isObject(value.metadata) ? value.metadata : {}
  const { name, namespace = 'default' } = metadata
  if (typeof value.kind !== 'string' || value.kind === '') return undefined
  if (typeof name !== 'string' || name === '' || typeof namespace !== 'string') return undefined
  return formatRef({ kind: value.kind, namespace: namespace || 'default', name })
}

/** The document as an entity, its types yet unproven. */
function draftOf(value: JsonObject): Entity {
  const { uid: _uid, ...metadata } = isObject(value.metadata) ? value.metadata : {}
  const { apiVersion, kind, spec } = value
  const draft = { apiVersion, kind, metadata: { ...metadata, namespace: metadata.namespace || 'default' } }
  return (isObject(spec) ? { ...draft, spec } : draft) as unknown as Entity
}

function kindProblems(
  value: JsonObject,
  kind: KindSpec | undefined,
  kinds: ReadonlyMap<string, KindSpec>,
): DocumentProblem[] {
  if (!kind) return unknownKind(value, kinds)
  const versions = versionProblems(value, kind)
  if (value.spec !== undefined && !isObject(value.spec)) return versions
  const result = kind.spec.safeParse(value.spec)
  return result.success ? versions : [...versions, ...issueProblems(result.error.issues, value, ['spec'])]
}

function unknownKind(value: JsonObject, kinds: ReadonlyMap<string, KindSpec>): DocumentProblem[] {
  if (typeof value.kind !== 'string' || value.kind === '') return []
  const [guess] = nearest(value.kind, kinds.keys(), 1)
  return [
    {
      severity: 'error',
      code: 'unknown-kind',
      path: ['kind'],
      message: `kind is ${quoted(value.kind)}, which this portal does not know`,
      expected: [...kinds.keys()].join(', '),
      hint: guess ? `Did you mean ${guess}?` : 'Correct it, or add the plugin that defines this kind.',
      ...(guess && { mended: guess }),
    },
  ]
}

function versionProblems(value: JsonObject, kind: KindSpec): DocumentProblem[] {
  const { apiVersion } = value
  if (typeof apiVersion !== 'string' || apiVersion === '' || kind.apiVersions.includes(apiVersion)) return []
  const [first = ''] = kind.apiVersions
  return [
    {
      severity: 'error',
      code: 'unknown-api-version',
      path: ['apiVersion'],
      message: `apiVersion is ${quoted(apiVersion)}, which does not exist for the kind ${kind.kind}`,
      expected: kind.apiVersions.join(' or '),
      hint: `Write apiVersion: ${first}`,
      mended: first,
    },
  ]
}

/** Whether the problem is about something that a placeholder has yet to fill. */
function isFilled({ path }: DocumentProblem, filled: ReadonlySet<string>): boolean {
  if (filled.size === 0) return false
  // What names an entity is read before placeholders are filled.
  const [root, field] = path
  if (root === 'apiVersion' || root === 'kind') return false
  if (root === 'metadata' && (field === 'name' || field === 'namespace')) return false
  return path.some((_, depth) => filled.has(JSON.stringify(path.slice(0, depth + 1))))
}

function clashProblems(draft: Entity): DocumentProblem[] {
  return clashingKeys(draft).map(([path, first]) => ({
    severity: 'warning',
    code: 'keys-differ-by-case',
    path,
    at: 'key',
    message: `${pathText(path)} differs from ${quoted(first)} in letter case alone, so no filter can tell them apart`,
    hint: 'Remove one of them, or rename it.',
  }))
}
