import type { JsonObject, JsonValue, KindSpec } from '../../../api/index.ts'
import { editDistance } from '../../../api/nearest.ts'
import { isObject, quoted } from './json-value.ts'
import type { DocumentProblem, Place } from './problem.ts'

/** `${X}`, which a shell script fills in. */
const variable = /\$\{[^{}\n]{1,200}\}/

/** `${{ values.x }}`, `{{cookiecutter.x}}`, `{% if x %}`, `<%= x %>`; the length bounds the time on hostile texts. */
const templated = /\{\{[^\n]{0,200}?\}\}|\{%[^\n]{0,200}?%\}|<%[^\n]{0,200}?%>/

/** Other tools that name their files as catalogs do, by the end of the DNS name in their apiVersion. */
const tools: readonly (readonly [string, string])[] = [
  ['argoproj.io', 'Argo'],
  ['crossplane.io', 'Crossplane'],
  ['tekton.dev', 'Tekton'],
  ['kratix.io', 'Kratix'],
  ['fluxcd.io', 'Flux'],
  ['kustomize.config.k8s.io', 'Kustomize'],
  ['helm.sh', 'Helm'],
  ['openshift.io', 'OpenShift'],
  ['istio.io', 'Istio'],
  ['knative.dev', 'Knative'],
  ['cert-manager.io', 'cert-manager'],
  ['external-secrets.io', 'External Secrets'],
  ['monitoring.coreos.com', 'Prometheus Operator'],
  ['rhdh.redhat.com', 'the Red Hat Developer Hub operator'],
  ['k8s.io', 'Kubernetes'],
]

/** Whether a value holds the placeholder of a template, also as YAML reads it without quotes: as a map in a map. */
export function hasPlaceholder(value: JsonValue | undefined): boolean {
  if (typeof value === 'string') return templated.test(value) || variable.test(value)
  if (Array.isArray(value)) return value.some(hasPlaceholder)
  if (!isObject(value)) return false
  const [key, ...more] = Object.keys(value)
  return key !== undefined && more.length === 0 && /^\{.*\}$/.test(key)
}

/**
 * Whether a text that is not readable as YAML is the skeleton of a template: statements stand on lines of their
 * own, or a placeholder stands where reading failed. A Template is full of both by nature; in it only `${X}` counts.
 */
export function isSkeletonText(text: string, faultLine: number | undefined): boolean {
  const lines = text.split('\n')
  const near = faultLine === undefined ? lines : lines.slice(Math.max(0, faultLine - 1), faultLine + 1)
  if (near.some((line) => variable.test(line))) return true
  if (/(?:^|\n)kind:[ \t]*['"]?Template\b/.test(text)) return false
  return /(?:^|\n)[ \t]*(?:\{%|<%)/.test(text) || near.some((line) => templated.test(line))
}

/** Whether placeholders stand in what names the entity or in what it refers to. */
export function isSkeleton(value: JsonObject, kind: KindSpec | undefined): boolean {
  const metadata = isObject(value.metadata) ? value.metadata : {}
  const spec = isObject(value.spec) ? value.spec : {}
  const identity = [value.apiVersion, value.kind, metadata.name, metadata.namespace]
  const references = (kind?.relations ?? []).map(({ field }) => spec[field])
  return [value, ...identity, ...references.flat()].some((part) => hasTemplated(part))
}

export function skeletonProblem(place?: Place): DocumentProblem {
  return {
    severity: 'info',
    code: 'skeleton',
    path: [],
    message: 'This is the skeleton of a template: its placeholders are filled in when the template runs',
    hint: 'Nothing need be done. To hide this note, leave the folder of the skeleton out of the source.',
    ...(place && { place }),
  }
}

/**
 * A note where the document was plainly written for another program: it has neither apiVersion nor kind nor
 * metadata, or an apiVersion of another domain.
 */
export function foreignProblem(value: JsonObject, kinds: ReadonlyMap<string, KindSpec>): DocumentProblem | undefined {
  const { apiVersion, kind } = value
  if (apiVersion === undefined && kind === undefined) {
    if (value.metadata !== undefined) return undefined
    return foreignNote(`This is ${otherFormat(value)}, not a catalog entity: it has neither apiVersion nor kind`)
  }
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || kind === '') return undefined
  const domain = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  if (isOurDomain(domain, apiVersion, kinds) || !isForeignKind(kind, domain, kinds)) return undefined
  const tool = tools.find(([suffix]) => domain === suffix || domain.endsWith(`.${suffix}`))?.[1]
  const owner = tool ?? (domain.includes('.') ? undefined : 'Kubernetes')
  const what = `${quoted(kind)} of ${quoted(apiVersion)}`
  return foreignNote(
    owner
      ? `This is a manifest for ${owner} (${what}), not a catalog entity`
      : `${what} is no kind that this portal knows; it seems to be written for another tool`,
    owner ? undefined : 'If it is meant for the catalog, add the plugin that defines this kind.',
  )
}

function hasTemplated(value: JsonValue | undefined): boolean {
  return typeof value === 'string' ? templated.test(value) : isObject(value) && hasPlaceholder(value)
}

function isForeignKind(kind: string, domain: string, kinds: ReadonlyMap<string, KindSpec>): boolean {
  const known = [...kinds.keys()].some((name) => name.toLowerCase() === kind.toLowerCase())
  // Group and User are kinds of OpenShift too, Domain one of Knative.
  return !known || domain.includes('.')
}

/** The domains of the kinds we know, their misspellings, and `backstage` without a domain. */
function isOurDomain(domain: string, apiVersion: string, kinds: ReadonlyMap<string, KindSpec>): boolean {
  if (/^backstage\b/i.test(apiVersion)) return true
  for (const { apiVersions } of kinds.values()) {
    for (const version of apiVersions) {
      const own = version.slice(0, Math.max(0, version.indexOf('/')))
      if (own !== '' && (domain === own || domain.endsWith(`.${own}`) || editDistance(domain, own, 3) <= 3)) return true
    }
  }
  return false
}

function otherFormat(value: JsonObject): string {
  if ('openapi' in value || 'swagger' in value) return 'an OpenAPI definition'
  if ('asyncapi' in value) return 'an AsyncAPI definition'
  if ('site_name' in value) return 'a MkDocs configuration'
  if ('services' in value) return 'a Compose file'
  if ('jobs' in value) return 'a workflow'
  return 'a file of another tool'
}

function foreignNote(message: string, hint?: string): DocumentProblem {
  return {
    severity: 'info',
    code: 'foreign-manifest',
    path: [],
    message,
    hint: hint ?? 'Nothing need be done. To hide this note, leave the file out of the source.',
  }
}
