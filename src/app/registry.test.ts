import { expect, test } from 'vitest'
import { PortalError } from '../api/errors.ts'
import { definePlugin, type Plugin, type PluginContext } from '../api/plugin.ts'
import { route } from '../api/route.ts'
import { collect } from './registry.ts'

const contextOf = ({ name }: Plugin) => ({ plugin: name }) as PluginContext
const plugin = (name: string, more: Omit<Plugin, 'name' | 'apiVersion'> = {}) =>
  definePlugin({ name, apiVersion: 1, ...more })
const get = (url: string) => route({ method: 'GET', url, public: true, handler: () => ({}) })
const tab = (id: string, permission = 'metrics.read') => ({
  id,
  title: id,
  permission,
  view: 'facts',
  load: () => ({ facts: [] }),
})
const nav = (id: string, permission = 'metrics.read') => ({ id, title: id, href: `/${id}`, icon: 'box', permission })
const kind = (name: string) =>
  ({ kind: name, apiVersions: [], relations: [], icon: 'box', plural: `${name}s` }) as never
const provider = (id: string) => ({ id }) as never
const command = (name: string) => ({ name, summary: name, run: async () => 0 })
const job = (id: string) => ({ id, run: async () => {} })
const read = { on: 'portal', description: 'Read.' } as const

/** What is wrong with these plugins, line by line. */
function complaints(...plugins: Plugin[]): string[] {
  try {
    collect(plugins, contextOf)
    return []
  } catch (error) {
    if (!(error instanceof PortalError) || error.code !== 'invalid') throw error
    expect(error.hint).toContain('leave one of them out of portal.config.ts')
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.replace('  - ', ''))
  }
}

test.each<[what: string, plugins: Plugin[], complaint: string]>([
  ['the same plugin', [plugin('a'), plugin('a')], '"a" stands twice in plugins'],
  [
    'the same route',
    [plugin('a', { routes: [get('/x')] }), plugin('b', { routes: [get('/x')] })],
    'Route "GET /x" is contributed by plugin "b" and by "a"',
  ],
  [
    'the same tab',
    [plugin('a', { entityTabs: [tab('x')] }), plugin('b', { entityTabs: [tab('x')] })],
    'Entity tab "x" is contributed by plugin "b" and by "a"',
  ],
  [
    'the same kind',
    [plugin('a', { kinds: [kind('Robot')] }), plugin('b', { kinds: [kind('robot')] })],
    'Kind "robot" is contributed by plugin "b" and by "a"',
  ],
  [
    'the same provider',
    [plugin('a', { providers: [provider('p')] }), plugin('b', { providers: [provider('p')] })],
    'Provider "p" is contributed by plugin "b" and by "a"',
  ],
  [
    'the same command',
    [plugin('a', { commands: [command('c')] }), plugin('b', { commands: [command('c')] })],
    'Command "c" is contributed by plugin "b" and by "a"',
  ],
  ['an entry twice', [plugin('a', { nav: [nav('x'), nav('x')] })], '"x" stands twice in nav of plugin "a"'],
  [
    'a card twice',
    [plugin('a', { entityCards: [tab('x'), tab('x')] })],
    '"x" stands twice in entityCards of plugin "a"',
  ],
  [
    'a home card twice',
    [plugin('a', { homeCards: [tab('x'), tab('x')] })],
    '"x" stands twice in homeCards of plugin "a"',
  ],
  ['a job twice', [plugin('a', { jobs: [job('x'), job('x')] })], '"x" stands twice in jobs of plugin "a"'],
  [
    'a processor twice',
    [plugin('a', { processors: [{ id: 'x' }, { id: 'x' }] })],
    '"x" stands twice in processors of plugin "a"',
  ],
  [
    'a foreign permission',
    [plugin('a', { permissions: { 'b.read': read } })],
    'Permission "b.read" of plugin "a" must begin with "a."',
  ],
  [
    'an unknown permission of a route',
    [plugin('a', { routes: [{ ...get('/x'), public: undefined, permission: 'a.nothing' } as never] })],
    'Route GET /x of plugin "a" names the unknown permission "a.nothing"',
  ],
  [
    'a route without a permission',
    [plugin('a', { routes: [{ ...get('/x'), public: undefined } as never] })],
    'Route GET /x of plugin "a" needs a permission, or public: true, and not both',
  ],
  [
    'a route with both',
    [plugin('a', { routes: [{ ...get('/x'), permission: 'metrics.read' }] })],
    'Route GET /x of plugin "a" needs a permission, or public: true, and not both',
  ],
  [
    'an unknown permission of an entry',
    [plugin('a', { nav: [nav('x', 'nothing')] })],
    'Contribution "a.x" names the unknown permission "nothing"',
  ],
  [
    'an unknown permission of a tab',
    [plugin('a', { entityTabs: [tab('x', 'nothing')] })],
    'Contribution "a.x" names the unknown permission "nothing"',
  ],
  [
    'an unknown permission of a card',
    [plugin('a', { entityCards: [tab('x', 'nothing')] })],
    'Contribution "a.x" names the unknown permission "nothing"',
  ],
  [
    'an unknown permission of a home card',
    [plugin('a', { homeCards: [tab('x', 'nothing')] })],
    'Contribution "a.x" names the unknown permission "nothing"',
  ],
  [
    'an unknown default',
    [plugin('a', { permissions: { 'a.read': { ...read, default: 'b.read' } } })],
    'The default of permission "a.read" names the unknown permission "b.read"',
  ],
])('%s is a clash, and is named with both sides', (_, plugins, complaint) => {
  expect(complaints(...plugins)).toEqual([complaint])
})

test('all clashes are told at once', () => {
  const one = plugin('a', { nav: [nav('x', 'nothing')], routes: [get('/x')] })
  expect(complaints(one, plugin('b', { routes: [get('/x')], permissions: { 'c.x': read } }))).toHaveLength(3)
})

test('the same id in two plugins is no clash where the name of the plugin stands in front', () => {
  const both = (name: string) =>
    plugin(name, { nav: [nav('x')], jobs: [job('x')], entityCards: [tab('x')], homeCards: [tab('x')] })
  const { nav: entries, jobs } = collect([both('a'), both('b')], contextOf)
  expect(entries.map(({ id }) => id)).toEqual(['a.x', 'b.x'])
  expect(jobs.map(({ id, plugin }) => [id, plugin])).toEqual([
    ['a.x', 'a'],
    ['b.x', 'b'],
  ])
})

test('contributions come in the order of the plugins, each with the context of its own plugin', () => {
  const { entityTabs, permissions, contexts } = collect(
    [
      plugin('b', { entityTabs: [tab('2'), tab('1')], permissions: { 'b.read': read } }),
      plugin('a', { entityTabs: [tab('0')] }),
    ],
    contextOf,
  )
  expect(entityTabs.map(({ id, ctx }) => [id, ctx.plugin])).toEqual([
    ['b.2', 'b'],
    ['b.1', 'b'],
    ['a.0', 'a'],
  ])
  expect([...permissions].map(([name, { plugin }]) => [name, plugin])).toEqual([
    ['live.read', 'platform'],
    ['metrics.read', 'platform'],
    ['b.read', 'b'],
  ])
  expect(contexts.get('a')?.plugin).toBe('a')
})
