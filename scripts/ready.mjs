// Whether what package-lock.json names is installed, and was proven to work with this Node. Takes a few milliseconds.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const lockfile = `${root}package-lock.json`
/** What npm writes when it has finished: the packages that are there. */
export const installedLockfile = `${root}node_modules/.package-lock.json`
const marker = `${root}node_modules/.cache/callboard-setup.json`
const runtime = `${process.versions.modules}-${process.platform}-${process.arch}`

/** @param {{ dev: boolean }} need `dev`: the packages for development too */
export function isReady({ dev }) {
  const known = readMarker()
  return (
    known !== undefined &&
    known.wanted === digest(lockfile) &&
    known.installed === digest(installedLockfile) &&
    known.proven.includes(runtime) &&
    (known.dev || !dev)
  )
}

/** Remembers that all is well, until one of the two lock files changes. */
export function markReady({ dev }) {
  const wanted = digest(lockfile)
  const installed = digest(installedLockfile)
  const known = readMarker()
  const same = known?.wanted === wanted && known.installed === installed ? known : undefined
  const proven = [...new Set([...(same?.proven ?? []), runtime])]
  mkdirSync(dirname(marker), { recursive: true })
  writeFileSync(marker, JSON.stringify({ wanted, installed, dev: dev || (same?.dev ?? false), proven }))
}

/** After a rebuild for this Node, what was proven for others holds no longer. */
export function forgetReady() {
  mkdirSync(dirname(marker), { recursive: true })
  writeFileSync(marker, '{}')
}

function readMarker() {
  try {
    const known = JSON.parse(readFileSync(marker, 'utf8'))
    return Array.isArray(known.proven) ? known : undefined
  } catch {
    return undefined // Absent, or cut short by a crash: then everything is looked at again.
  }
}

function digest(file) {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex')
  } catch {
    return 'absent'
  }
}
