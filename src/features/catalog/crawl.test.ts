import { afterEach, describe, expect, test } from 'vitest'
import { type TestPortal, type TestPortalOptions, testPortal } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'

// Files change, and what the catalog shows follows. Every test has a portal and a folder of its own.

let portal: TestPortal
const start = async (files: Record<string, string>, options: TestPortalOptions = {}) => {
  portal = await testPortal({ files, ...options })
}
afterEach(() => portal.close())

const page = (name: string) => portal.get(`/catalog/default/component/${name}`)

const all = <T>(statement: string) => portal.portal.db.read.all(statement) as unknown as T[]
const refs = () => all<{ ref: string }>('select ref from catalog_entities order by ref').map(({ ref }) => ref)
const changes = () =>
  all<{ ref: string; action: string; fields: string | null }>(
    'select ref, action, fields from catalog_changes order by id',
  ).map(({ ref, action, fields }) => [
    ref,
    action,
    fields && JSON.parse(fields).map(({ path }: { path: string }) => path),
  ])
/** All but that nothing defines the group which owns every entity here. */
const problems = () =>
  all<{ ref: string | null; path: string; code: string; severity: string }>(
    "select ref, path, code, severity from catalog_problems where message not like 'No group is called payments%' order by path, code, ref",
  )

describe('a file', () => {
  test('that changes is shown as it is now, and its change is written down', async () => {
    await start({ 'a.yaml': entity({ name: 'a', description: 'Before' }) })
    expect((await page('a')).text).toContain('Before')
    portal.write('a.yaml', entity({ name: 'a', description: 'Afterwards', tags: ['new'] }))
    await portal.crawl()
    const { text } = await page('a')
    expect(text).toContain('Afterwards')
    expect(text).not.toContain('Before')
    expect(changes()).toEqual([
      ['component:default/a', 'created', null],
      ['component:default/a', 'updated', expect.arrayContaining(['/metadata/description', '/metadata/tags'])],
    ])
    expect((await portal.get('/catalog?tag=new')).text).toContain('Afterwards')
  })

  test('that is new, or read again unchanged: only what is new is written', async () => {
    await start({ 'a.yaml': entity({ name: 'a' }) })
    portal.write('deep/er/b.yaml', entity({ name: 'b' }))
    await portal.crawl()
    expect(refs()).toEqual(['component:default/a', 'component:default/b'])
    const before = all('select * from catalog_entities')
    await portal.crawl()
    expect(all('select * from catalog_entities')).toEqual(before)
    expect(changes()).toHaveLength(2)
  })

  test('that changes is noticed without being told, where the source is watched', async () => {
    await start({ 'a.yaml': entity({ name: 'a', description: 'Before' }) }, { watch: true })
    portal.write('a.yaml', entity({ name: 'a', description: 'Seen by itself' }))
    await expect.poll(async () => (await page('a')).text, { timeout: 15_000 }).toContain('Seen by itself')
  })

  test('that is gone leaves its entities as orphans, which go after their time', async () => {
    let now = new Date('2026-11-21T10:00:00Z')
    await start(
      { 'a.yaml': entity({ name: 'a' }), 'b.yaml': entity({ name: 'b', spec: { dependsOn: ['component:a'] } }) },
      { now: () => now, catalog: { keepOrphans: '2d' } },
    )
    portal.remove('a.yaml')
    await portal.crawl()
    expect((await page('a')).region('catalog-head').text).toContain('orphan')
    expect((await portal.get('/catalog?orphan=true')).region('catalog-count').text).toContain('1 of 2 entities')

    now = new Date('2026-11-23T09:00:00Z')
    await portal.crawl()
    expect((await page('a')).status).toBe(200)

    now = new Date('2026-11-23T13:00:00Z')
    await portal.crawl()
    expect((await page('a')).status).toBe(404)
    expect(refs()).toEqual(['component:default/b'])
    expect(changes().at(-1)).toEqual(['component:default/a', 'removed', null])
    const [removed] = all<{ before: string }>("select before from catalog_changes where action = 'removed'")
    expect(JSON.parse(removed?.before ?? '{}')).toMatchObject({ metadata: { name: 'a' } })
    expect(problems()).toMatchObject([{ ref: 'component:default/b', code: 'reference-not-found' }])
    expect(all('select * from catalog_facets where entity not in (select number from catalog_entities)')).toEqual([])
    expect(all("select * from catalog_relations where holder = 'component:default/a'")).toEqual([])
    // Its number stays, since b depends on that name; its terms go.
    expect(all("select ref from catalog_refs where ref = 'component:default/a'")).toHaveLength(1)
    expect(all("select value from catalog_terms where key = 'metadata.name' and value = 'a'")).toEqual([])
  })

  test('that comes back takes its orphan up again, with the same id', async () => {
    await start({ 'a.yaml': entity({ name: 'a' }) })
    const [before] = all<{ id: string; uid: string }>('select id, uid from catalog_entities')
    portal.remove('a.yaml')
    await portal.crawl()
    portal.write('elsewhere/a.yaml', entity({ name: 'a' }))
    await portal.crawl()
    expect(all('select id, uid, orphaned_at from catalog_entities')).toEqual([{ ...before, orphaned_at: null }])
    expect((await page('a')).region('catalog-head').text).not.toContain('orphan')
    expect((await page('a')).body).not.toContain('backstage.io/orphan')
  })
})

describe('a mistake', () => {
  const bad =
    '---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: "not a name!" }\nspec: { type: service, lifecycle: x, owner: y }\n'

  test('in one document leaves out that document and keeps its neighbours', async () => {
    await start({ 'a.yaml': entity({ name: 'first' }) + bad + entity({ name: 'last' }) })
    expect(refs()).toEqual(['component:default/first', 'component:default/last'])
    const sources = await portal.get('/catalog/sources')
    expect(sources.region('catalog-troubles').text).toMatch(/a\.yaml:\d+/)
    expect(sources.region('catalog-troubles').text).toContain('not a name!')
  })

  test.each([
    ['of syntax', '---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: a\n'],
    ['of content', entity({ name: 'a', spec: { type: 7 } })],
  ])('%s in an edit keeps the last good version, and says so', async (_, broken) => {
    await start({ 'a.yaml': entity({ name: 'a', description: 'Last good' }) + entity({ name: 'b' }) })
    portal.write('a.yaml', broken + entity({ name: 'b', description: 'Newer' }))
    await portal.crawl()
    const { status, text } = await page('a')
    expect(status).toBe(200)
    expect(text).toContain('Last good')
    expect(text).not.toContain('orphan')
    const stale = () => all('select name, stale from catalog_entities order by name')
    expect(stale()).toEqual([
      { name: 'a', stale: 1 },
      { name: 'b', stale: 0 },
    ])
    expect(problems().filter(({ severity }) => severity === 'error')).not.toEqual([])
    portal.write('a.yaml', entity({ name: 'a', description: 'Mended' }) + entity({ name: 'b' }))
    await portal.crawl()
    expect((await page('a')).text).toContain('Mended')
    expect(stale()).toEqual([
      { name: 'a', stale: 0 },
      { name: 'b', stale: 0 },
    ])
    expect(problems().filter(({ severity }) => severity === 'error')).toEqual([])
  })

  test('a file that is no YAML at all harms nobody', async () => {
    await start({
      'a.yaml': entity({ name: 'a' }),
      'b.yaml': '\u0000\u0001\u0002',
      'c.yaml': ']['.repeat(1000),
      'd.yaml': '',
    })
    expect(refs()).toEqual(['component:default/a'])
    expect([...new Set(problems().map(({ path }) => path))]).toEqual(['b.yaml', 'c.yaml'])
  })

  test('a file larger than allowed is left out and told', async () => {
    const large = `${entity({ name: 'large' })}# ${'x'.repeat(2000)}\n`
    await start({ 'a.yaml': entity({ name: 'a' }), 'b.yaml': large }, { catalog: { maxFileBytes: 1000 } })
    expect(refs()).toEqual(['component:default/a'])
    expect(problems()).toMatchObject([{ path: 'b.yaml', code: 'file-unreadable', severity: 'error' }])
  })
})

describe('two files that define the same entity', () => {
  const of = (description: string) => entity({ name: 'a', description })

  test('the first one holds, and the conflict is told on its page', async () => {
    // Seen in the same instant, so that only who was first decides, and not the path.
    const now = new Date('2026-11-21T10:00:00Z')
    await start({ 'one.yaml': of('The first') }, { now: () => now })
    portal.write('another.yaml', of('The second'))
    await portal.crawl()
    const { text } = await page('a')
    expect(text).toContain('The first')
    expect(text).toContain('component:default/a is also defined in another.yaml')
    expect(problems()).toMatchObject([{ path: 'another.yaml', code: 'defined-twice', severity: 'error' }])
  })

  test('when the first one goes, the second takes its place and the conflict is over', async () => {
    await start({ 'one.yaml': of('The first'), 'two.yaml': of('The second') })
    portal.remove('one.yaml')
    await portal.crawl()
    expect((await page('a')).text).toContain('The second')
    expect(problems()).toEqual([])
    expect(refs()).toEqual(['component:default/a'])
  })

  test('within one file the later one holds', async () => {
    await start({ 'one.yaml': of('The first') + of('The second') })
    expect((await page('a')).text).toContain('The second')
    expect(problems()).toMatchObject([{ code: 'defined-again' }])
  })
})

describe('a Location', () => {
  const location = (spec: object) => entity({ kind: 'Location', name: 'all', spec })
  const paths = ['catalog-info.yaml']
  const named = () => refs().filter((ref) => ref.startsWith('component'))

  test.each([
    ['one target', { target: './services/a.yaml' }, ['a']],
    ['several', { targets: ['./services/a.yaml', 'services/b.yml'] }, ['a', 'b']],
    ['a glob', { targets: ['./services/*.{yaml,yml}'] }, ['a', 'b']],
    ['a deep glob', { targets: ['./services/**/*.yaml'] }, ['a', 'deep']],
    ['a path from the root of the source', { target: '/services/a.yaml' }, ['a']],
    ['the same twice', { targets: ['./services/a.yaml', './services/*.yaml'] }, ['a']],
    ['itself', { targets: ['./catalog-info.yaml', './services/a.yaml'] }, ['a']],
  ])('leads to what it names: %s', async (_, spec, expected) => {
    await start(
      {
        'catalog-info.yaml': location(spec),
        'services/a.yaml': entity({ name: 'a' }),
        'services/b.yml': entity({ name: 'b' }),
        'services/x/deep.yaml': entity({ name: 'deep' }),
        'other/c.yaml': entity({ name: 'c' }),
      },
      { paths },
    )
    expect(named()).toEqual(expected.map((name) => `component:default/${name}`))
    expect(problems().filter(({ severity }) => severity === 'error')).toEqual([])
  })

  test('within a file that a Location led to leads on', async () => {
    await start(
      {
        'catalog-info.yaml': location({ target: './one/two.yaml' }),
        'one/two.yaml': entity({ kind: 'Location', name: 'second', spec: { target: './three.yaml' } }),
        'one/three.yaml': entity({ name: 'three' }),
      },
      { paths },
    )
    expect(named()).toEqual(['component:default/three'])
  })

  test.each([
    ['that is not there', './nothing.yaml', 'target-not-found'],
    ['that matches nothing', './none/*.yaml', 'target-not-found'],
    ['outside the source', '../outside.yaml', 'target-outside'],
    ['that is the folder above', '..', 'target-outside'],
    ['far outside the source', './a/../../../../etc/passwd', 'target-outside'],
    ['on another machine', 'https://example.com/a.yaml', 'target-elsewhere'],
    ['that is a folder', './services/', 'target-folder'],
  ])('tells of a target %s, and the others are read', async (_, target, code) => {
    await start(
      { 'catalog-info.yaml': location({ targets: [target, './a.yaml'] }), 'a.yaml': entity({ name: 'a' }) },
      { paths },
    )
    expect(named()).toEqual(['component:default/a'])
    expect(problems()).toMatchObject([{ ref: 'location:default/all', code, severity: 'error' }])
    expect((await portal.get('/catalog/default/location/all')).text).toContain(target)
  })

  test('says nothing of an optional target that is not there', async () => {
    await start({ 'catalog-info.yaml': location({ target: './nothing.yaml', presence: 'optional' }) }, { paths })
    expect(problems()).toEqual([])
  })

  test('that no longer names a file leaves what it defined as orphans', async () => {
    await start(
      {
        'catalog-info.yaml': location({ targets: ['./a.yaml', './b.yaml'] }),
        'a.yaml': entity({ name: 'a' }),
        'b.yaml': entity({ name: 'b' }),
      },
      { paths },
    )
    portal.write('catalog-info.yaml', location({ targets: ['./b.yaml'] }))
    await portal.crawl()
    expect((await page('a')).region('catalog-head').text).toContain('orphan')
    expect((await page('b')).region('catalog-head').text).not.toContain('orphan')
  })
})

describe('a source', () => {
  test('that cannot be read says why and keeps what was read earlier', async () => {
    await start({ 'a.yaml': entity({ name: 'a' }) })
    const { rename } = await import('node:fs/promises')
    await rename(portal.folder, `${portal.folder}-away`)
    await portal.crawl()
    const sources = await portal.get('/catalog/sources')
    expect(sources.region('catalog-sources').text).toContain('failed')
    expect((await page('a')).status).toBe(200)
    expect((await page('a')).text).not.toContain('orphan')
    await rename(`${portal.folder}-away`, portal.folder)
    await portal.crawl()
    expect((await portal.get('/catalog/sources')).region('catalog-sources').text).not.toContain('failed')
  })

  test('that left the configuration takes its entities along as orphans at the next start', async () => {
    await start({ 'a.yaml': entity({ name: 'a' }) })
    await portal.portal.close()
    await using next = await testPortal({ dataDir: portal.dataDir, files: { 'b.yaml': entity({ name: 'b' }) } })
    expect((await next.get('/catalog/default/component/a')).region('catalog-head').text).toContain('orphan')
    expect((await next.get('/catalog/default/component/b')).status).toBe(200)
    expect((await next.get('/catalog/sources')).region('catalog-sources').html.match(/<tr id=/g)).toHaveLength(1)
  })
})
