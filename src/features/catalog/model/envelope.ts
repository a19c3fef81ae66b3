import { z } from 'zod'
import type { JsonObject, JsonValue } from '../../../api/index.ts'
import { nearest } from '../../../api/nearest.ts'
import { type Format, formats, mended } from './formats.ts'
import { issueProblems } from './issues.ts'
import { type DocumentPath, isObject, pathText, quoted } from './json-value.ts'
import { text } from './kinds/fields.ts'
import type { DocumentProblem } from './problem.ts'

const optional = text.optional()
const textMap = z.record(z.string(), z.string()).optional()

const schema = z.looseObject({
  apiVersion: text,
  kind: text,
  metadata: z.looseObject({
    name: text,
    namespace: optional,
    uid: optional,
    etag: optional,
    title: optional,
    description: z.string().optional(),
    labels: textMap,
    annotations: textMap,
    tags: z.array(text).optional(),
    links: z.array(z.looseObject({ url: text, title: optional, icon: optional, type: optional })).optional(),
  }),
  spec: z.looseObject({}).optional(),
})

const rootFields = ['apiVersion', 'kind', 'metadata', 'spec']
const computedFields = ['relations', 'status']
const metadataFields = ['name', 'namespace', 'title', 'description', 'labels', 'annotations', 'tags', 'links']
const specFields = ['type', 'lifecycle', 'owner', 'system', 'domain', 'definition', 'dependsOn', 'providesApis']

/** What is wrong with everything but the inside of `spec`: types, unknown root fields, formats. */
export function envelopeProblems(value: JsonObject): DocumentProblem[] {
  const result = schema.safeParse(value)
  const types = result.success ? [] : issueProblems(result.error.issues, value, [])
  return [...types, ...rootProblems(value), ...formatProblems(value)]
}

function rootProblems(value: JsonObject): DocumentProblem[] {
  const unknown = Object.keys(value).filter((key) => !rootFields.includes(key))
  return unknown.map((key): DocumentProblem => {
    const shared: Pick<DocumentProblem, 'severity' | 'path' | 'at'> = { severity: 'error', path: [key], at: 'key' }
    if (computedFields.includes(key)) {
      return {
        ...shared,
        code: 'computed-field',
        message: `${quoted(key)} is computed by the portal and cannot be written`,
        hint: 'Remove it.',
      }
    }
    return {
      ...shared,
      code: 'unknown-field',
      message: `${quoted(key)} is not a field of an entity`,
      expected: rootFields.join(', '),
      ...unknownRemedy(key, value),
    }
  })
}

function unknownRemedy(key: string, value: JsonObject): Pick<DocumentProblem, 'hint' | 'mended'> {
  if (metadataFields.includes(key)) return { hint: `Indent it, so that it stands below metadata.` }
  if (specFields.includes(key)) return { hint: `Indent it, so that it stands below spec.` }
  const [guess] = nearest(
    key,
    rootFields.filter((field) => value[field] === undefined),
    1,
  )
  if (guess) return { hint: `Did you mean ${guess}?`, mended: guess }
  return { hint: 'Remove it, or move it below metadata or spec, where further fields are allowed.' }
}

function formatProblems(value: JsonObject): DocumentProblem[] {
  const problems: DocumentProblem[] = []
  const check = (format: Format, path: DocumentPath, subject: JsonValue | undefined, at?: 'key') => {
    // What is not a text, or empty where it may not be, is the schema's to report.
    if (typeof subject !== 'string' || (subject === '' && at !== 'key') || format.matches(subject)) return
    problems.push(formatProblem(format, path, subject, at))
  }
  const metadata = isObject(value.metadata) ? value.metadata : {}
  check(formats.apiVersion, ['apiVersion'], value.apiVersion)
  check(formats.kind, ['kind'], value.kind)
  check(formats.objectName, ['metadata', 'name'], metadata.name)
  check(formats.namespace, ['metadata', 'namespace'], metadata.namespace)
  for (const [key, label] of entriesOf(metadata.labels)) {
    check(formats.labelKey, ['metadata', 'labels', key], key, 'key')
    check(formats.labelValue, ['metadata', 'labels', key], label)
  }
  for (const [key] of entriesOf(metadata.annotations)) {
    check(formats.annotationKey, ['metadata', 'annotations', key], key, 'key')
  }
  for (const [index, tag] of itemsOf(metadata.tags)) check(formats.tag, ['metadata', 'tags', index], tag)
  for (const [index, link] of itemsOf(metadata.links)) {
    if (!isObject(link)) continue
    const path: DocumentPath = ['metadata', 'links', index]
    check(formats.linkUrl, [...path, 'url'], link.url)
    check(formats.linkText, [...path, 'title'], link.title)
    check(formats.linkText, [...path, 'icon'], link.icon)
    if (isUnsafe(link.url)) problems.push(unsafeLink([...path, 'url']))
  }
  return problems
}

function formatProblem(format: Format, path: DocumentPath, value: string, at: 'key' | undefined): DocumentProblem {
  const guess = mended(format, value)
  const subject = at === 'key' ? `A key in ${pathText(path.slice(0, -1))}` : pathText(path)
  return {
    severity: 'error',
    code: format.code,
    path,
    ...(at && { at }),
    message: `${subject} is ${quoted(value)}, which is not a legal ${format.title}`,
    expected: format.expected,
    hint: guess === undefined ? `Write ${format.expected}.` : `Write for example ${guess}`,
    ...(guess !== undefined && { mended: guess }),
  }
}

function isUnsafe(url: JsonValue | undefined): boolean {
  if (typeof url !== 'string' || /^https?:/.test(url) || !URL.canParse(url)) return false
  return /^(javascript|vbscript|data):$/.test(new URL(url).protocol)
}

function unsafeLink(path: DocumentPath): DocumentProblem {
  return {
    severity: 'warning',
    code: 'unsafe-link-url',
    path,
    message: `${pathText(path)} would run code in the browser of whoever opens it; it is not offered as a link`,
    expected: 'an address that begins with https:',
    hint: 'Write the address of a page.',
  }
}

function entriesOf(value: JsonValue | undefined): [string, JsonValue][] {
  return isObject(value) ? Object.entries(value) : []
}

function itemsOf(value: JsonValue | undefined): Iterable<[number, JsonValue]> {
  return Array.isArray(value) ? value.entries() : []
}
