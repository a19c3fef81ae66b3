import { inZone } from './zone.ts'

/** A moment: milliseconds since 1970, or what `new Date` reads. */
export type Moment = number | Date | string

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** How long ago, in words: `just now`, `26 min ago`, `3 d ago`, `2 mo ago`; `in 5 min` for what is to come. */
export function relative(at: Moment, now: Moment): string {
  const apart = milliseconds(now) - milliseconds(at)
  const short = span(Math.abs(apart))
  if (short === '') return 'just now'
  return apart < 0 ? `in ${short}` : `${short} ago`
}

/** The moment in the zone, or in UTC: `2026-11-21 14:02 UTC`. */
export function absolute(at: Moment, zone?: string): string {
  const date = new Date(at)
  const iso = date.toISOString()
  if (zone !== undefined) return inZone(date, zone)
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}

/** How long something took: `640 ms`, `1.4 s`, `3 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < minute - 50) return `${Number((ms / 1000).toFixed(1))} s`
  const seconds = Math.round(ms / 1000)
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** A `<time>` that says how long ago, with the moment itself in its title; `short` leaves out "ago". */
export function timeTag(
  at: Moment,
  now: Moment,
  { short = false, zone }: { short?: boolean | undefined; zone?: string | undefined } = {},
): string {
  const date = new Date(at)
  const words = short ? span(Math.abs(milliseconds(now) - date.getTime())) || 'now' : relative(date, now)
  const mode = short ? ' data-short' : ''
  return `<time datetime="${date.toISOString()}" title="${absolute(date, zone)}"${mode}>${words}</time>`
}

/** A `<time>` that says the moment itself. */
export function momentTag(at: Moment, zone?: string): string {
  const text = absolute(at, zone)
  return `<time datetime="${new Date(at).toISOString()}" title="${text}" data-moment>${text}</time>`
}

function span(ms: number): string {
  if (ms < minute) return ''
  if (ms < hour) return `${Math.floor(ms / minute)} min`
  if (ms < day) return `${Math.floor(ms / hour)} h`
  if (ms < 60 * day) return `${Math.floor(ms / day)} d`
  if (ms < 365 * day) return `${Math.floor(ms / (30 * day))} mo`
  return `${Math.floor(ms / (365 * day))} y`
}

const milliseconds = (at: Moment): number => (typeof at === 'number' ? at : new Date(at).getTime())
