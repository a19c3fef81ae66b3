import { PortalError } from '../api/errors.ts'
import type { PermissionSpec, Plugin, PluginContext } from '../api/plugin.ts'
import type { Contributed, Contributions } from '../platform/contributions.ts'

/** Permissions of the portal itself, beside those of its features. */
const platformPermissions: Record<string, PermissionSpec> = {
  'live.read': { on: 'portal', description: 'Be told when something on an open page has changed.' },
  // They count what there is, whoever may see it.
  'metrics.read': {
    on: 'portal',
    description: 'Read the figures at /metrics, which count everything there is.',
    reads: false,
  },
}

/**
 * Collects what the plugins contribute, in the order of the configuration, and checks it as a whole.
 *
 * @throws PortalError `invalid` that lists every clash and every name that leads nowhere
 */
export function collect(plugins: readonly Plugin[], contextOf: (plugin: Plugin) => PluginContext): Contributions {
  const problems: string[] = []
  const contexts = new Map(plugins.map((plugin) => [plugin.name, contextOf(plugin)]))

  const gather = <T>(what: string, list: (plugin: Plugin) => readonly T[] | undefined, idOf: (item: T) => string) => {
    const seen = new Map<string, string>()
    return plugins.flatMap((plugin) =>
      (list(plugin) ?? []).map((spec): Contributed<T> => {
        const own = idOf(spec)
        const other = seen.get(own)
        if (other) problems.push(`${what} "${own}" is contributed by plugin "${plugin.name}" and by "${other}"`)
        seen.set(own, plugin.name)
        return {
          plugin: plugin.name,
          id: `${plugin.name}.${own}`,
          spec,
          ctx: contexts.get(plugin.name) as PluginContext,
        }
      }),
    )
  }
  const scoped = <T extends { id: string }>(what: string, list: (plugin: Plugin) => readonly T[] | undefined) => {
    for (const plugin of plugins) findRepeats(list(plugin) ?? [], `${what} of plugin "${plugin.name}"`, problems)
    return plugins.flatMap((plugin) =>
      (list(plugin) ?? []).map(
        (spec): Contributed<T> => ({
          plugin: plugin.name,
          id: `${plugin.name}.${spec.id}`,
          spec,
          ctx: contexts.get(plugin.name) as PluginContext,
        }),
      ),
    )
  }

  findRepeats(
    plugins.map(({ name }) => ({ id: name })),
    'plugins',
    problems,
  )
  const contributions: Contributions = {
    plugins,
    contexts,
    permissions: collectPermissions(plugins, problems),
    routes: gather(
      'Route',
      (plugin) => plugin.routes,
      (route) => `${route.method} ${route.url}`,
    ),
    nav: scoped('nav', (plugin) => plugin.nav),
    homeCards: scoped('homeCards', (plugin) => plugin.homeCards),
    entityTabs: gather(
      'Entity tab',
      (plugin) => plugin.entityTabs,
      (tab) => tab.id,
    ),
    entityCards: scoped('entityCards', (plugin) => plugin.entityCards),
    facts: scoped('facts', (plugin) => plugin.facts),
    kinds: gather(
      'Kind',
      (plugin) => plugin.kinds,
      (kind) => kind.kind.toLowerCase(),
    ),
    providers: gather(
      'Provider',
      (plugin) => plugin.providers,
      (provider) => provider.id,
    ),
    processors: scoped('processors', (plugin) => plugin.processors),
    searchSources: scoped('searchSources', (plugin) => plugin.searchSources),
    settings: scoped('settings', (plugin) => plugin.settings),
    jobs: scoped('jobs', (plugin) => plugin.jobs),
    commands: gather(
      'Command',
      (plugin) => plugin.commands,
      (command) => command.name,
    ),
  }
  checkPermissions(contributions, problems)
  if (problems.length > 0) {
    throw new PortalError(
      'invalid',
      `The plugins do not fit together:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
      {
        hint: 'Change the plugins named, or leave one of them out of portal.config.ts.',
      },
    )
  }
  return contributions
}

function collectPermissions(plugins: readonly Plugin[], problems: string[]): Contributions['permissions'] {
  const permissions = new Map<string, PermissionSpec & { plugin: string }>()
  for (const [name, spec] of Object.entries(platformPermissions)) permissions.set(name, { ...spec, plugin: 'platform' })
  for (const plugin of plugins) {
    for (const [name, spec] of Object.entries(plugin.permissions ?? {})) {
      if (!name.startsWith(`${plugin.name}.`)) {
        problems.push(`Permission "${name}" of plugin "${plugin.name}" must begin with "${plugin.name}."`)
      }
      permissions.set(name, { ...spec, plugin: plugin.name })
    }
  }
  return permissions
}

function checkPermissions(all: Contributions, problems: string[]): void {
  const known = (permission: string, where: string) => {
    if (!all.permissions.has(permission)) problems.push(`${where} names the unknown permission "${permission}"`)
  }
  for (const { spec, plugin } of all.routes) {
    const where = `Route ${spec.method} ${spec.url} of plugin "${plugin}"`
    if ((spec.permission === undefined) === (spec.public === undefined)) {
      problems.push(`${where} needs a permission, or public: true, and not both`)
    } else if (spec.permission !== undefined) known(spec.permission, where)
  }
  const named = [
    ...all.nav,
    ...all.homeCards,
    ...all.entityTabs,
    ...all.entityCards,
    ...all.facts,
    ...all.searchSources,
    ...all.settings,
  ]
  for (const { spec, id } of named) {
    known(spec.permission, `Contribution "${id}"`)
  }
  for (const [name, spec] of all.permissions) {
    if (spec.default !== undefined) known(spec.default, `The default of permission "${name}"`)
  }
}

function findRepeats(items: readonly { id: string }[], where: string, problems: string[]): void {
  const seen = new Set<string>()
  for (const { id } of items) {
    if (seen.has(id)) problems.push(`"${id}" stands twice in ${where}`)
    seen.add(id)
  }
}
