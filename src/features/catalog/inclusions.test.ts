import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Entity } from '../../api/entity.ts'
import { definePlugin } from '../../api/plugin.ts'
import type { Provider } from '../../api/provider.ts'
import { type TestPortal, type TestPortalOptions, testPortal } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'
import { catalog } from './index.ts'
import { folderProvider } from './providers/folder.ts'
import { fillsOf } from './store/inclusions.ts'

// What stands behind `$text`, `$json` and `$yaml` is read with the file that names it, and again when it changes.

let portal: TestPortal
const cleanup: (() => void)[] = []
const start = async (files: Record<string, string>, options: TestPortalOptions = {}) => {
  portal = await testPortal({ files, paths: ['**/catalog-info.yaml'], ...options })
}
afterEach(async () => {
  await portal.close()
  for (const clean of cleanup.splice(0)) clean()
})

const api = (definition: unknown, more: object = {}) =>
  entity({
    kind: 'API',
    name: 'orders',
    spec: { type: 'openapi', lifecycle: 'production', owner: 'payments', definition, ...more },
  })
const component = (spec: object) => entity({ name: 'cart', spec })

const all = <T>(statement: string) => portal.portal.db.read.all(statement) as unknown as T[]
const problems = () =>
  all<{ code: string; severity: string; field: string; message: string; hint: string }>(
    `select code, severity, field, message, hint from catalog_problems
      where message not like 'No group is called payments%' order by path, position, field`,
  )
const entities = async () => (await portal.get('/catalog.json?kind=all')).json<Entity[]>()
const spec = async (name: string) => (await entities()).find(({ metadata }) => metadata.name === name)?.spec
const stale = () => all<{ stale: number }>("select stale from catalog_entities where name = 'orders'")

describe('a placeholder', () => {
  const standing: [key: string, target: string, value: unknown][] = [
    ['$text', './openapi.yaml', 'openapi: "3.1"\n'],
    ['$text', 'deep/er.txt', 'deep'],
    ['$text', '../shared/a b.md', 'shared'],
    ['$text', '/shared/a b.md', 'shared'],
    ['$text', './bom.txt', '\ufeffmarked'],
    ['$text', './umlaut.txt', 'Grüße 👋'],
    ['$openapi', './openapi.yaml', 'openapi: "3.1"\n'],
    ['$asyncapi', './openapi.yaml', 'openapi: "3.1"\n'],
    ['$json', 'a.json', { a: [1, null] }],
    ['$json', 'number.json', 7],
    ['$yaml', 'a.yaml', { a: [1, null] }],
    ['$yaml', 'list.yaml', [1, 'two', { three: 3 }]],
    ['$yaml', 'text.yaml', 'a text'],
  ]

  test('has the text of the file it names, or the value in it', async () => {
    const documents = standing.map(([key, target], at) =>
      entity({ name: `n${at}`, spec: { extra: { deep: [{ [key]: target }] } } }),
    )
    await start({
      'orders/catalog-info.yaml': documents.join(''),
      'orders/openapi.yaml': 'openapi: "3.1"\n',
      'orders/deep/er.txt': 'deep',
      'orders/bom.txt': '\ufeffmarked',
      'orders/umlaut.txt': 'Grüße 👋',
      'orders/a.json': '\ufeff{"a":[1,null]}',
      'orders/a.yaml': 'a:\n  - 1\n  - null\n',
      'orders/list.yaml': '- 1\n- two\n- three: 3\n',
      'orders/text.yaml': 'a text\n',
      'orders/number.json': '7',
      'shared/a b.md': 'shared',
    })
    expect(problems()).toEqual([])
    const found = await entities()
    for (const [at, [key, target, value]] of standing.entries()) {
      const { spec } = found.find(({ metadata }) => metadata.name === `n${at}`) ?? {}
      expect([key, target, spec?.extra]).toEqual([key, target, { deep: [value] }])
    }
  })

  test('in what was filled in is no placeholder: nothing is expanded twice', async () => {
    await start({
      'catalog-info.yaml': component({ extra: { $yaml: './a.yaml' } }) + api({ $yaml: './b.yaml' }),
      'a.yaml': 'inner: { $text: ./secret.txt }\n',
      'b.yaml': '$text: ./secret.txt\n',
      'secret.txt': 'secret',
    })
    expect((await spec('cart'))?.extra).toEqual({ inner: { $text: './secret.txt' } })
    expect(problems()).toMatchObject([{ code: 'wrong-type', field: '["spec","definition"]' }])
    expect(await spec('orders')).toBeUndefined()
  })

  test('that names its own file is no cycle', async () => {
    await start({ 'catalog-info.yaml': component({ extra: { $text: './catalog-info.yaml' } }) })
    expect((await spec('cart'))?.extra).toBe(component({ extra: { $text: './catalog-info.yaml' } }))
  })

  test('may bring references, which become relations', async () => {
    await start({
      'catalog-info.yaml': component({ dependsOn: { $json: './deps.json' } }) + entity({ name: 'mailer' }),
      'deps.json': '["component:mailer"]',
    })
    const page = await portal.get('/catalog/default/component/cart')
    expect(page.text).toContain('mailer')
    const [cart] = (await entities()).filter(({ metadata }) => metadata.name === 'cart')
    expect(cart?.relations).toContainEqual({ type: 'dependsOn', targetRef: 'component:default/mailer' })
  })

  test('leaves on record which values came from which file', async () => {
    await start({
      'a/catalog-info.yaml': component({ extra: { $yaml: './x.yaml' }, note: { $text: '/n.txt' } }),
      'a/x.yaml': 'a: 1\n',
      'n.txt': 'n',
    })
    const at = { sourceId: portal.source, path: 'a/catalog-info.yaml', ref: 'component:default/cart' }
    const record = [
      { path: ['spec', 'extra'], key: '$yaml', target: './x.yaml', sourceId: portal.source, file: 'a/x.yaml' },
      { path: ['spec', 'note'], key: '$text', target: '/n.txt', sourceId: portal.source, file: 'n.txt' },
    ]
    expect(fillsOf(portal.portal.db.read, at)).toEqual(record)
    // The version that is shown is the last good one, and so is the record.
    portal.write('a/catalog-info.yaml', component({ extra: { $yaml: './gone.yaml' } }))
    await portal.crawl()
    expect(fillsOf(portal.portal.db.read, at)).toEqual(record)
  })

  test('of a kind that a plugin brings is filled in and checked all the same', async () => {
    const kinds = [
      {
        kind: 'Robot',
        apiVersions: ['acme.dev/v1'],
        spec: z.looseObject({ arms: z.number() }),
        relations: [],
        icon: 'box',
        plural: 'Robots',
      },
    ]
    const robot = (arms: unknown, name = 'r') =>
      `---\n${JSON.stringify({ apiVersion: 'acme.dev/v1', kind: 'Robot', metadata: { name }, spec: { arms } })}\n`
    await start(
      {
        'catalog-info.yaml':
          robot({ $json: './two.json' }) + robot({ $text: './two.json' }, 'bad') + robot({ $json: 'no' }, 'none'),
        'two.json': '2',
      },
      { plugins: [definePlugin({ name: 'robots', apiVersion: 1, kinds })] },
    )
    expect((await entities()).map(({ metadata, spec }) => [metadata.name, spec])).toEqual([['r', { arms: 2 }]])
    expect(problems()).toMatchObject([
      { code: 'wrong-type', field: '["spec","arms"]', hint: expect.stringContaining('It comes from ./two.json') },
      { code: 'placeholder-unreadable', field: '["spec","arms"]' },
    ])
  })
})

describe('an included file', () => {
  const files = { 'orders/catalog-info.yaml': api({ $text: './openapi.yaml' }), 'orders/openapi.yaml': 'title: Before' }
  const definition = async () => (await spec('orders'))?.definition

  test('that changes is shown as it is now, though the file that names it is the same', async () => {
    await start(files)
    expect(await definition()).toBe('title: Before')
    portal.write('orders/openapi.yaml', 'title: Afterwards')
    await portal.crawl()
    expect(await definition()).toBe('title: Afterwards')
    const page = await portal.get('/catalog/default/api/orders/source')
    expect(page.text).toContain('Afterwards')
    expect(page.text).not.toContain('Before')
    expect(all("select fields from catalog_changes where action = 'updated'")).toMatchObject([
      { fields: expect.stringContaining('/spec/definition') },
    ])
  })

  test('that changes is noticed by itself, where the source is watched', async () => {
    await start(files, { watch: true })
    portal.write('orders/openapi.yaml', 'title: Seen by itself')
    await expect.poll(definition, { timeout: 15_000 }).toBe('title: Seen by itself')
  })

  test('that vanishes leaves the last good version and says so at its place; that comes back is taken up', async () => {
    await start({ ...files, 'cart/catalog-info.yaml': component({}) })
    portal.remove('orders/openapi.yaml')
    await portal.crawl()
    expect(await definition()).toBe('title: Before')
    expect(stale()).toEqual([{ stale: 1 }])
    expect(problems()).toMatchObject([
      {
        code: 'placeholder-unreadable',
        severity: 'error',
        field: '["spec","definition"]',
        message: expect.stringContaining('there is no file orders/openapi.yaml'),
      },
    ])
    const page = await portal.get('/catalog/default/api/orders')
    expect(page.text).toContain('catalog-info.yaml:2')
    expect(page.text).toContain('there is no file orders/openapi.yaml')
    portal.write('orders/openapi.yaml', 'title: Back')
    await portal.crawl()
    expect(await definition()).toBe('title: Back')
    expect(stale()).toEqual([{ stale: 0 }])
    expect(problems()).toEqual([])
  })

  test('that is not there yet is waited for, with a hint at what else is there', async () => {
    await start({ 'catalog-info.yaml': api({ $text: './opanapi.yaml' }), 'openapi.yaml': 'x' })
    expect(await spec('orders')).toBeUndefined()
    expect(problems()).toMatchObject([{ hint: 'Did you mean openapi.yaml?' }])
    const missing = await portal.get('/catalog/default/api/orders')
    expect(missing.status).toBe(404)
    expect(missing.text).toContain('Did you mean openapi.yaml?')
    portal.write('opanapi.yaml', 'there')
    await portal.crawl()
    expect((await spec('orders'))?.definition).toBe('there')
  })

  test('that did not change is not read again, nor is the file that names it', async () => {
    await start(files)
    const before = all('select * from catalog_files')
    portal.write('orders/other.yaml', 'x')
    await portal.crawl()
    expect(all('select * from catalog_files')).toEqual(before)
  })

  test('is forgotten with the file that named it', async () => {
    await start(files)
    expect(all('select included from catalog_inclusions')).toEqual([{ included: 'orders/openapi.yaml' }])
    portal.write('orders/catalog-info.yaml', api('inline'))
    await portal.crawl()
    expect(all('select * from catalog_inclusions')).toEqual([])
    portal.write('orders/catalog-info.yaml', api({ $text: './openapi.yaml' }))
    await portal.crawl()
    portal.remove('orders/catalog-info.yaml')
    await portal.crawl()
    expect(all('select * from catalog_inclusions')).toEqual([])
  })
})

describe('an address', () => {
  /** A second folder, of which the files are also known under addresses of a forge. */
  async function startTwo(own: Record<string, string>, other: Record<string, string>) {
    const root = mkdtempSync(join(tmpdir(), 'callboard-two-'))
    cleanup.push(() => rmSync(root, { recursive: true }))
    for (const [name, files] of Object.entries({ own, other })) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(join(root, name, path, '..'), { recursive: true })
        writeFileSync(join(root, name, path), text)
      }
    }
    const forge = 'https://git.example.com/shared/blob/main/'
    const folder = (name: string) =>
      folderProvider({ path: join(root, name), paths: ['catalog-info.yaml'], watch: false })
    const shared: Provider = {
      ...folder('other'),
      pathOf: (target) => (target.startsWith(forge) ? target.slice(forge.length) : folder('other').pathOf?.(target)),
    }
    portal = await testPortal({ plugins: [catalog({ providers: [folder('own'), shared] })] })
    return { root, forge }
  }

  test.each(['', 'url:'])(
    'that another source has (%shttps) is read there, and again when it changes',
    async (prefix) => {
      const address = `${prefix}https://git.example.com/shared/blob/main/apis/orders.yaml`
      const { root } = await startTwo({ 'catalog-info.yaml': api({ $text: address }) }, { 'apis/orders.yaml': 'first' })
      expect(problems()).toEqual([])
      expect((await spec('orders'))?.definition).toBe('first')
      writeFileSync(join(root, 'other/apis/orders.yaml'), 'second')
      await portal.crawl()
      expect((await spec('orders'))?.definition).toBe('second')
      expect(
        all<{ file: string }>(
          "select json_extract(fills, '$[0].file') as file from catalog_candidates where ref like 'api:%'",
        ),
      ).toEqual([{ file: 'apis/orders.yaml' }])
    },
  )

  test('in a source that is read alone makes those that name it read it again', async () => {
    const { root, forge } = await startTwo(
      { 'catalog-info.yaml': api({ $text: 'https://git.example.com/shared/blob/main/a' }) },
      { a: 'first' },
    )
    expect(forge).toContain('example.com')
    writeFileSync(join(root, 'other/a'), 'second')
    await portal.portal.db.write((tx) =>
      portal.portal.jobs.enqueue(tx, 'catalog.crawl', {
        payload: { sourceId: `folder:${join(root, 'other')}` },
        key: 'x',
      }),
    )
    await portal.settled()
    expect((await spec('orders'))?.definition).toBe('second')
  })

  test('of a file of its own source is read there', async () => {
    await start({ 'x.txt': 'mine' }, { begin: false })
    portal.write(
      'catalog-info.yaml',
      component({ a: { $text: `file:${portal.folder}/x.txt` }, b: { $text: `file://${portal.folder}/x.txt` } }),
    )
    await portal.portal.begin()
    await portal.settled()
    expect(await spec('cart')).toMatchObject({ a: 'mine', b: 'mine' })
  })

  test.each(['https://example.com/openapi.yaml', 'file:///etc/passwd', 'file:../../etc/passwd', 'data:text/plain,x'])(
    'that no source has (%s) is refused with a warning, and the entity is kept as it is written',
    async (target) => {
      await start({ 'catalog-info.yaml': api({ $text: target }) })
      expect(problems()).toMatchObject([
        { code: 'placeholder-elsewhere', severity: 'warning', field: '["spec","definition"]' },
      ])
      expect((await spec('orders'))?.definition).toEqual({ $text: target })
    },
  )
})
