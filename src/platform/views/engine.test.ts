import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createViews, type Views, type ViewsOptions } from './engine.ts'
import type { Frame, Shell } from './shell.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'views-'))
})

afterEach(() => {
  rmSync(root, { recursive: true })
})

/** Writes the views, by name, and returns an engine for them. */
function views(files: Record<string, string>, options: Partial<ViewsOptions> = {}): Views {
  const names = new Set(Object.keys(files).map((file) => file.split('/')[0] ?? ''))
  for (const name of names) mkdirSync(join(root, name), { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, `${file}.eta`), text)
  return createViews({
    folders: [...names].map((name) => ({ name, path: join(root, name) })),
    icons: { href: '/icons.svg', names: new Set(['box', 'dot']) },
    now: () => new Date('2026-11-21T14:00:00Z'),
    ...options,
  })
}

const shell = { title: 'Cart', portalTitle: 'Acme' } as Shell
const frame = (layout: Frame['layout'], within?: 'entity'): Frame => ({ layout, shell, ...(within && { within }) })

test('prints null and false as nothing, zero as zero, and escapes the rest', () => {
  const page = views({ 'a/x': '[<%= it.none %>][<%= it.no %>][<%= it.zero %>][<%= it.text %>]' })
  expect(page.render('a/x', { none: null, no: false, zero: 0, text: `<b a='"'>&` })).toBe(
    '[][][0][&lt;b a=&#39;&quot;&#39;&gt;&amp;]',
  )
})

test('refuses to print undefined, and says in which file and line', () => {
  const page = views({ 'a/x': 'one\n<p>\n<%= it.misspelt %>\n' })
  expect(() => page.render('a/x', {})).toThrow(/a\/x:3[\s\S]*printed undefined/)
})

test('refuses undefined in a raw tag too', () => {
  const page = views({ 'a/x': '<%~ it.misspelt %>' })
  expect(() => page.render('a/x', {})).toThrow('undefined')
})

test('puts a page into the layout of its frame, and leaves a partial alone', () => {
  const page = views({
    'layouts/page': '<html><%= it.shell.title %>:<%~ it.body %></html>',
    'layouts/fragment': '<main><%~ it.body %></main>',
    'layouts/entity': '<% layout(it.outer) %><h1><%= it.entity %></h1><%~ it.body %>',
    'a/x': '<% layout(it.layout) %><p><%= it.text %></p>',
  })
  const props = { text: 'hi', entity: 'cart' }
  expect(page.render('a/x', props, frame('page'))).toBe('<html>Cart:<p>hi</p></html>')
  expect(page.render('a/x', props, frame('fragment'))).toBe('<main><p>hi</p></main>')
  expect(page.render('a/x', props, frame('page', 'entity'))).toBe('<html>Cart:<h1>cart</h1><p>hi</p></html>')
  expect(page.render('a/x', props)).toBe('<p>hi</p>')
})

test('gives a partial what it is handed and nothing of the page around it', () => {
  const page = views({ 'a/x': `<%~ part('a/_y', { own: 1 }) %>`, 'a/_y': `<%= it.own %><%= String('title' in it) %>` })
  expect(page.render('a/x', { title: 'page' })).toBe('1false')
})

test('finds the built-in views by a name without a slash', () => {
  const page = views({ 'shared/_table': 'table' })
  expect(page.render('table', {})).toBe('table')
  expect([page.exists('table'), page.exists('facts'), page.exists('shared/_table')]).toEqual([true, false, true])
})

test('does not leave the folders of views', () => {
  const page = views({ 'a/x': 'x' })
  writeFileSync(join(root, 'secret.eta'), 'secret')
  expect([page.exists('a/../secret'), page.exists('b/x'), page.exists('a/')]).toEqual([false, false, false])
  expect(() => page.render('a/../secret', {})).toThrow('no view "a/../secret"')
})

test.each([
  ['a condition', '<% if (it.misspelt) { %>x<% } %>'],
  ['a nested object', '<% if (it.row.misspelt) { %>x<% } %>'],
  ['a list', '<% for (const row of it.rows) { %><% if (row.misspelt) { %>x<% } %><% } %>'],
  ['an include', `<%~ include('a/_part') %>`],
  ['a partial', `<%~ part('a/_part', { row: it.row }) %>`],
  ['a layout', `<% layout('layouts/page') %>x`],
])('strict: a misspelt prop in %s throws and names itself', (_, text) => {
  const files = { 'a/x': text, 'a/_part': '<% if (it.misspelt) { %>x<% } %>', 'layouts/page': '<% it.misspelt %>' }
  const props = { row: { name: 'cart' }, rows: [{ name: 'cart' }] }
  expect(() => views(files, { strict: true }).render('a/x', props)).toThrow('has no "misspelt"')
  expect(() => views(files).render('a/x', props)).not.toThrow()
})

test('strict: what is given prints as it does otherwise', () => {
  const files = {
    'a/x': `<% const { at, rows } = it %><%~ time(at) %><%= rows.map((row) => row.name).join() %><%= given(it, 'may') %>`,
  }
  const props = { at: new Date('2026-11-21T13:58:00Z'), rows: [{ name: 'a' }, { name: 'b' }] }
  const plain = views(files).render('a/x', props)
  expect(plain).toContain('>2 min ago</time>a,b')
  expect(views(files, { strict: true }).render('a/x', props)).toBe(plain)
})

test('draws an icon of the sprite, a dot for an unknown one, and refuses that when strict', () => {
  const files = { 'a/x': `<%~ icon(it.name) %>` }
  expect(views(files).render('a/x', { name: 'box' })).toContain('<use href="/icons.svg#box"/>')
  expect(views(files).render('a/x', { name: '"><script>' })).toContain('#dot')
  expect(() => views(files, { strict: true }).render('a/x', { name: 'nope' })).toThrow('no icon "nope"')
})

test('reads a changed file again in development only', () => {
  const file = join(root, 'a/x.eta')
  const changed = () => {
    writeFileSync(file, 'new')
    utimesSync(file, new Date(), new Date(Date.now() + 5000))
  }
  const fixed = views({ 'a/x': 'old' })
  const live = views({ 'a/x': 'old' }, { development: true })
  expect([fixed.render('a/x', {}), live.render('a/x', {})]).toEqual(['old', 'old'])
  changed()
  expect([fixed.render('a/x', {}), live.render('a/x', {})]).toEqual(['old', 'new'])
})

test('compiles all views ahead, with pauses, so that none is read when it is shown', async () => {
  const page = views({ 'a/x': '<%~ part("own", {}) %>', 'b/y': 'y', 'shared/_own': 'own' })
  let pauses = 0
  await page.prepare(async () => void pauses++)
  expect(pauses).toBe(3)
  // They stay where they are, and would now say something else.
  for (const file of ['a/x', 'b/y', 'shared/_own']) writeFileSync(join(root, `${file}.eta`), 'read again')
  expect(page.render('a/x', {})).toBe('own')
  expect(page.render('b/y', {})).toBe('y')
})

test('a view that does not compile is told by who compiles ahead', async () => {
  const page = views({ 'a/x': '<% if ( %>' })
  await expect(page.prepare(async () => undefined)).rejects.toThrow()
})
