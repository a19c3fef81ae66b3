import { expect, test } from 'vitest'
import { absolute, momentTag, timeTag } from './time.ts'
import { inZone, zoneOf, zoneRegions } from './zone.ts'

const winter = new Date('2026-11-21T23:02:30Z')
const summer = new Date('2026-07-01T23:02:30Z')

test.each([
  ['UTC', '2026-11-21 23:02 UTC'],
  ['Europe/Berlin', '2026-11-22 00:02 UTC+1'],
  ['Asia/Kathmandu', '2026-11-22 04:47 UTC+5:45'],
  ['America/New_York', '2026-11-21 18:02 UTC-5'],
  ['Europe/London', '2026-11-21 23:02 UTC'],
])('in %s it is %s', (zone, text) => {
  expect(inZone(winter, zone)).toBe(text)
})

test('the offset is that of the moment, not of today', () => {
  expect(inZone(summer, 'Europe/Berlin')).toBe('2026-07-02 01:02 UTC+2')
})

test('times are told in the zone that is asked for, in UTC without one', () => {
  expect(absolute(winter)).toBe('2026-11-21 23:02 UTC')
  expect(absolute(winter, 'Asia/Tokyo')).toBe('2026-11-22 08:02 UTC+9')
  expect(timeTag(winter, winter, { zone: 'Asia/Tokyo' })).toBe(
    '<time datetime="2026-11-21T23:02:30.000Z" title="2026-11-22 08:02 UTC+9">just now</time>',
  )
  expect(momentTag(winter, 'Asia/Tokyo')).toBe(
    '<time datetime="2026-11-21T23:02:30.000Z" title="2026-11-22 08:02 UTC+9" data-moment>2026-11-22 08:02 UTC+9</time>',
  )
})

test('a zone is known by its name, without regard to case', () => {
  expect(zoneOf('europe/berlin')).toBe('Europe/Berlin')
  expect(zoneOf('UTC')).toBe('UTC')
  expect(zoneOf('America/Argentina/Buenos_Aires')).toMatch(/Buenos_Aires$/)
})

test.each([
  undefined,
  '',
  'Mars/Olympus',
  '+01:00',
  '../etc/passwd',
  'Europe/Berlin"><b>',
  'Europe//Berlin',
  'a'.repeat(65),
  'Europe/Berlin\n',
])('%j is no zone', (name) => {
  expect(zoneOf(name)).toBeUndefined()
})

test('every zone that can be chosen is one', () => {
  const zones = zoneRegions().flatMap((region) => region.zones)
  expect(zones.length).toBeGreaterThan(350)
  expect(zones.filter(({ name }) => zoneOf(name) === undefined)).toEqual([])
  expect(zoneRegions().map(({ title }) => title)).toEqual(expect.arrayContaining(['Africa', 'Asia', 'Europe']))
  expect(zones.find(({ name }) => /\/(Kolkata|Calcutta)$/.test(name))?.title).toMatch(/^Kolkata/)
  expect(zones.find(({ name }) => name === 'America/New_York')?.title).toBe('New York')
})
