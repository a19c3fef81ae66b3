import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { createAssets } from '../../platform/views/assets.ts'
import { createViews, type Views } from '../../platform/views/engine.ts'
import { gallery } from './fixtures.ts'

const root = resolve(import.meta.dirname, '../../..')
const folders = readdirSync(join(root, 'views')).map((name) => ({ name, path: join(root, 'views', name) }))
let views: Views

beforeAll(async () => {
  const assets = await createAssets({ public: join(root, 'public'), folders })
  views = createViews({ folders, icons: assets.icons, strict: true })
})

const samples = gallery().sections.flatMap((section) =>
  section.samples.map((sample) => [`${section.title}: ${sample.state}`, sample] as const),
)

test.each(samples)('%s renders strictly, as one element', (_, sample) => {
  const html = views.render(sample.view, sample.props).trim()
  const tag = /^<([a-z0-9]+)[\s>]/.exec(html)?.[1]
  expect(tag).toBeDefined()
  expect(html.endsWith(`</${tag}>`)).toBe(true)
})

test('every region of the catalog that can stand alone is in the gallery', () => {
  const drawn = new Set(samples.map(([, sample]) => sample.view))
  const partials = readdirSync(join(root, 'views/catalog')).filter((file) => file.startsWith('_'))
  const missing = partials.map((file) => `catalog/${file.replace('.eta', '')}`).filter((view) => !drawn.has(view))
  // A stack of notes: drawn as what it holds.
  expect(missing).toEqual(['catalog/_troubles'])
})

test('no id stands twice on the gallery', () => {
  const html = views.render('admin/gallery', gallery())
  const ids = Array.from(html.matchAll(/\sid="([^"]+)"/g), (match) => match[1])
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
})
