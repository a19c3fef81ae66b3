import { join } from 'node:path'
import type { LoadedConfig } from '../platform/config/load.ts'

/** The one file that holds everything the portal knows. */
export function databaseFile({ dataDir }: Pick<LoadedConfig, 'dataDir'>): string {
  return join(dataDir, 'callboard.sqlite')
}
