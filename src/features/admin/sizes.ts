import { duration } from '../../platform/views/time.ts'

const units = ['bytes', 'kB', 'MB', 'GB', 'TB']

/** A number of bytes as people read it: `640 bytes`, `1.4 MB`. */
export function sizeText(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0
  return `${value.toFixed(digits)} ${units[unit]}`
}

/** A length of time: `640 ms`, `30 s`, `1 h 30 min`. */
export const spanText = (ms: number): string => (ms < 60_000 ? duration(ms) : lastedText(ms / 1000))

/** A time that something has lasted: `3 d 4 h`, `4 h 12 min`, `12 min`. */
export function lastedText(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  if (minutes < 1) return 'less than a minute'
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24]
  const parts = days > 0 ? { d: days, h: hours } : { h: hours, min: minutes % 60 }
  return Object.entries(parts)
    .flatMap(([unit, number]) => (number > 0 ? [`${number} ${unit}`] : []))
    .join(' ')
}
