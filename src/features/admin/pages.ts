import type { Actor } from '../../api/actor.ts'
import { PortalError } from '../../api/errors.ts'
import { nearest } from '../../api/nearest.ts'
import type { ServiceRef } from '../../api/wiring.ts'
import { type LoadedConfig, loadedConfig } from '../../platform/config/load.ts'
import { mask } from '../../platform/config/mask.ts'
import { printedConfig } from '../../platform/config/printed.ts'
import { contributionsRef } from '../../platform/contributions.ts'
import { appliedMigrations, tableNames } from '../../platform/db/inventory.ts'
import { aboutRef } from './about.ts'
import { factGroups, reportOf } from './about-view.ts'
import { overviewRef } from './overview.ts'
import { pluginPage, pluginRow } from './plugin-views.ts'
import type { AboutPage, ConfigPage, OverviewPage, PluginPage, PluginsPage } from './views.ts'

type Use = <T>(service: ServiceRef<T>) => T

const mostSources = 10

export async function overviewPage(use: Use, actor: Actor): Promise<OverviewPage> {
  const overview = use(overviewRef)
  const sources = await overview.sources(actor)
  // Those in need first: of hundreds only some fit.
  const rank = ['failed', 'held', 'reading', 'waiting', 'partial', 'ok']
  const rows = [...(sources ?? [])].sort((a, b) => rank.indexOf(a.state) - rank.indexOf(b.state)).slice(0, mostSources)
  return {
    attention: await overview.attention(actor),
    sources: sources ? { rows, more: sources.length - rows.length, href: '/catalog/sources' } : null,
    figures: (await overview.figures(actor)) ?? null,
    links: overview.links(actor),
  }
}

export function pluginsPage(use: Use): PluginsPage {
  const all = use(contributionsRef)
  const configured = namesOf(use(loadedConfig))
  return {
    plugins: all.plugins.map((plugin) => pluginRow(plugin, all, configured)),
  }
}

/** @throws PortalError `not_found` */
export function onePluginPage(use: Use, name: string): PluginPage {
  const all = use(contributionsRef)
  const plugin = all.plugins.find((one) => one.name === name)
  if (!plugin) throw unknownPlugin(name, [...all.contexts.keys()])
  const read = all.contexts.get(name)?.db.read
  const tables = {
    names: read && plugin.tables ? tableNames(read, `${name}_`) : [],
    migrations: read ? appliedMigrations(read).filter(({ feature }) => feature === name) : [],
  }
  const page = pluginPage(plugin, { all, configured: namesOf(use(loadedConfig)), tables })
  return { ...page, permission: 'admin.plugins' }
}

const namesOf = ({ plugins }: LoadedConfig) => new Set(plugins.map(({ name }) => name))

function unknownPlugin(name: string, known: readonly string[]): PortalError {
  const [meant] = nearest(name, known, 1)
  return new PortalError('not_found', `There is no plugin called ${name}`, {
    hint: meant ? `Did you mean ${meant}?` : 'All of them are listed at /admin/plugins.',
  })
}

export function configPage(use: Use): ConfigPage {
  const config = use(loadedConfig)
  const shown = mask(config)
  return {
    file: config.origins?.plugins === 'command' ? null : config.file,
    options: Object.entries(config.origins ?? {}).map(([name, from]) => ({
      name,
      value: name === 'plugins' ? config.plugins.map((plugin) => plugin.name).join(', ') : optionText(shown, name),
      from: origins[from] ?? `variable ${from}`,
    })),
    printed: printedConfig(config, use(contributionsRef).plugins),
  }
}

const origins: Readonly<Record<string, string>> = { file: 'file', default: 'default', command: 'command line' }

/** `outbound.timeout` in the masked configuration. */
function optionText(shown: unknown, name: string): string {
  const value = name.split('.').reduce((within, key) => Reflect.get(Object(within), key), shown)
  if (value === undefined || value === null) return 'not set'
  // On one line, which breaks between its parts.
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1).replace(/\n */g, ' ')
}

export async function aboutPage(use: Use, actor: Actor): Promise<AboutPage> {
  const figures = await use(aboutRef).figures(actor)
  return {
    groups: factGroups(figures),
    report: reportOf(figures),
    reportHref: '/admin/about.txt',
  }
}

export async function aboutText(use: Use, actor: Actor): Promise<string> {
  return reportOf(await use(aboutRef).figures(actor))
}
