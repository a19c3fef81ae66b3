import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { folderSizes } from './folder-sizes.ts'
import { lastedText, sizeText } from './sizes.ts'

function folder(files: Readonly<Record<string, number>>): string {
  const root = mkdtempSync(join(tmpdir(), 'callboard-sizes-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), Buffer.alloc(bytes))
  }
  return root
}
const signal = new AbortController().signal

test('the parts of the data folder are added up, whatever lies how deep', async () => {
  const root = folder({
    'callboard.sqlite': 100,
    'callboard.sqlite-wal': 20,
    'callboard.sqlite-shm': 3,
    'git/a/objects/pack/x.pack': 1000,
    'git/b/HEAD': 1,
    'backups/before-migration-1.sqlite': 50,
    lock: 7,
  })
  expect(await folderSizes(root, signal)).toEqual([
    { id: 'database', title: 'Database', bytes: 100 },
    { id: 'journal', title: 'Journal of the database', bytes: 23 },
    { id: 'clones', title: 'Clones of repositories', bytes: 1001 },
    { id: 'backups', title: 'Copies before migrations', bytes: 50 },
    { id: 'other', title: 'Everything else', bytes: 7 },
  ])
})

test('links are not followed, also where they lead in a circle', async () => {
  const root = folder({ 'git/a': 10 })
  const elsewhere = folder({ large: 5000 })
  symlinkSync(elsewhere, join(root, 'git/elsewhere'))
  symlinkSync(root, join(root, 'git/circle'))
  const clones = (await folderSizes(root, signal)).find(({ id }) => id === 'clones')
  expect(clones?.bytes).toBeLessThan(1000)
})

test('a folder that is not there is empty, and who stops need not wait', async () => {
  expect((await folderSizes('/no/such/folder', signal)).map(({ bytes }) => bytes)).toEqual([0, 0])
  await expect(folderSizes(folder({ a: 1 }), AbortSignal.abort())).rejects.toThrow()
})

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [12_400, '12 kB'],
  [999_600, '1.0 MB'],
  [1_440_000, '1.4 MB'],
  [81_000_000_000, '81 GB'],
])('%d bytes are %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text)
})

test.each([
  [0, 'less than a minute'],
  [61, '1 min'],
  [3600, '1 h'],
  [3660, '1 h 1 min'],
  [86_400, '1 d'],
  [277_200, '3 d 5 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(lastedText(seconds)).toBe(text)
})
