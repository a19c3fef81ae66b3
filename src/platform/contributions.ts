import type { FactSpec } from '../api/fact.ts'
import type { KindSpec } from '../api/kind.ts'
import type {
  Command,
  EntityCard,
  EntityTab,
  HomeCard,
  JobSpec,
  NavItem,
  PermissionSpec,
  Plugin,
  PluginContext,
} from '../api/plugin.ts'
import type { Processor, Provider } from '../api/provider.ts'
import type { Route } from '../api/route.ts'
import type { SearchSource } from '../api/search.ts'
import type { SettingsSection } from '../api/settings.ts'
import { type ServiceRef, serviceRef } from '../api/wiring.ts'

/** Something a plugin contributed, with who did and what it runs with. */
export interface Contributed<T> {
  plugin: string
  /** `<plugin>.<id>`, unique in the portal. */
  id: string
  spec: T
  ctx: PluginContext
}

/** Everything the plugins of the configuration bring, collected before any of it runs. */
export interface Contributions {
  plugins: readonly Plugin[]
  /** The context of each plugin, by its name. */
  contexts: ReadonlyMap<string, PluginContext>
  permissions: ReadonlyMap<string, PermissionSpec & { plugin: string }>
  routes: readonly Contributed<Route>[]
  nav: readonly Contributed<NavItem>[]
  homeCards: readonly Contributed<HomeCard>[]
  entityTabs: readonly Contributed<EntityTab>[]
  entityCards: readonly Contributed<EntityCard>[]
  facts: readonly Contributed<FactSpec>[]
  kinds: readonly Contributed<KindSpec>[]
  providers: readonly Contributed<Provider>[]
  processors: readonly Contributed<Processor>[]
  searchSources: readonly Contributed<SearchSource>[]
  settings: readonly Contributed<SettingsSection>[]
  jobs: readonly Contributed<JobSpec>[]
  commands: readonly Contributed<Command>[]
}

export const contributionsRef: ServiceRef<Contributions> = serviceRef('platform.contributions')
