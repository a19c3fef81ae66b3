import { posix, resolve } from 'node:path'
import { z } from 'zod'
import { PortalError } from '../../../api/errors.ts'
import type { Provider } from '../../../api/provider.ts'
import type { Duration } from '../../../api/time.ts'
import { configurationFolder } from '../../../platform/config/folder.ts'
import { type FolderTree, openFolder } from '../../../platform/source/folder.ts'
import { watchFolder } from '../../../platform/source/watch.ts'
import { KindRules } from '../config.ts'
import { isDuration, isInside } from './option-checks.ts'

export const FolderOptions = z.strictObject({
  path: z.string().trim().min(1).describe('The folder; a relative path starts at the folder of the configuration'),
  paths: z
    .array(z.string().min(1).refine(isInside, 'a pattern is relative to the folder and stays inside it'))
    .min(1)
    .default(['**/catalog-info.{yaml,yml}'])
    .describe('Patterns of the files to read, relative to the folder; the Locations in them lead to more'),
  title: z
    .string()
    .trim()
    .min(1)
    .optional()
    .describe('What the source is called on pages; the name of the folder unless given'),
  watch: z.boolean().default(true).describe('Whether a change of a file is noticed at once'),
  every: z
    .custom<Duration>(isDuration, 'write a length of time, for example 30s, 5m or 1d')
    .default('10m')
    .describe('How often the folder is read again in any case; files that did not change are not read'),
  rules: KindRules.optional().describe('Which kinds the folder may define; every kind unless the catalog has rules'),
})

/**
 * Entities from the files of a folder, watched.
 *
 * @throws ZodError when an option is wrong
 * @example folderProvider({ path: 'examples' })
 * @example folderProvider({ path: '/srv/catalog', paths: ['all.yaml'] })
 */
export function folderProvider(options: z.input<typeof FolderOptions>): Provider {
  const { path, paths, title, watch, every, rules } = FolderOptions.parse(options)
  const given = posix.normalize(path).replace(/(?<=.)\/$/, '')
  const root = resolve(configurationFolder(), path)
  return {
    id: `folder:${given}`,
    title: title ?? (posix.basename(resolve(root)) || root),
    type: 'folder',
    paths,
    every,
    open: (signal) => open(root, path, signal),
    ...(watch && { watch: (changed, failed) => watchFolder(root, { changed, failed }) }),
    locationOf: (file) => `file:${posix.join(root, file)}`,
    pathOf: (target) => pathInside(root, target),
    ...(rules && { rules }),
  }
}

/** `file:/srv/catalog/a.yaml`, as `locationOf` writes it, and `file:///srv/catalog/a.yaml`. */
function pathInside(root: string, target: string): string | undefined {
  const [, slashes, path] = /^file:(\/\/)?(\/.*)$/i.exec(target) ?? []
  if (path === undefined) return undefined
  const inside = posix.relative(root, posix.normalize(slashes ? decoded(path) : path))
  return inside === '' || inside === '..' || inside.startsWith('../') ? undefined : inside
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path // A percent sign of its own.
  }
}

async function open(root: string, path: string, signal: AbortSignal): Promise<FolderTree> {
  try {
    return await openFolder(root, { signal })
  } catch (cause) {
    if (!(cause instanceof PortalError)) throw cause
    throw new PortalError(cause.code, cause.message, {
      hint: `Correct the option path ("${path}") of folderProvider. ${cause.hint ?? ''}`.trim(),
      cause,
    })
  }
}
