import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connect } from './driver.ts'
import { migrationFolder, testFolder } from './fixtures/folder.ts'
import { migrateDatabase, pendingMigrations } from './migrate.ts'

const start =
  'create table catalog_items (id text primary key);\n--> statement-breakpoint\ninsert into catalog_items values (1);'

function testPortal(migrations: Record<string, string> = { '0000_start': start }) {
  const dir = testFolder()
  const options = {
    file: join(dir, 'data', 'portal.sqlite'),
    backupDir: join(dir, 'backups'),
    folders: [{ feature: 'catalog', dir: migrationFolder(join(dir, 'catalog'), migrations) }],
  }
  const program = (changed: Record<string, string>) => migrationFolder(join(dir, 'catalog'), changed)
  return { dir, options, program, copies: () => (existsSync(options.backupDir) ? readdirSync(options.backupDir) : []) }
}

async function query(file: string, text: string): Promise<unknown[]> {
  const connection = await connect(file, { readonly: true })
  try {
    return connection.prepare(text).all()
  } finally {
    connection.close()
  }
}

test('all pending migrations are applied once, folder by folder, and noted', async () => {
  const { dir, options } = testPortal()
  const docs = migrationFolder(join(dir, 'docs'), {
    '0000_b': 'create table docs_pages (id text references catalog_items (id));',
    '0001_a': 'create virtual table docs_search using fts5(body);',
  })
  const folders = [...options.folders, { feature: 'docs', dir: docs }]
  const names = [
    { feature: 'catalog', name: '0000_start' },
    { feature: 'docs', name: '0000_b' },
    { feature: 'docs', name: '0001_a' },
  ]
  expect(await pendingMigrations({ ...options, folders })).toEqual(names)
  expect(existsSync(options.file)).toBe(false)
  expect(await migrateDatabase({ ...options, folders, now: () => new Date(77) })).toEqual(names)
  expect(await pendingMigrations({ ...options, folders })).toEqual([])
  expect(await migrateDatabase({ ...options, folders })).toEqual([])
  expect(await query(options.file, 'select * from catalog_items')).toEqual([{ id: '1' }])
  const noted = await query(options.file, 'select feature, name, applied_at from callboard_migrations order by 1, 2')
  expect(noted).toEqual(names.map((name) => ({ ...name, applied_at: 77 })))
})

test('a failing migration takes all others of that start back and names itself', async () => {
  const { options, program, copies } = testPortal()
  await migrateDatabase(options)
  program({ '0000_start': start, '0001_more': 'create table catalog_more (id);', '0002_bad': 'create tabel oops;' })
  await expect(migrateDatabase(options)).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringMatching(/catalog\/0002_bad failed and nothing was changed: .*syntax error/),
    hint: expect.any(String),
  })
  expect(await query(options.file, "select name from sqlite_schema where name = 'catalog_more'")).toEqual([])
  expect(await pendingMigrations(options)).toHaveLength(2)
  expect(copies()).toEqual([])
})

test('a migration that ends the transaction is refused', async () => {
  const { options } = testPortal({ '0000_commit': 'create table a (id);\n--> statement-breakpoint\ncommit;' })
  await expect(migrateDatabase(options)).rejects.toThrow('it ends the transaction it runs in')
})

test('rebuilding a table keeps the rows that refer to it; rows left without it are refused', async () => {
  const first = `create table a (id integer primary key); create table b (a integer references a (id) on delete cascade);
    insert into a values (1); insert into b values (1);`
  const rebuild = `PRAGMA foreign_keys=OFF;
--> statement-breakpoint
create table __new_a (id integer primary key, title text); insert into __new_a select id, 'x' from a;
drop table a; alter table __new_a rename to a;
--> statement-breakpoint
PRAGMA foreign_keys=ON;`
  const { options, program } = testPortal({ '0000_first': first })
  await migrateDatabase(options)
  program({ '0000_first': first, '0001_rebuild': rebuild })
  await migrateDatabase(options)
  expect(await query(options.file, 'select * from b')).toEqual([{ a: 1 }])
  program({ '0000_first': first, '0001_rebuild': rebuild, '0002_lose': 'delete from a;' })
  await expect(migrateDatabase(options)).rejects.toThrow('rows that refer to nothing')
  expect(await query(options.file, 'select id from a')).toEqual([{ id: 1 }])
})

test('a database of a newer program is refused by name, one of a plugin that was switched off is not', async () => {
  const { dir, options, program } = testPortal({ '0000_start': start, '0001_future': 'create table later (id);' })
  const plugin = migrationFolder(join(dir, 'costs'), { '0000_costs': 'create table costs_months (id);' })
  await migrateDatabase({ ...options, folders: [...options.folders, { feature: 'costs', dir: plugin }] })
  expect(await migrateDatabase(options)).toEqual([])
  program({ '0000_start': start })
  const refusal = { code: 'conflict', message: expect.stringContaining('does not know catalog/0001_future') }
  await expect(migrateDatabase(options)).rejects.toMatchObject(refusal)
  await expect(pendingMigrations(options)).rejects.toMatchObject(refusal)
})

test('a migration that was changed after it was applied is refused, other line ends are not', async () => {
  const { options, program } = testPortal()
  await migrateDatabase(options)
  program({ '0000_start': start.replaceAll('\n', '\r\n') })
  expect(await migrateDatabase(options)).toEqual([])
  program({ '0000_start': `${start} ` })
  await expect(migrateDatabase(options)).rejects.toThrow('catalog/0000_start was changed after it had been applied')
})

test('before each change a database with content is copied; the last three copies stay', async () => {
  const { options, program, copies } = testPortal()
  const migrations: Record<string, string> = { '0000_start': start }
  await migrateDatabase(options)
  expect(copies()).toEqual([])
  for (let n = 1; n <= 5; n += 1) {
    migrations[`000${n}_row`] = `insert into catalog_items values ('n${n}');`
    program(migrations)
    await migrateDatabase({ ...options, now: () => new Date(Date.UTC(2030, 0, n)) })
  }
  await migrateDatabase(options)
  const days = ['03', '04', '05']
  expect(copies().sort()).toEqual(days.map((day) => `before-migration-203001${day}T000000000Z.sqlite`))
  const [first = ''] = copies().sort()
  const rows = await query(join(options.backupDir, first), 'select id from catalog_items order by id')
  expect(rows).toEqual([{ id: '1' }, { id: 'n1' }, { id: 'n2' }])
})

test('without room for the copy nothing is migrated', async () => {
  const { options, program, copies } = testPortal()
  await migrateDatabase({ ...options, freeSpace: async () => 0 })
  program({ '0000_start': start, '0001_more': 'create table catalog_more (id);' })
  await expect(migrateDatabase({ ...options, freeSpace: async () => 5 * 2 ** 20 })).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringMatching(/has 5 MB free, 33 MB are needed/),
    hint: expect.stringContaining('Free some space'),
  })
  expect(copies()).toEqual([])
  expect(await pendingMigrations(options)).toHaveLength(1)
  expect(await migrateDatabase({ ...options, freeSpace: async () => 40 * 2 ** 20 })).toHaveLength(1)
})

test('folders that cannot be read and names given twice are said', async () => {
  const { dir, options } = testPortal()
  const missing = { feature: 'docs', dir: join(dir, 'nowhere') }
  await expect(migrateDatabase({ ...options, folders: [missing] })).rejects.toThrow('The migrations of "docs" in')
  const twice = [...options.folders, ...options.folders]
  await expect(migrateDatabase({ ...options, folders: twice })).rejects.toThrow('Two folders with migrations')
  expect(existsSync(options.file)).toBe(false)
})
