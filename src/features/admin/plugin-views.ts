import type { Plugin } from '../../api/plugin.ts'
import { mask } from '../../platform/config/mask.ts'
import type { Contributed, Contributions } from '../../platform/contributions.ts'
import type { Cell } from '../../platform/views/built-in.ts'
import { plural } from '../../platform/views/plural.ts'
import type { ContributionGroup, PluginPage, PluginRow } from './views.ts'

/** What the database holds of a plugin. */
export interface PluginTables {
  names: readonly string[]
  migrations: readonly { name: string; appliedAt: Date }[]
}

type Row = readonly Cell[]
type Points = Omit<Contributions, 'plugins' | 'contexts' | 'permissions'>
type Item<K extends keyof Points> = Points[K][number]

interface Point<K extends keyof Points = keyof Points> {
  title: string
  /** One of them, as in `3 routes`. */
  one: string
  many?: string
  columns: readonly string[]
  row(item: Item<K>): Row
}

const most = 200
const none = '–'

const points: { [K in keyof Points]: Point<K> } = {
  routes: {
    title: 'Routes',
    one: 'route',
    columns: ['Method', 'Address', 'Permission'],
    row: ({ spec }) => [spec.method, spec.url, spec.permission ?? 'public'],
  },
  nav: {
    title: 'Navigation',
    one: 'entry of the navigation',
    many: 'entries of the navigation',
    columns: ['Title', 'Address', 'Place', 'Permission'],
    row: ({ spec }) => [spec.title, { text: spec.href, href: spec.href }, spec.group ?? 'main', spec.permission],
  },
  homeCards: {
    title: 'Cards on the home page',
    one: 'home card',
    columns: ['Id', 'Title', 'Place', 'Permission'],
    row: ({ id, spec }) => [id, spec.title, spec.place ?? 'main', spec.permission],
  },
  entityTabs: {
    title: 'Tabs of entities',
    one: 'tab',
    columns: ['Id', 'Title', 'Permission'],
    row: ({ id, spec }) => [id, spec.title, spec.permission],
  },
  entityCards: {
    title: 'Cards of entities',
    one: 'card',
    columns: ['Id', 'Title', 'Place', 'Permission'],
    row: ({ id, spec }) => [id, spec.title, spec.place ?? 'main', spec.permission],
  },
  facts: {
    title: 'Facts',
    one: 'fact',
    columns: ['Id', 'Title', 'Every', 'Permission'],
    row: ({ id, spec }) => [id, spec.title, spec.every, spec.permission],
  },
  kinds: {
    title: 'Kinds',
    one: 'kind',
    columns: ['Kind', 'Versions'],
    row: ({ spec }) => [spec.kind, spec.apiVersions.join(', ')],
  },
  providers: {
    title: 'Providers',
    one: 'provider',
    columns: ['Title', 'Type', 'Every'],
    row: ({ spec }) => [{ text: spec.title, title: String(mask(spec.id)) }, spec.type, spec.every ?? none],
  },
  processors: { title: 'Processors', one: 'processor', columns: ['Id'], row: ({ id }) => [id] },
  searchSources: {
    title: 'Search',
    one: 'set of documents',
    many: 'sets of documents',
    columns: ['Id', 'Title', 'Permission'],
    row: ({ id, spec }) => [id, spec.title, spec.permission],
  },
  settings: {
    title: 'Settings',
    one: 'section of settings',
    many: 'sections of settings',
    columns: ['Id', 'Title', 'Place', 'Permission'],
    row: ({ id, spec }) => [id, spec.title, spec.place ?? 'person', spec.permission],
  },
  jobs: {
    title: 'Jobs',
    one: 'job',
    columns: ['Kind', 'Every', 'Time limit', 'Attempts', 'At once'],
    row: ({ id, spec }) => [
      { text: id, href: `/admin/jobs?kind=${encodeURIComponent(id)}` },
      spec.every ?? none,
      spec.timeout ?? '10m',
      spec.attempts ?? 5,
      spec.limit ?? 1,
    ],
  },
  commands: {
    title: 'Commands',
    one: 'command',
    columns: ['Command', 'What it does'],
    row: ({ spec }) => [spec.name, spec.summary],
  },
}

/** A plugin in a line. */
export function pluginRow(plugin: Plugin, all: Contributions, configured: ReadonlySet<string>): PluginRow {
  const counts = pointNames.flatMap((name) => {
    const { one, many } = points[name]
    const { length } = itemsOf(all, name, plugin.name)
    return length === 0 ? [] : [plural(length, one, many)]
  })
  return {
    name: plugin.name,
    href: `/admin/plugins/${plugin.name}`,
    isConfigured: configured.has(plugin.name),
    brings: counts.join(', '),
  }
}

/** Everything that a plugin brings, by contribution point, in the order of its own. */
export function pluginPage(
  plugin: Plugin,
  { all, configured, tables }: { all: Contributions; configured: ReadonlySet<string>; tables: PluginTables },
): Omit<PluginPage, 'tabs' | 'permission'> {
  const options = Object.keys(plugin.options ?? {}).length > 0 ? JSON.stringify(mask(plugin.options), null, 2) : null
  const contributed = pointNames.flatMap((name) => groupOf(name, all, plugin.name))
  return {
    ...pluginRow(plugin, all, configured),
    options,
    groups: [...contributed, ...permissionsOf(plugin), ...tablesOf(tables)],
  }
}

const pointNames = Object.keys(points) as (keyof Points)[]

function groupOf<K extends keyof Points>(name: K, all: Contributions, plugin: string): ContributionGroup[] {
  const { title, columns, row } = points[name] as Point<K>
  return group({ id: name, title, columns, rows: itemsOf(all, name, plugin).map((item) => row(item)) })
}

function itemsOf<K extends keyof Points>(all: Contributions, name: K, plugin: string): Item<K>[] {
  return (all[name] as readonly Contributed<unknown>[]).filter((item) => item.plugin === plugin) as Item<K>[]
}

function permissionsOf({ permissions = {} }: Plugin): ContributionGroup[] {
  const rows = Object.entries(permissions).map(([name, spec]) => [
    name,
    spec.on,
    spec.default ?? none,
    spec.description,
  ])
  return group({ id: 'permissions', title: 'Permissions', columns: ['Permission', 'On', 'Default', 'Allows'], rows })
}

function tablesOf({ names, migrations }: PluginTables): ContributionGroup[] {
  return [
    ...group({ id: 'tables', title: 'Tables', columns: ['Table'], rows: names.map((name) => [name]) }),
    ...group({
      id: 'migrations',
      title: 'Migrations',
      columns: ['Migration', 'Applied'],
      rows: migrations.map(({ name, appliedAt }) => [name, { at: appliedAt.getTime() }]),
    }),
  ]
}

function group(given: { id: string; title: string; columns: readonly string[]; rows: readonly Row[] }) {
  const { id, title, columns, rows } = given
  if (rows.length === 0) return []
  const table = { caption: title, columns: columns.map((column) => ({ title: column })), rows: rows.slice(0, most) }
  return [{ id, title, count: rows.length, table, more: Math.max(0, rows.length - most) }]
}
