import { LRUCache } from 'lru-cache'

/** A region of the world with the zones in it, for a list to choose from. */
export interface ZoneRegion {
  title: string
  zones: readonly { name: string; title: string }[]
}

const longestName = 64
const pattern = /^[a-z][\w+-]*(\/[a-z][\w+-]*){0,2}$/i
// Each takes some tens of kilobytes, and whoever writes a cookie names the zone.
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 24 })

/** Names that cities have now, beside those under which the runtime still lists them. */
const newer: Readonly<Record<string, string>> = {
  'America/Godthab': 'Nuuk',
  'Asia/Calcutta': 'Kolkata',
  'Asia/Katmandu': 'Kathmandu',
  'Asia/Rangoon': 'Yangon',
  'Asia/Saigon': 'Ho Chi Minh City',
  'Europe/Kiev': 'Kyiv',
}

/** The zone as the runtime calls it; undefined for a name that is none. Case does not matter. */
export function zoneOf(name: string | undefined): string | undefined {
  if (name === undefined || name.length > longestName || !pattern.test(name)) return undefined
  try {
    return formatOf(name).resolvedOptions().timeZone
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The moment as clocks in the zone show it: `2026-11-21 15:02 UTC+1`. */
export function inZone(at: Date, zone: string): string {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = value
  const { year = '', month, day, hour, minute, timeZoneName = 'GMT' } = parts
  return `${year.padStart(4, '0')}-${month}-${day} ${hour}:${minute} ${timeZoneName.replace('GMT', 'UTC').replace(/\+0$/, '')}`
}

/** Every zone that the runtime knows, by region, UTC left out. */
export function zoneRegions(): ZoneRegion[] {
  const regions = new Map<string, { name: string; title: string }[]>()
  for (const name of Intl.supportedValuesOf('timeZone')) {
    const slash = name.indexOf('/')
    if (slash === -1 || name.startsWith('Etc/')) continue
    const region = name.slice(0, slash)
    const own = name
      .slice(slash + 1)
      .replaceAll('_', ' ')
      .replaceAll('/', ', ')
    const title = newer[name] ? `${newer[name]} (${own})` : own
    regions.set(region, [...(regions.get(region) ?? []), { name, title }])
  }
  return [...regions].map(([title, zones]) => ({ title, zones }))
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'shortOffset',
  })
  formats.set(zone, format)
  return format
}
