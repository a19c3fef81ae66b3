import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Assets, createAssets, encodeFor } from './assets.ts'

const shipped = resolve(import.meta.dirname, '../../../public')
let root: string
let assets: Assets

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'assets-'))
  cpSync(shipped, join(root, 'public'), { recursive: true })
  mkdirSync(join(root, 'costs'))
  writeFileSync(join(root, 'costs/costs.css'), '@layer features {\n  /* note */\n  .costs {\n    color: red;\n  }\n}\n')
  assets = await build()
})

afterAll(() => {
  rmSync(root, { recursive: true })
})

const build = () =>
  createAssets({ public: join(root, 'public'), folders: [{ name: 'costs', path: join(root, 'costs') }] })

const bodyOf = (path: string): string => assets.files.get(path)?.body.toString() ?? ''

test('serves every address that the shell prints, under a name with its hash, for ever', () => {
  for (const path of Object.values(assets.urls)) {
    const asset = assets.files.get(path)
    expect(path).toMatch(/^\/assets\/[a-z]+-[\w-]{12}\.(css|js|svg)$/)
    expect(asset?.cache).toContain('immutable')
    expect(path).toContain(asset?.etag.replaceAll('"', ''))
  }
})

test('bundles the layers in their order, then the features, without comments', () => {
  const css = bodyOf(assets.urls.css)
  expect(css).toMatch(/^\s*@layer reset, tokens, base, layout, components, features;/)
  const places = ['@layer tokens {', '@layer base {', '@layer layout {', '@layer components {', '.costs {'].map(
    (part) => css.indexOf(part),
  )
  expect(places).not.toContain(-1)
  expect(places).toEqual([...places].sort((a, b) => a - b))
  expect(css).not.toContain('/*')
})

test('bundles every style sheet there is', () => {
  const css = bodyOf(assets.urls.css)
  const folder = join(root, 'public/css')
  const sheets = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.css'))
  expect(sheets.length).toBeGreaterThan(10)
  const squeezed = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\s+/g, ' ')
  expect(sheets.filter((path) => !css.includes(squeezed(readFileSync(join(folder, path), 'utf8'))))).toEqual([])
})

test('bundles htmx before our own scripts, which it does not outgrow its budget with', () => {
  const js = bodyOf(assets.urls.js)
  expect(js.indexOf('registerExtension')).toBeLessThan(js.indexOf('callboard-tt'))
  expect(js).toContain("'use strict'")
  expect(assets.files.get(assets.urls.js)?.gzip.length).toBeLessThan(20 * 1024)
})

test('scripts compile, and hold nothing that the content security policy forbids', () => {
  const js = bodyOf(assets.urls.js)
  expect(() => new Function(js)).not.toThrow()
  const own = js.slice(js.indexOf('/* 1-htmx.js */'))
  expect(own).not.toMatch(/\beval\(|innerHTML|new Function|document\.write/)
})

test('knows the icons of the sprite', () => {
  expect(assets.icons.href).toBe(assets.urls.icons)
  for (const name of ['box', 'plug', 'database', 'dot', 'mark']) expect(assets.icons.names).toContain(name)
})

test('compresses what it serves, and chooses by what the browser takes', () => {
  const css = assets.files.get(assets.urls.css)
  if (!css) throw new Error('no style sheet')
  expect(brotliDecompressSync(css.brotli)).toEqual(css.body)
  expect(gunzipSync(css.gzip)).toEqual(css.body)
  expect(encodeFor(css, 'gzip, deflate, br').encoding).toBe('br')
  expect(encodeFor(css, 'br;q=0, gzip;q=0.5').encoding).toBe('gzip')
  expect(encodeFor(css, 'identity').encoding).toBeUndefined()
  expect(encodeFor(css, undefined).body).toBe(css.body)
})

test('changes the address when the content changes', async () => {
  const before = assets.urls.css
  writeFileSync(join(root, 'costs/costs.css'), '@layer features { .costs { color: blue; } }')
  const after = await build()
  expect(after.urls.css).not.toBe(before)
  expect(after.urls.js).toBe(assets.urls.js)
})
