import { isCandidate } from './apis.ts'
import { isAside } from './aside.ts'
import { codeownersPlaces } from './codeowners.ts'
import { isManifest } from './packages.ts'
import { isReadme } from './survey.ts'

/** Most files of one repository that are brought to be looked into; those nearest to its root go first. */
const most = 600

const besides = /(^|\/)(catalog-info\.ya?ml|Containerfile|settings\.gradle(\.kts)?|pnpm-workspace\.yaml|main\.go)$/
const places = new Set(codeownersPlaces)

/**
 * Files that inferring may read: where content comes from elsewhere, it is brought in one go. What is forgotten here is
 * noted in the file that is made.
 */
export function lookedInto(paths: readonly string[]): ReadonlySet<string> {
  const depth = (path: string) => path.split('/').length
  const wanted = paths.filter(isWanted).sort((a, b) => depth(a) - depth(b))
  return new Set(wanted.slice(0, most))
}

function isWanted(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (isManifest(name) || besides.test(path) || isReadme(path) || places.has(path)) return true
  return isCandidate(path) && !isAside(path)
}
