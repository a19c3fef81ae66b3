import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const css = readFileSync(join(import.meta.dirname, '../../../public/css/tokens.css'), 'utf8').replaceAll(
  'var(--hue)',
  '262',
)
const pair = /--([\w-]+):\s*light-dark\(\s*oklch\(([^)]+)\)\s*,\s*oklch\(([^)]+)\)/g
const tokens = new Map(
  Array.from(css.matchAll(pair), ([, name = '', light = '', dark = '']) => [
    name,
    { light: luminance(light), dark: luminance(dark) },
  ]),
)

const grounds = ['surface', 'surface-sunken', 'surface-raised', 'surface-hover']
const pairs = [
  ...['text', 'text-quiet', 'text-faint', 'accent', 'ok', 'warn', 'bad'].flatMap((ink) =>
    grounds.map((on) => [ink, on]),
  ),
  ...['ok', 'warn', 'bad'].map((ink) => [ink, `${ink}-soft`]),
  ...['ok-soft', 'warn-soft', 'bad-soft', 'accent-soft'].flatMap((on) => [
    ['text', on],
    ['text-quiet', on],
    ['accent', on],
  ]),
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
]

test.each(pairs)('%s can be read on %s in both themes', (ink = '', ground = '') => {
  for (const theme of ['light', 'dark'] as const) {
    expect(contrast(ink, ground, theme), theme).toBeGreaterThanOrEqual(4.5)
  }
})

test('the edge of a field can be seen in both themes', () => {
  for (const theme of ['light', 'dark'] as const) {
    expect(contrast('border-field', 'surface-raised', theme), theme).toBeGreaterThanOrEqual(3)
  }
})

function contrast(ink: string, ground: string, theme: 'light' | 'dark'): number {
  const [a, b] = [tokens.get(ink)?.[theme], tokens.get(ground)?.[theme]]
  if (a === undefined || b === undefined) throw new Error(`No token ${a === undefined ? ink : ground}`)
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

/** Relative luminance of `L% C H`, by way of linear sRGB as CSS Color 4 converts it; what lies outside is clipped. */
function luminance(oklch: string): number {
  const [l = 0, c = 0, h = 0] = oklch
    .replace('var(--hue)', '262')
    .split(/\s+/)
    .map((part) => Number.parseFloat(part))
  const [a, b] = [c * Math.cos((h * Math.PI) / 180), c * Math.sin((h * Math.PI) / 180)]
  const light = l / 100
  const long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (light - 0.0894841775 * a - 1.291485548 * b) ** 3
  const red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
  const green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
  const blue = -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short
  const clip = (value: number) => Math.min(1, Math.max(0, value))
  return 0.2126 * clip(red) + 0.7152 * clip(green) + 0.0722 * clip(blue)
}
