import { z } from 'zod'
import { nearest } from '../../api/nearest.ts'
import { definePlugin, type Plugin } from '../../api/plugin.ts'
import { LimitOptions, type Limits } from '../http/limits.ts'
import { type Outbound, OutboundOptions } from '../http-client/options.ts'
import { ForgeOptions, forgeTypes } from '../source/forges/options.ts'
import type { Problem } from './problem.ts'

/** What a configuration file decides, checked. */
export interface Declared {
  title: string
  baseUrl: string | undefined
  plugins: Plugin[]
  outbound: Outbound
  forges: ForgeOptions[]
  limits: Limits
  /** Names of the options that the file gives, those within `outbound` as `outbound.timeout`. */
  given: ReadonlySet<string>
}

const Shape = z.strictObject({
  title: z.string().trim().min(1).max(60).default('Callboard').describe('Name of the portal'),
  baseUrl: z.string().refine(isOrigin).optional().describe('Address under which people reach the portal'),
  plugins: z.array(z.unknown()).default([]).describe('The plugins, in the order of navigation, tabs and cards'),
  outbound: OutboundOptions.prefault({}).describe('What the portal may ask of other systems'),
  forges: z.array(ForgeOptions).default([]).describe('Hosts of Git repositories besides the public ones, and tokens'),
  limits: LimitOptions.prefault({}).describe('How much of the portal anybody may take up'),
})

const remedies: Record<string, string> = {
  title: "Write a text of at most 60 characters, for example title: 'Acme'.",
  baseUrl: "Write scheme, host and, if need be, port, without a path, for example baseUrl: 'https://portal.acme.dev'.",
  plugins: 'Write a list, for example plugins: [catalog()].',
  outbound: "Write an object, for example outbound: { allowPrivate: ['git.acme.dev'] }.",
  'outbound.allowHosts': hostsRemedy('allowHosts'),
  'outbound.denyHosts': hostsRemedy('denyHosts'),
  'outbound.allowPrivate': hostsRemedy('allowPrivate'),
  'outbound.allowHttp': hostsRemedy('allowHttp'),
  'outbound.timeout': "Write a number with its unit, for example timeout: '30s'.",
  'outbound.maxBytes': 'Write a whole number of bytes, for example maxBytes: 10_000_000.',
  'outbound.perHost': 'Write a whole number from 1 to 100, for example perHost: 8.',
  forges: "Write a list, for example forges: [{ host: 'git.acme.dev', type: 'gitlab' }].",
  'forges[]': "Write an object, for example { host: 'git.acme.dev', type: 'gitlab' }.",
  'forges[].host': "Write a host, with its port if it has one, for example host: 'git.acme.dev'.",
  'forges[].type': `Write one of ${forgeTypes.join(', ')}.`,
  'forges[].token': "Write token: secret('GIT_TOKEN'), so that it is shown nowhere.",
  limits: 'Write an object, for example limits: { rate: { perSecond: 100 } }.',
  'limits.rate': 'Write an object such as rate: { perSecond: 100, burst: 2000 }, or false to count no requests.',
  'limits.bodyBytes': 'Write a whole number of bytes, for example bodyBytes: 1_048_576.',
  'limits.requestTime': "Write a number with its unit, for example requestTime: '30s'.",
  'limits.answerTime': "Write a number with its unit, for example answerTime: '60s'.",
  'forges[].apiUrl': "Write the address of its API, for example apiUrl: 'https://git.acme.dev/api/v4'.",
}

function hostsRemedy(option: string): string {
  return `Write a list of hosts, for example ${option}: ['git.acme.dev', '*.acme.dev', '10.0.0.7:8080'].`
}

const pluginKeys = Object.keys({
  name: true,
  apiVersion: true,
  options: true,
  permissions: true,
  routes: true,
  nav: true,
  homeCards: true,
  entityTabs: true,
  entityCards: true,
  facts: true,
  kinds: true,
  providers: true,
  processors: true,
  searchSources: true,
  settings: true,
  jobs: true,
  commands: true,
  tables: true,
  views: true,
  setup: true,
} satisfies Record<keyof Plugin, true>)

/** Checks what a configuration file exports by default. Plugins are handed on as they are, not copied. */
export function checkConfig(value: unknown, file: string): { declared: Declared | undefined; problems: Problem[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Promise) {
    const remedy = 'Write export default defineConfig({ … }).'
    return { declared: undefined, problems: [{ what: `${file} exports ${describe(value)} by default.`, remedy }] }
  }
  const parsed = Shape.safeParse(value)
  if (!parsed.success) {
    const listed = 'plugins' in value ? value.plugins : undefined
    const plugins = Array.isArray(listed) ? checkPlugins(listed).problems : []
    return {
      declared: undefined,
      problems: [...parsed.error.issues.flatMap((i) => toProblems(i, value, file)), ...plugins],
    }
  }
  const { plugins, problems } = checkPlugins(parsed.data.plugins)
  const baseUrl = parsed.data.baseUrl === undefined ? undefined : new URL(parsed.data.baseUrl).origin
  const { title, outbound, forges, limits } = parsed.data
  problems.push(...repeatedForges(forges, file))
  return { declared: { title, baseUrl, plugins, outbound, forges, limits, given: givenIn(value) }, problems }
}

function givenIn(value: object): ReadonlySet<string> {
  const within = 'outbound' in value && typeof value.outbound === 'object' ? (value.outbound ?? {}) : {}
  const named = (from: object) => Object.entries(from).flatMap(([key, one]) => (one === undefined ? [] : [key]))
  return new Set([...named(value), ...named(within).map((key) => `outbound.${key}`)])
}

function repeatedForges(forges: readonly ForgeOptions[], file: string): Problem[] {
  return forges.flatMap(({ host }, index) => {
    const first = forges.findIndex((forge) => forge.host === host)
    if (first === index) return []
    return [{ what: `${file}: forges[${first}] and forges[${index}] have the same host.`, remedy: 'Keep one of them.' }]
  })
}

function isOrigin(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false
  const url = new URL(text)
  return url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password
}

function toProblems(issue: z.core.$ZodIssue, value: unknown, file: string): Problem[] {
  const place = placeOf(issue.path)
  if (issue.code === 'unrecognized_keys') {
    const where = place === '' ? file : `${file}: ${place}`
    return issue.keys.map((key) => unknownKey(key, where, keysAt(issue.path[0])))
  }
  const found = issue.path.reduce<unknown>((within, key) => (within as Record<PropertyKey, unknown>)[key], value)
  const general = place.replace(/\[\d+\]/g, '[]')
  const remedy = remedies[general] ?? remedies[general.replace(/\[\]$/, '')] ?? issue.message
  const shown = typeof found === 'string' && issue.path.at(-1) === 'token' ? 'a text' : describe(found)
  return [{ what: `${file}: ${place} is ${shown}.`, remedy }]
}

/** `forges[0].type`. */
function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')
}

function keysAt(option: PropertyKey | undefined): string[] {
  if (option === 'outbound') return Object.keys(OutboundOptions.shape)
  if (option === 'limits') return Object.keys(LimitOptions.shape)
  return Object.keys(option === 'forges' ? ForgeOptions.shape : Shape.shape)
}

function unknownKey(key: string, where: string, known: readonly string[]): Problem {
  const [meant] = nearest(key, known, 1)
  return {
    what: `${where}: "${key}" is unknown.`,
    remedy: meant ? `Did you mean "${meant}"?` : `Remove it; known are ${known.join(', ')}.`,
  }
}

function checkPlugins(entries: readonly unknown[]): { plugins: Plugin[]; problems: Problem[] } {
  const plugins: Plugin[] = []
  const problems: Problem[] = []
  const places = new Map<string, string>()
  for (const [index, entry] of entries.entries()) {
    if (!entry) continue
    const place = `plugins[${index}]`
    const found = checkPlugin(entry, place)
    problems.push(...found)
    if (found.length > 0) continue
    const plugin = entry as Plugin
    const earlier = places.get(plugin.name)
    if (earlier) {
      problems.push({
        what: `${earlier} and ${place} are both named "${plugin.name}".`,
        remedy: 'Keep one of them; what both should do goes into the options of the one.',
      })
    }
    places.set(plugin.name, earlier ?? place)
    plugins.push(plugin)
  }
  return { plugins, problems }
}

function checkPlugin(entry: unknown, place: string): Problem[] {
  if (typeof entry === 'function') {
    return [{ what: `${place} is a function.`, remedy: `Call it: ${entry.name || 'plugin'}().` }]
  }
  if (Array.isArray(entry)) return [{ what: `${place} is a list.`, remedy: 'Spread it with … in front.' }]
  if (entry instanceof Promise) return [{ what: `${place} is a promise.`, remedy: 'Write await in front.' }]
  if (typeof entry !== 'object' || entry === null || !('name' in entry) || typeof entry.name !== 'string') {
    return [
      {
        what: `${place} is ${describe(entry)}.`,
        remedy: 'Give what definePlugin({ name, apiVersion: 1, … }) returns.',
      },
    ]
  }
  const problems = Object.keys(entry)
    .filter((key) => !pluginKeys.includes(key))
    .map((key) => unknownKey(key, `Plugin "${entry.name}"`, pluginKeys))
  if (!('apiVersion' in entry) || entry.apiVersion !== 1) {
    const version = 'apiVersion' in entry ? `apiVersion ${String(entry.apiVersion)}` : 'no apiVersion'
    problems.push({
      what: `Plugin "${entry.name}" (${place}) has ${version}; this portal knows apiVersion 1.`,
      remedy: 'Take a release of the plugin, or of the portal, that fits.',
    })
  }
  try {
    definePlugin(entry as Plugin)
  } catch (error) {
    problems.push({ what: `${place}: ${(error as Error).message}.`, remedy: 'Rename the plugin.' })
  }
  return problems
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Promise) return 'a promise'
  if (typeof value === 'string') return value === '' ? 'an empty text' : `the text "${value.slice(0, 80)}"`
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'function') return 'a function'
  return `the ${typeof value} ${String(value)}`
}
