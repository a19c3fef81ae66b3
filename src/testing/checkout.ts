import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout, for the tests that hold its files against our conventions. */
export const checkout = fileURLToPath(new URL('../../', import.meta.url))

const skipped = new Set(['node_modules', '.git', 'data', '.cache'])

/** Paths of all files below a folder of the checkout, sorted, with `/`. */
export function filesBelow(folder: string): string[] {
  const entries = readdirSync(join(checkout, folder), { withFileTypes: true })
  return entries
    .filter(({ name }) => !skipped.has(name))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      return entry.isDirectory() ? filesBelow(path) : [path]
    })
    .sort()
}

export function readText(path: string): string {
  return readFileSync(join(checkout, path), 'utf8')
}

export const isTest = (path: string): boolean => /\.test\.(ts|mjs)$/.test(path)
