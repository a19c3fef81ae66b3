import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SourceTree } from '../../api/source-tree.ts'

/** What a file holds, or where a symbolic link leads to. */
export type TreeFiles = Record<string, string | Uint8Array | { link: string } | undefined>

/** A source that a test can change. */
export interface TreeFixture {
  /** Adds and replaces files; `undefined` removes one. */
  write(files: TreeFiles): Promise<void>
  open(): Promise<SourceTree>
  close(): Promise<void>
}

/** The promises every SourceTree keeps. `outside` is a path, relative to the root, of a file outside the source. */
export function sourceTreeContract(name: string, make: () => Promise<TreeFixture & { outside: string }>): void {
  describe(`${name} keeps the promises of a source tree`, () => {
    let source: TreeFixture & { outside: string }

    beforeEach(async () => {
      source = await make()
    })

    afterEach(async () => {
      await source.close()
    })

    async function list(patterns?: string[]): Promise<string[]> {
      return (await (await source.open()).list(patterns)).map((entry) => entry.path)
    }

    test('it lists every file, sorted, but those of git and npm', async () => {
      await source.write({
        'b.yaml': '1',
        'a/z.yaml': '22',
        'a/.hidden/x.yaml': '',
        '.backstage/catalog-info.yaml': '',
        'B.yaml': '',
        'node_modules/x/catalog-info.yaml': '',
        'a/node_modules/catalog-info.yaml': '',
      })
      expect(await list()).toEqual(['.backstage/catalog-info.yaml', 'B.yaml', 'a/.hidden/x.yaml', 'a/z.yaml', 'b.yaml'])
      expect((await (await source.open()).list(['a/z.yaml']))[0]?.size).toBe(2)
    })

    test('patterns choose, at any depth, names with a dot included', async () => {
      await source.write({
        'catalog-info.yaml': '',
        'one/catalog-info.yml': '',
        '.backstage/catalog-info.yaml': '',
        'one/test/catalog-info.yaml': '',
        'one/other.yaml': '',
        'my-catalog-info.yaml': '',
        'x(1)/[a].yaml': '',
      })
      expect(await list(['**/catalog-info.{yaml,yml}'])).toEqual([
        '.backstage/catalog-info.yaml',
        'catalog-info.yaml',
        'one/catalog-info.yml',
        'one/test/catalog-info.yaml',
      ])
      expect(await list(['one/*.yaml'])).toEqual(['one/other.yaml'])
      expect(await list(['./one/**', '!**/test/**'])).toEqual(['one/catalog-info.yml', 'one/other.yaml'])
      expect(await list(['*.yaml', 'one/other.yaml'])).toEqual([
        'catalog-info.yaml',
        'my-catalog-info.yaml',
        'one/other.yaml',
      ])
      expect(await list(['nothing/*'])).toEqual([])
      expect(await list([])).toEqual([])
    })

    test('a pattern that could take for ever is refused', async () => {
      await source.write({ [`${'a'.repeat(200)}.yaml`]: '' })
      const tree = await source.open()
      for (const pattern of ['*a*a*a*a*b', '**/**/a/**/**/**/b', 'a'.repeat(2000)]) {
        await expect(tree.list([pattern])).rejects.toMatchObject({ code: 'invalid' })
      }
    })

    test('reading gives the bytes', async () => {
      const bytes = new Uint8Array([0, 255, 10, 128])
      await source.write({ 'a.bin': bytes, 'deep/er/b.txt': 'grün\n', 'empty.txt': '' })
      const tree = await source.open()
      expect([...(await tree.read('a.bin'))]).toEqual([...bytes])
      expect(Buffer.from(await tree.read('deep/er/b.txt')).toString()).toBe('grün\n')
      expect(Buffer.from(await tree.read('./deep/../deep//er/b.txt')).toString()).toBe('grün\n')
      expect((await tree.read('empty.txt')).length).toBe(0)
    })

    test('reading stops at the size allowed, 10 MiB unless told otherwise', async () => {
      await source.write({ 'a.txt': '12345', 'big.bin': new Uint8Array(10 * 1024 * 1024 + 1) })
      const tree = await source.open()
      expect((await tree.read('a.txt', { maxBytes: 5 })).length).toBe(5)
      await expect(tree.read('a.txt', { maxBytes: 4 })).rejects.toMatchObject({ code: 'invalid' })
      await expect(tree.read('big.bin')).rejects.toMatchObject({ code: 'invalid' })
      expect((await tree.read('big.bin', { maxBytes: 11 * 1024 * 1024 })).length).toBe(10 * 1024 * 1024 + 1)
    })

    test('what is no file of the tree is not found', async () => {
      await source.write({
        'a/b.txt': '',
        'node_modules/x.txt': '',
        loop: { link: 'loop' },
        broken: { link: 'nothing' },
      })
      const tree = await source.open()
      for (const path of [
        'c.txt',
        'a',
        'a/',
        'a/b.txt/c',
        'A/b.txt',
        '.git/config',
        'node_modules/x.txt',
        'loop',
        'broken',
      ]) {
        await expect(tree.read(path), path).rejects.toMatchObject({ code: 'not_found' })
        expect(await tree.stat(path), path).toBeUndefined()
      }
      expect(await list()).toEqual(['a/b.txt'])
    })

    test('nothing leads out of the tree', async () => {
      await source.write({
        'a.txt': '',
        'sub/out.txt': { link: `../${source.outside}` },
        out: { link: source.outside.split('/').slice(0, -1).join('/') },
      })
      const tree = await source.open()
      const name = source.outside.split('/').at(-1)
      for (const path of [
        source.outside,
        'a/../../x',
        '..',
        '/etc/passwd',
        'a.txt\0',
        '',
        '.',
        'sub/out.txt',
        `out/${name}`,
      ]) {
        await expect(tree.read(path), path).rejects.toMatchObject({ code: 'invalid' })
        await expect(tree.stat(path), path).rejects.toMatchObject({ code: 'invalid' })
      }
      expect(await list()).toEqual(['a.txt'])
    })

    test('links inside the tree count as what they lead to, and circles end', async () => {
      await source.write({
        'real/a.txt': 'here',
        'link.txt': { link: 'real/a.txt' },
        'real/up': { link: '..' },
        also: { link: 'real' },
      })
      const tree = await source.open()
      expect(await list()).toEqual(expect.arrayContaining(['also/a.txt', 'link.txt', 'real/a.txt']))
      expect((await list()).length).toBeLessThan(10)
      expect(Buffer.from(await tree.read('link.txt')).toString()).toBe('here')
      expect(Buffer.from(await tree.read('also/a.txt')).toString()).toBe('here')
    })

    test('stat gives what the listing gives', async () => {
      await source.write({ 'a/b.txt': '12345' })
      const tree = await source.open()
      const [entry] = await tree.list()
      expect(await tree.stat('a/b.txt')).toEqual(entry)
      expect(await tree.stat('./a//b.txt')).toEqual(entry)
    })

    test('revision and blob stay while nothing changes, and change with the content', async () => {
      await source.write({ 'a.txt': 'one', 'b.txt': 'one' })
      const first = await source.open()
      const again = await source.open()
      expect(again.revision).toBe(first.revision)
      expect(await again.list()).toEqual(await first.list())
      await source.write({ 'a.txt': 'two' })
      const changed = await source.open()
      expect(changed.revision).not.toBe(first.revision)
      const [a, b] = await first.list()
      const [newA, newB] = await changed.list()
      expect(newA?.blob).not.toBe(a?.blob)
      expect(newB).toEqual(b)
      await source.write({ 'b.txt': undefined })
      const removed = await source.open()
      expect(removed.revision).not.toBe(changed.revision)
      expect((await removed.list()).map((entry) => entry.path)).toEqual(['a.txt'])
    })

    test('names with blanks, umlauts and signs are kept as they are', async () => {
      const names = ['a b.txt', "it's.txt", 'ü.txt', 'x\ny.txt', 'back\\slash.txt', '-n.txt', '%41.txt']
      await source.write(Object.fromEntries(names.map((path) => [path, path])))
      const tree = await source.open()
      expect((await tree.list()).map((entry) => entry.path)).toEqual(names.toSorted())
      for (const path of names) expect(Buffer.from(await tree.read(path)).toString()).toBe(path)
    })

    test('an aborted caller gets no answer', async () => {
      await source.write({ 'a.txt': '' })
      const tree = await source.open()
      await expect(tree.list(undefined, AbortSignal.abort())).rejects.toThrow('aborted')
      await expect(tree.read('a.txt', { signal: AbortSignal.abort() })).rejects.toThrow('aborted')
    })
  })
}
