import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type TestPortal, testPortal } from '../../testing/index.ts'
import { exampleFiles } from './fixtures/examples.ts'
import { mutatedDocument } from './fixtures/mutations.ts'
import { endsWithDirective } from './fixtures/scrutiny.ts'
import { entity } from './fixtures/shop.ts'

// Good documents in files with bad ones, in a folder of such files: read, stored and shown as if they were alone.

const files = 200
const seed = 20

const good = (name: string) => entity({ name, namespace: 'good', title: `Title of ${name}` })

function folder(): { texts: Record<string, string>; names: string[] } {
  const texts: Record<string, string> = Object.fromEntries(exampleFiles)
  const names: string[] = []
  for (const [index, text] of fc.sample(mutatedDocument, { seed, numRuns: files }).entries()) {
    const around = endsWithDirective(text) ? [`before-${index}`] : [`before-${index}`, `after-${index}`]
    const [before = '', after = ''] = around.map(good)
    names.push(...around)
    texts[`bad/${index}.yaml`] = `${before}---\n${text}\n${after}`
  }
  return { texts, names }
}

const titles = (portal: TestPortal) =>
  portal.portal.db.read.all("select title from catalog_entities where namespace = 'good'") as { title: string }[]

test(`${files} files with something wrong in their middle lose none of what stands around it`, async () => {
  const { texts, names } = folder()
  await using portal = await testPortal({ files: texts })
  expect(new Set(titles(portal).map(({ title }) => title))).toEqual(new Set(names.map((name) => `Title of ${name}`)))
  const alone = await testPortal({ files: Object.fromEntries(exampleFiles) })
  const refs = (one: TestPortal) =>
    (one.portal.db.read.all('select ref from catalog_entities') as { ref: string }[]).map(({ ref }) => ref)
  const expected = refs(alone)
  await alone.close()
  expect(expected.length).toBeGreaterThan(30)
  expect(refs(portal)).toEqual(expect.arrayContaining(expected))
  for (const url of ['/catalog?kind=all', '/catalog/problems', '/catalog/problems?severity=error', '/']) {
    expect((await portal.get(url)).status, url).toBe(200)
  }
  const last = await portal.get('/catalog/good/component/before-0')
  expect(last.region('catalog-head').text).toContain('Title of before-0')
})
