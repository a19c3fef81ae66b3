import { resolve } from 'node:path'
import { PortalError } from '../api/errors.ts'
import { catalog, checkoutsProvider, type FoundRepositories } from '../features/index.ts'
import type { LoadedConfig } from '../platform/config/load.ts'
import { configWithoutFile } from '../platform/config/without-file.ts'

/** The line that `start` and the first page have for those who look for their own repositories. */
export const fromExample = 'callboard start --from ~/src'

/**
 * Takes `--from DIR|URL…` out of the arguments of `start`; it may stand several times.
 *
 * @returns undefined where it is not there
 * @throws PortalError `invalid` when nothing follows
 */
export function takeFrom(argv: readonly string[]): string[] | undefined {
  const from: string[] = []
  let isGiven = false
  let isOpen = false
  for (const word of argv) {
    const inline = word.startsWith('--from=') ? word.slice('--from='.length) : undefined
    if (word === '--from' || inline !== undefined) {
      isGiven = true
      isOpen = true
      if (inline) from.push(inline)
    } else if (isOpen && !word.startsWith('-')) from.push(word)
    else if (isGiven)
      throw new PortalError('invalid', `start does not know ${word}`, { hint: 'Write callboard start --from DIR|URL…' })
  }
  if (isGiven && from.length === 0) {
    throw new PortalError('invalid', '--from needs the name of a folder or the address of a repository', {
      hint: `Write for example ${fromExample}.`,
    })
  }
  return isGiven ? [...new Set(from)] : undefined
}

/** A portal that shows checkouts: its configuration, and what was found at the last reading. */
export interface FromPortal {
  config: LoadedConfig
  found(): FoundRepositories | undefined
}

/** A portal that shows checkouts and repositories, without a configuration file. */
export function configFrom(from: readonly string[], given: { env: NodeJS.ProcessEnv; cwd: string }): FromPortal {
  let last: FoundRepositories | undefined
  const provider = checkoutsProvider({
    from: from.map((one) => absolute(one, given.cwd)),
    found: (found) => {
      last = found
    },
  })
  const config = configWithoutFile({
    ...given,
    title: provider.title,
    plugins: [catalog({ providers: [provider] })],
    words: [provider.id],
  })
  return { config, found: () => last }
}

const absolute = (path: string, cwd: string) => (/^[^/\\]*:/.test(path) ? path : resolve(cwd, path))
