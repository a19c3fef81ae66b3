import {
  type Entity,
  formatRef,
  type KindSpec,
  type PortalError,
  parseRef,
  type RelationField,
} from '../../../api/index.ts'
import { formats } from './formats.ts'
import { byCodeUnit, type DocumentPath, pathText, quoted } from './json-value.ts'
import type { DocumentProblem } from './problem.ts'

export interface Relation {
  /** Full lower-case reference. */
  sourceRef: string
  type: string
  targetRef: string
  /** The field that says so, in the entity that was given. */
  field: DocumentPath
  /** As the field says it; false for the reverse that follows from it. */
  declared: boolean
}

/** The reference of an entity in full, in lower case. */
export function refOf(entity: Entity): string {
  const { kind, metadata } = entity
  return formatRef({ kind, namespace: metadata.namespace ?? 'default', name: metadata.name })
}

/**
 * The relations that an entity's spec declares, each with its reverse, sorted by type, target and source, no two
 * alike. References without a namespace mean the namespace of the entity. Values that are not texts are passed over:
 * they are the schema's to report. A malformed reference ends the list, as it does in the reference implementation,
 * which reads fields in the order of the kind and lists in alphabetical order; all malformed ones are reported.
 */
export function relationsOf(entity: Entity, kind: KindSpec): { relations: Relation[]; problems: DocumentProblem[] } {
  const found = new Map<string, Relation>()
  const problems: DocumentProblem[] = []
  const sourceRef = refOf(entity)
  let broken = false
  const add = (relation: Relation) => {
    const key = `${relation.type} ${relation.targetRef} ${relation.sourceRef}`
    const known = found.get(key)
    if (!known || (relation.declared && !known.declared)) found.set(key, relation)
  }
  for (const relation of kind.relations) {
    for (const [field, text] of references(entity, relation)) {
      const result = resolve(text, relation, entity.metadata.namespace, field)
      if ('problem' in result) problems.push(result.problem)
      broken ||= !('targetRef' in result)
      if (broken || !('targetRef' in result)) continue
      const { targetRef } = result
      add({ sourceRef, type: relation.type, targetRef, field, declared: true })
      add({ sourceRef: targetRef, type: relation.reverse, targetRef: sourceRef, field, declared: false })
    }
  }
  const relations = [...found.entries()].sort(([a], [b]) => byCodeUnit(a, b)).map(([, relation]) => relation)
  return { relations, problems: problems.sort(byPlace) }
}

/** Problems of one list in the order of the list. */
function byPlace(a: DocumentProblem, b: DocumentProblem): number {
  return a.path[1] === b.path[1] ? Number(a.path[2] ?? 0) - Number(b.path[2] ?? 0) : 0
}

function references(entity: Entity, { field }: RelationField): [DocumentPath, string][] {
  const value = entity.spec?.[field]
  if (typeof value === 'string' && value !== '') return [[['spec', field], value]]
  if (!Array.isArray(value)) return []
  const texts = value.flatMap((item, index): [DocumentPath, string][] =>
    typeof item === 'string' && item !== '' ? [[['spec', field, index], item]] : [],
  )
  return texts.sort(([, a], [, b]) => byCodeUnit(a, b))
}

type Resolved = { targetRef: string } | { problem: DocumentProblem } | { targetRef: string; problem: DocumentProblem }

function resolve(text: string, relation: RelationField, namespace: string | undefined, path: DocumentPath): Resolved {
  const { defaultKind } = relation
  try {
    const defaults = { ...(defaultKind && { kind: defaultKind }), ...(namespace && { namespace }) }
    const ref = parseRef(text, defaults)
    const targetRef = formatRef(ref)
    const possible =
      formats.kind.matches(ref.kind) &&
      (ref.namespace === namespace || formats.namespace.matches(ref.namespace.toLowerCase())) &&
      formats.objectName.matches(ref.name)
    return possible ? { targetRef } : { targetRef, problem: impossible(text, defaultKind, path) }
  } catch (error) {
    const { message, hint } = error as PortalError
    return {
      problem: {
        severity: 'error',
        code: 'bad-reference',
        path,
        message: `${pathText(path)}: ${message}`,
        expected: expectedForm(defaultKind),
        ...(hint && { hint }),
      },
    }
  }
}

function impossible(text: string, defaultKind: string | undefined, path: DocumentPath): DocumentProblem {
  return {
    severity: 'warning',
    code: 'impossible-reference',
    path,
    message: `${pathText(path)} is ${quoted(text)}, which no entity can be called`,
    expected: expectedForm(defaultKind),
    hint: 'Write the name of the entity (metadata.name), not its title.',
  }
}

function expectedForm(defaultKind: string | undefined): string {
  return defaultKind
    ? `[kind:][namespace/]name; without a kind it means a ${defaultKind}`
    : 'kind:[namespace/]name, such as component:payments or resource:orders-db'
}
