import { expect, test } from 'vitest'
import { domId } from './ids.ts'
import { capital, count, plural, sentence } from './plural.ts'
import { initialsOf, railOf, themeOf } from './shell.ts'
import { absolute, duration, relative, timeTag } from './time.ts'
import { breakable, safeHref } from './words.ts'

const now = Date.parse('2026-11-21T14:02:30Z')
const ago = (ms: number) => now - ms
const minute = 60_000
const day = 86_400_000

test.each([
  [0, 'just now'],
  [59_999, 'just now'],
  [minute, '1 min ago'],
  [59.9 * minute, '59 min ago'],
  [60 * minute, '1 h ago'],
  [day - 1, '23 h ago'],
  [day, '1 d ago'],
  [59 * day, '59 d ago'],
  [60 * day, '2 mo ago'],
  [364 * day, '12 mo ago'],
  [365 * day, '1 y ago'],
  [-5 * minute, 'in 5 min'],
])('%d ms ago reads as %s', (ms, words) => {
  expect(relative(ago(ms), now)).toBe(words)
})

test('an absolute time is in UTC and says so', () => {
  expect(absolute(now)).toBe('2026-11-21 14:02 UTC')
})

test('a time tag carries the moment for scripts and people', () => {
  expect(timeTag(ago(26 * minute), now)).toBe(
    '<time datetime="2026-11-21T13:36:30.000Z" title="2026-11-21 13:36 UTC">26 min ago</time>',
  )
  expect(timeTag(ago(26 * minute), now, { short: true })).toContain(' data-short>26 min</time>')
  expect(timeTag(now, now, { short: true })).toContain('>now</time>')
})

test('a moment that is no moment fails instead of printing', () => {
  expect(() => timeTag('yesterday', now)).toThrow(RangeError)
})

test.each([
  [0, '0 ms'],
  [640.4, '640 ms'],
  [1400, '1.4 s'],
  [2000, '2 s'],
  [60_000, '1 min'],
  [185_000, '3 min 5 s'],
  [119_800, '2 min'],
])('%d ms lasts %s', (ms, words) => {
  expect(duration(ms)).toBe(words)
})

test('numbers come with their noun', () => {
  expect([0, 1, 2, 21_001].map((n) => plural(n, 'entity', 'entities'))).toEqual([
    'no entities',
    '1 entity',
    '2 entities',
    '21,001 entities',
  ])
  expect(plural(2, 'owner')).toBe('2 owners')
  expect(count(1000)).toBe('1,000')
  expect(capital('no entities')).toBe('No entities')
  expect(['It broke', 'Why?', 'Done.', ''].map(sentence)).toEqual(['It broke.', 'Why?', 'Done.', ''])
})

test('ids of records need no escaping and never collide', () => {
  const refs = ['component:a/b-c', 'component:a-b/c', 'component:a/b.c', 'component:a/b_c', 'component:a_2fb/c']
  const ids = refs.map((ref) => domId('catalog-row', ref))
  expect(ids[0]).toBe('catalog-row-component_3aa_2fb-c')
  expect(new Set(ids).size).toBe(refs.length)
  for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9_-]*$/)
})

test.each([
  ['https://a.example/x', true],
  ['HTTP://a.example', true],
  ['mailto:a@b.example', true],
  ['/catalog', true],
  ['?as=json', true],
  ['#L4', true],
  ['javascript:alert(1)', false],
  [' javascript:alert(1)', false],
  ['java\nscript:alert(1)', false],
  ['data:text/html,x', false],
  ['//evil.example', false],
  ['/\\evil.example', false],
  ['/\t/evil.example', false],
  ['/\n/evil.example', false],
  ['/catalog\u0000', false],
  ['JaVaScRiPt:alert(1)', false],
  ['vbscript:x', false],
  ['\u0001javascript:x', false],
  ['https\t://a.example', false],
  ['', false],
])('%j is safe in a link: %s', (address, safe) => {
  expect(safeHref(address)).toBe(safe ? address : null)
})

test('a key may break after its signs, and stays escaped', () => {
  expect(breakable('a.example/b_c<d>&')).toBe('a.<wbr>example/<wbr>b_<wbr>c&lt;d&gt;&amp;')
  expect(breakable('ends.')).toBe('ends.')
})

test('initials are of the first and last word', () => {
  expect(['Ada Lind', 'payments', 'x', 'Éva Ágnes Őri', 'team-cart', '', '🦊 fox'].map(initialsOf)).toEqual([
    'AL',
    'PA',
    'X',
    'ÉŐ',
    'TC',
    '?',
    '🦊F',
  ])
})

test('cookies that say nothing known are ignored', () => {
  expect([themeOf('dark'), themeOf('"><script>'), themeOf(undefined)]).toEqual(['dark', 'auto', 'auto'])
  expect([railOf('narrow'), railOf('x')]).toEqual(['narrow', 'wide'])
})
