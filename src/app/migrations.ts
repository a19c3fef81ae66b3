import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from '../api/plugin.ts'

export interface MigrationFolder {
  feature: string
  dir: string
}

const root = fileURLToPath(new URL('../../migrations/', import.meta.url))

/** Tables of the platform first, then those of the plugins in the order of the configuration. */
export function migrationFolders(plugins: readonly Plugin[]): MigrationFolder[] {
  const platform = ['audit', 'jobs', 'facts'].map((feature) => ({ feature, dir: join(root, feature) }))
  const features = plugins.flatMap(({ name, tables }) => (tables ? [{ feature: name, dir: tables.migrations }] : []))
  return [...platform, ...features]
}
