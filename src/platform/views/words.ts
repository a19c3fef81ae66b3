import { domId } from './ids.ts'
import { capital, count, plural, sentence } from './plural.ts'
import { initialsOf } from './shell.ts'
import { absolute, duration, type Moment, momentTag, timeTag } from './time.ts'

/** The sprite that icons come from, and the names in it. */
export interface IconSet {
  href: string
  names: ReadonlySet<string>
}

export const wordNames = [
  'icon',
  'time',
  'moment',
  'absolute',
  'duration',
  'count',
  'plural',
  'capital',
  'sentence',
  'breakable',
  'id',
  'given',
  'link',
  'turn',
  'initials',
] as const

/** What views can call. Those that print markup are used with the raw tag: `icon('box')`, `time(row.changedAt)`. */
export interface Words {
  /** An icon of the sprite, hidden from assistive technology; an unknown name is drawn as a plain dot. */
  icon(name: string, className?: string): string
  /** A `<time>`: relative text, absolute title. `time(at, true)` leaves out "ago". */
  time(at: Moment, short?: boolean): string
  /** A `<time>` that says the moment itself, for texts in which the date matters. */
  moment(at: Moment): string
  absolute(at: Moment): string
  duration(ms: number): string
  count(value: number): string
  plural(value: number, one: string, many?: string): string
  capital(text: string): string
  /** The text with a full stop where it has none. */
  sentence(text: string): string
  /** The text as markup that may break after `/`, `.`, `:` and `_`: for keys and paths in narrow columns. */
  breakable(text: string): string
  id(prefix: string, record: string): string
  /** A property that may be absent; `null` where it is. */
  given(object: object, name: string): unknown
  /** An address that is safe in `href`, else `#`: what files say may be `javascript:`. */
  link(address: string): string
  /** Class that gives a name its own hue, always the same: `turn-7`. */
  turn(name: string): string
  /** Up to two letters for an avatar. */
  initials(name: string): string
}

export function createWords(icons: IconSet, options: { strict: boolean; now: () => Date; zone?: string }): Words {
  const { zone } = options
  const drawn = new Map<string, string>()
  const draw = (name: string, className: string): string => {
    const known = icons.names.has(name)
    if (!known && options.strict) throw new Error(`There is no icon "${name}"; scripts/icons.mjs lists them`)
    const use = `<use href="${icons.href}#${known ? name : 'dot'}"/>`
    return `<svg class="icon${className && ` ${className}`}" aria-hidden="true">${use}</svg>`
  }
  return {
    icon(name, className = '') {
      const key = `${name} ${className}`
      const markup = drawn.get(key) ?? draw(name, className)
      if (icons.names.has(name)) drawn.set(key, markup)
      return markup
    },
    time: (at, short) => timeTag(at, options.now(), { short, zone }),
    moment: (at) => momentTag(at, zone),
    absolute: (at) => absolute(at, zone),
    duration,
    count,
    plural,
    capital,
    sentence,
    breakable,
    id: domId,
    given: (object, name) => (name in object ? Reflect.get(object, name) : null) ?? null,
    link: (address) => safeHref(address) ?? '#',
    turn,
    initials: initialsOf,
  }
}

/** The address when it leads to a web page, a mailbox or a telephone, or stays within the portal; else null. */
export function safeHref(address: string): string | null {
  // Browsers leave out tabs and line ends wherever they stand: `/\t/host` leads to that host.
  if (hasControls(address)) return null
  if (/^(?:https?:|mailto:|tel:)/i.test(address)) return address
  return /^(?:\/(?![/\\])|[?#])/.test(address) ? address : null
}

function hasControls(address: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that browsers skip.
  return /[\u0000-\u001f\u007f]/.test(address)
}

const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Escaped, with places where it may break. */
export function breakable(text: string): string {
  return text.replace(/[&<>"']|[/.:_](?=.)/g, (sign) => signs[sign] ?? `${sign}<wbr>`)
}

function turn(name: string): string {
  let hash = 0
  for (let at = 0; at < name.length; at++) hash = (hash * 31 + name.charCodeAt(at)) | 0
  return `turn-${Math.abs(hash) % 12}`
}
