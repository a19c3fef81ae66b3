import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { gitCalls } from '../../../testing/git-calls.ts'
import { contentOf, gitStage, signal } from './fixtures/stage.ts'
import { keepingObjects, keptIn } from './kept.ts'

const at = gitStage()
const folder = async () => join(await at.clonePath(), 'callboard-kept')

/** The runs of git that it takes to read a file with its last commit, as another process would. */
async function runsOf(read: () => Promise<unknown>): Promise<string[]> {
  const calls = gitCalls(at.base)
  const path = process.env.PATH
  process.env.PATH = calls.path
  try {
    await read()
    return calls.list().map(({ command }) => command)
  } finally {
    process.env.PATH = path
  }
}

async function read() {
  const tree = await at.repository().last(undefined)
  const bytes = await tree?.read('catalog-info.yaml')
  return { text: bytes && Buffer.from(bytes).toString(), commit: await tree?.log('catalog-info.yaml') }
}

test('what was read once is read without git, also its last commit, and until the repository moves on', async () => {
  const tree = await at.repository().open(undefined, signal)
  expect(await contentOf(tree)).toBe('one')
  const commit = await tree.log('catalog-info.yaml')
  expect(await runsOf(read)).toEqual([])
  expect(await read()).toEqual({ text: 'one', commit })

  const before = await readdir(await folder())
  const head = at.source.commit({ 'catalog-info.yaml': 'two' })
  expect(await contentOf(await at.repository().open(undefined, signal))).toBe('two')
  expect((await read()).commit?.id).toBe(head)
  const after = await readdir(await folder())
  expect(after.filter((name) => before.includes(name))).toEqual([])
})

test('an object is asked for once, whatever it is asked for by', async () => {
  const asked: string[] = []
  const object = { type: 'blob', size: 3, bytes: Buffer.from('one') }
  const source = {
    read: async (name: string) => {
      asked.push(name)
      return object
    },
    close: () => undefined,
  }
  await at.repository().open(undefined, signal)
  const batch = keepingObjects(source, keptIn(await at.clonePath()))
  const [id, tree] = ['a'.repeat(40), `${'b'.repeat(40)}^{tree}`]
  for (const name of [id, tree, id, tree, 'HEAD', 'HEAD']) expect(await batch.read(name, 100)).toEqual(object)
  expect(asked).toEqual([id, tree, 'HEAD', 'HEAD'])
  expect(await batch.read(id, 2)).toEqual({ ...object, bytes: undefined })
})

test('what was cut short or changed counts as not there', async () => {
  const tree = await at.repository().open(undefined, signal)
  await contentOf(tree)
  const names = await readdir(await folder())
  expect(names.length).toBeGreaterThan(0)
  for (const name of names) {
    const file = join(await folder(), name)
    const bytes = await readFile(file)
    await writeFile(
      file,
      bytes.length % 2 === 0 ? bytes.subarray(0, -1) : Buffer.concat([bytes.subarray(0, -1), Buffer.from('!')]),
    )
  }
  expect((await read()).text).toBe('one')
})

test('where nothing can be kept, git is asked', async () => {
  const tree = await at.repository().open(undefined, signal)
  await writeFile(await folder(), 'no folder')
  expect(await contentOf(tree)).toBe('one')
  expect((await read()).text).toBe('one')
})

test('large files are left to git', async () => {
  at.source.commit({ 'catalog-info.yaml': 'x'.repeat(70_000) })
  await contentOf(await at.repository().open(undefined, signal))
  expect((await read()).text).toHaveLength(70_000)
  for (const name of await readdir(await folder())) {
    expect((await readFile(join(await folder(), name))).length).toBeLessThan(66_000)
  }
})

test('no more than so many are kept', async () => {
  const files = Object.fromEntries(Array.from({ length: 150 }, (_, number) => [`f${number}.yaml`, `${number}`]))
  at.source.commit(files)
  const tree = await at.repository().open(undefined, signal)
  await tree.prefetch(() => true, signal)
  for (const path of Object.keys(files)) await tree.read(path)
  expect((await readdir(await folder())).length).toBe(100)
  expect(Buffer.from((await tree.read('f149.yaml')) ?? []).toString()).toBe('149')
})
