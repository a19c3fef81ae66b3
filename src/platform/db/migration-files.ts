import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../api/errors.ts'

/** Where a feature's migrations lie: SQL files and the journal `meta/_journal.json` that names their order. */
export interface MigrationFolder {
  feature: string
  dir: string
}

export interface Migration {
  feature: string
  /** File name without its ending: `0001_owner`. */
  name: string
  /** Of the text, whatever its line ends. */
  hash: string
  statements: string[]
}

const Journal = z.object({ entries: z.array(z.object({ tag: z.string().regex(/^[\w-]+$/) })) })

/**
 * Reads all migrations, folder by folder in the order given, each in the order of its journal.
 *
 * @throws Error naming the folder when its journal or one of its files is missing or broken
 */
export async function readMigrations(folders: readonly MigrationFolder[]): Promise<Migration[]> {
  const names = folders.map((folder) => folder.feature)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice) throw new Error(`Two folders with migrations are named "${twice}"`)
  return (await Promise.all(folders.map(readFolder))).flat()
}

async function readFolder({ feature, dir }: MigrationFolder): Promise<Migration[]> {
  try {
    const journal = Journal.parse(JSON.parse(await readFile(join(dir, 'meta', '_journal.json'), 'utf8')))
    return await Promise.all(journal.entries.map(({ tag }) => readMigration(feature, dir, tag)))
  } catch (cause) {
    throw new Error(`The migrations of "${feature}" in ${dir} cannot be read: ${messageOf(cause)}`, { cause })
  }
}

async function readMigration(feature: string, dir: string, name: string): Promise<Migration> {
  const text = (await readFile(join(dir, `${name}.sql`), 'utf8')).replaceAll('\r\n', '\n')
  const hash = createHash('sha256').update(text).digest('hex')
  const statements = text.split('--> statement-breakpoint').filter((part) => part.trim() !== '')
  return { feature, name, hash, statements }
}
