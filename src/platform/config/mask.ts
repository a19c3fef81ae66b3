import type { JsonObject, JsonValue } from '../../api/entity.ts'
import { Secret } from '../../api/env.ts'
import type { Plugin } from '../../api/plugin.ts'
import type { LoadedConfig } from './load.ts'

const dots = '••••••'
const secretWords = new Set([
  'token',
  'tokens',
  'password',
  'passwords',
  'passphrase',
  'secret',
  'secrets',
  'key',
  'keys',
])

/** What `callboard config` prints: the whole configuration as it was understood, without its secrets. */
export function describeConfig(config: LoadedConfig): JsonObject {
  const { plugins, ...rest } = config
  return { ...(mask(rest) as JsonObject), plugins: plugins.map(describePlugin) }
}

/**
 * A copy that may be shown: secrets, and texts under a key that sounds like one, are dots; functions and objects of
 * classes are their names.
 */
export function mask(value: unknown): JsonValue {
  return maskWithin(value, false, [])
}

function describePlugin({ name, apiVersion, options, ...contributions }: Plugin): JsonObject {
  const given = options === undefined ? {} : { options: mask(options) }
  const points = Object.entries(contributions).filter(([, value]) => value !== undefined)
  return { name, apiVersion, ...given, ...Object.fromEntries(points.map(([point, value]) => [point, shorten(value)])) }
}

// A contribution is told by what names it; its schemas and functions say nothing to a reader.
function shorten(value: unknown): JsonValue {
  if (!Array.isArray(value)) return mask(value)
  return value.map((item) => {
    if (typeof item !== 'object' || item === null) return mask(item)
    if ('method' in item && 'url' in item) return `${item.method} ${item.url}`
    return mask(item.id ?? item.name ?? item.kind ?? item)
  })
}

function maskWithin(value: unknown, secret: boolean, above: readonly object[]): JsonValue {
  if (value === undefined || value === null) return null
  if (typeof value === 'string') return secret && value !== '' ? dots : withoutCredentials(value)
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return secret ? dots : Number.isFinite(value) ? value : String(value)
  if (typeof value === 'function') return '[function]'
  if (typeof value !== 'object') return secret ? dots : String(value)
  if (value instanceof Secret) return dots
  if (value instanceof URL) return maskWithin(value.href, secret, above)
  if (value instanceof Date) return maskWithin(JSON.stringify(value).replaceAll('"', ''), secret, above)
  if (value instanceof RegExp) return maskWithin(String(value), secret, above)
  if (above.includes(value)) return '[circular]'
  const within = [...above, value]
  if (Array.isArray(value) || value instanceof Set) return [...value].map((item) => maskWithin(item, secret, within))
  if (!isPlain(value) && !(value instanceof Map)) return `[${value.constructor.name}]`
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  return Object.fromEntries(
    entries
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [String(key), maskWithin(item, secret || soundsSecret(String(key)), within)]),
  )
}

function soundsSecret(key: string): boolean {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
  return words.some((word) => secretWords.has(word) || /(token|password|secret|apikey)$/.test(word))
}

function withoutCredentials(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#\s]*@/i, `$1${dots}@`)
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
