import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { definePlugin, type Plugin } from '../../api/plugin.ts'
import type { Provider } from '../../api/provider.ts'
import { parseRef } from '../../api/ref.ts'
import type { Commit } from '../../api/source-tree.ts'
import { checkout } from '../../testing/checkout.ts'
import { organisation, people, type TestPortal, testPortal } from '../../testing/index.ts'
import { catalog, folderProvider } from '../index.ts'
import { crawlerRef } from './crawler.ts'
import { isReadBack } from './fixtures/read-back.ts'
import { shop } from './fixtures/shop.ts'
import { type DocumentPath, pathText, valueAt } from './model/json-value.ts'
import { type Origin, originsRef } from './provenance.ts'
import { leavesOf } from './provenance-views.ts'
import { ListAddress, readQuery } from './query.ts'
import { catalogService } from './service.ts'

let portal: TestPortal | undefined
afterEach(async () => {
  await portal?.close()
  portal = undefined
})

const signal = new AbortController().signal
const { root } = people

async function open(files: Record<string, string>, options: Parameters<typeof testPortal>[0] = {}) {
  portal = await testPortal({ files: { 'org.yaml': organisation, ...files }, ...options })
  const { services } = portal.portal
  const find = <T>(ref: Parameters<typeof services.use<T>>[0]) => services.use(ref, 'a test')
  return { on: portal, origins: find(originsRef), service: find(catalogService), crawler: find(crawlerRef) }
}

type Opened = Awaited<ReturnType<typeof open>>

async function rowOf({ service }: Opened, ref: string) {
  const row = await service.find(root, parseRef(ref))
  if (!row) throw new Error(`There is no ${ref}`)
  return row
}

/** The origin of one field in few words. */
async function told(opened: Opened, ref: string, ...path: DocumentPath): Promise<string> {
  const [origin] = await opened.origins.of(await rowOf(opened, ref), [path], signal)
  return origin ? said(origin) : 'none'
}

async function related(opened: Opened, ref: string, type: string, target: string): Promise<string> {
  const pair = { type, ref: target }
  const [origin] = await opened.origins.relations(root, await rowOf(opened, ref), [pair], signal)
  return origin ? said(origin) : 'none'
}

function said(origin: Origin): string {
  if (origin.by === 'file') return `${origin.file}:${origin.line ?? origin.why}${origin.stale ? ' stale' : ''}`
  if (origin.by === 'processor') return `processor ${origin.id}`
  if (origin.by === 'default') return `default of ${origin.what}`
  if (origin.what !== 'relation') return `portal: ${origin.what}`
  return origin.of ? `${pathText(origin.of.field)} of ${origin.of.ref} at ${said(origin.of.origin)}` : 'unseen'
}

/** Every leaf of every entity, as the portal hands them out, that has no origin or whose line holds another value. */
async function faults({ origins, service, on }: Opened): Promise<{ leaves: number; wrong: string[] }> {
  const wrong: string[] = []
  let leaves = 0
  for (const batch of service.documents(root, readQuery(ListAddress.parse({ kind: 'all' })))) {
    for (const { row: listed, entity } of batch) {
      const row = await service.find(root, parseRef(listed.ref))
      if (!row) throw new Error(`There is no ${listed.ref}`)
      const { relations = [], ...document } = entity
      const paths = leavesOf(document)
      const found = await origins.of(row, paths, signal)
      const pairs = relations.map(({ type, targetRef }) => ({ type, ref: targetRef }))
      const stated = await origins.relations(root, row, pairs, signal)
      leaves += paths.length + 2 * pairs.length
      for (const [index, path] of paths.entries()) {
        wrong.push(...faultOf(found[index], valueAt(document as never, path), `${listed.ref} ${pathText(path)}`))
      }
      for (const [index, relation] of relations.entries()) {
        const of = stated[index]?.of
        const holder = of && (await service.find(root, parseRef(of.ref)))
        const value = holder && valueAt(holder.entity as never, of.field)
        wrong.push(...faultOf(of?.origin, value, `${listed.ref} ${relation.type} ${relation.targetRef}`))
      }
    }
  }
  return { leaves, wrong }

  function faultOf(origin: Origin | undefined, value: unknown, what: string): string[] {
    if (!origin) return [`${what} has no origin`]
    if (origin.by !== 'file') return []
    if (!origin.place) return [`${what}: ${said(origin)}`]
    const text = readFileSync(join(on.folder, origin.file), 'utf8')
    const written = origin.via ? { [origin.via.key]: origin.via.target } : value
    return isReadBack(text, origin.place, written) ? [] : [`${what} is not at ${said(origin)}`]
  }
}

const examples = join(checkout, 'examples')
function exampleFiles(): Record<string, string> {
  const entries = readdirSync(examples, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = entries.map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(paths.map((path) => [path.slice(examples.length + 1), readFileSync(path, 'utf8')]))
}

/** Adds a label, puts a tag in front of others, replaces a title, derives a relation. */
const marking: Plugin = definePlugin({
  name: 'acme',
  apiVersion: 1,
  processors: [
    {
      id: 'mark',
      prepare: (entity) => ({
        ...entity,
        metadata: {
          ...entity.metadata,
          labels: { ...entity.metadata.labels, marked: 'yes' },
          tags: ['marked', ...(entity.metadata.tags ?? [])],
          title: entity.metadata.title === undefined ? 'Untitled' : entity.metadata.title.toUpperCase(),
        },
      }),
      relations: ({ kind }) => (kind === 'Component' ? [{ type: 'watchedBy', targetRef: 'user:default/cora' }] : []),
    },
  ],
})

const odd = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: odd
  uid: from-the-file
  etag: from-the-file
  labels: { a: &a one, b: *a }
  empty:
  nested: { none: {}, list: [], deep: [[1, null], true] }
spec:
  type: service
  lifecycle: production
  owner: payments
  annotations: { acme.dev/x: y }
  links: [{ url: 'https://example.com', title: "It's" }]
  text: |
    one
    two
`

describe('no field without an origin, and no line that does not say so', () => {
  test('of the examples', async () => {
    const { leaves, wrong } = await faults(await open(exampleFiles(), { paths: ['**/catalog-info.yaml'] }))
    expect(wrong).toEqual([])
    expect(leaves).toBeGreaterThan(1000)
  })

  test('of a shop with odd documents, with and without a processor that changes them', async () => {
    const files = {
      ...shop,
      'odd.yaml': odd,
      'dos.yaml': `\uFEFF${odd.replace('odd', 'dos').replaceAll('\n', '\r\n')}`,
    }
    const plain = await open(files)
    expect((await faults(plain)).wrong).toEqual([])
    await plain.on.close()
    expect((await faults(await open(files, { plugins: [marking] }))).wrong).toEqual([])
  })
})

describe('an origin', () => {
  test('is told of what the portal, a default or a processor added', async () => {
    const opened = await open({ 'odd.yaml': odd }, { plugins: [marking] })
    const at = (...path: DocumentPath) => told(opened, 'component:odd', ...path)
    expect(await at('metadata', 'uid')).toBe('portal: uid')
    expect(await at('metadata', 'etag')).toBe('odd.yaml:6')
    expect(await told(opened, 'group:payments', 'metadata', 'etag')).toBe('portal: etag')
    expect(await at('metadata', 'namespace')).toBe('default of metadata.namespace')
    expect(await at('metadata', 'annotations', 'backstage.io/managed-by-location')).toBe('processor catalog.annotate')
    expect(await at('metadata', 'annotations', 'acme.dev/x')).toBe('odd.yaml:14')
    expect(await at('metadata', 'links', 0, 'title')).toBe('odd.yaml:15')
    expect(await at('metadata', 'labels', 'marked')).toBe('processor acme.mark')
    expect(await at('metadata', 'title')).toBe('processor acme.mark')
    expect(await at('metadata', 'labels', 'b')).toBe('odd.yaml:7')
  })

  test('of a relation is the field that states it, on whichever side', async () => {
    const opened = await open(shop, { plugins: [marking] })
    const cart = 'component:default/cart'
    expect(await related(opened, cart, 'dependsOn', 'resource:default/cart-db')).toBe(
      `spec.dependsOn[0] of ${cart} at cart/catalog.yaml:3`,
    )
    expect(await related(opened, 'resource:default/cart-db', 'dependencyOf', cart)).toBe(
      `spec.dependsOn[0] of ${cart} at cart/catalog.yaml:3`,
    )
    expect(await related(opened, cart, 'watchedBy', 'user:default/cora')).toBe(
      `the document of ${cart} at processor acme.mark`,
    )
    // Both files say so: its own comes first.
    expect(await related(opened, 'group:default/payments', 'hasMember', 'user:default/anna')).toMatch(
      /^spec\.members\[0\] of group:default\/payments at org\.yaml:5$/,
    )
    expect(await related(opened, 'user:default/anna', 'memberOf', 'group:default/payments')).toMatch(
      /^spec\.memberOf\[0\] of user:default\/anna/,
    )
    expect(await related(opened, cart, 'dependsOn', 'component:default/nothing')).toBe('unseen')
  })

  test('of a relation that an entity states which the actor may not see is not told', async () => {
    const { origins, service } = await open(shop, { access: true })
    const row = await service.find(root, parseRef('component:default/cart'))
    const pair = { type: 'dependencyOf', ref: 'component:secret/hidden-vault' }
    if (!row) throw new Error('There is no cart')
    expect((await origins.relations(people.cora, row, [pair], signal))[0]?.of).toBeNull()
    expect((await origins.relations(people.root, row, [pair], signal))[0]?.of).not.toBeNull()
    expect((await origins.relations(people.cora, row, [pair], signal))[0]?.of).toBeNull()
  })
})

describe('a file that has changed since', () => {
  const cart = (more = '') => odd.replace('name: odd', `name: cart${more}`)
  const ref = 'component:cart'

  test('is not told by lines of before: comments moved every line', async () => {
    const opened = await open({ 'cart.yaml': cart() })
    expect(await told(opened, ref, 'spec', 'owner')).toBe('cart.yaml:13')
    opened.on.write('cart.yaml', `# one\n# two\n${cart()}`)
    // Nothing of the entity changed, so nothing was written; lines are looked up again all the same.
    await opened.on.crawl()
    await expect.poll(() => told(opened, ref, 'spec', 'owner')).toBe('cart.yaml:15')
  })

  test('keeps the lines of what it still says while it cannot be used, and says so', async () => {
    const opened = await open({ 'cart.yaml': cart() })
    opened.on.write('cart.yaml', cart().replace('  type: service\n', '').replace('owner: payments', 'owner: visitors'))
    await opened.on.crawl()
    const at = (...path: DocumentPath) => told(opened, ref, ...path)
    await expect.poll(() => at('spec', 'lifecycle')).toBe('cart.yaml:11 stale')
    expect(await at('spec', 'owner')).toBe('cart.yaml:changed stale')
    expect(await at('spec', 'type')).toBe('cart.yaml:changed stale')
    const page = (await opened.on.get('/catalog/default/component/cart/source?form=fields')).region('catalog-fields')
    expect(page.text).toContain('The file has changed since and cannot be used as it is.')
  })

  test('is gone: no line, and the mark of an orphan is told', async () => {
    const opened = await open({ 'cart.yaml': cart() })
    opened.on.remove('cart.yaml')
    await opened.on.crawl()
    const at = (...path: DocumentPath) => told(opened, ref, ...path)
    await expect.poll(() => at('spec', 'owner')).toBe('cart.yaml:gone')
    expect(await at('metadata', 'annotations', 'backstage.io/orphan')).toBe('portal: orphan')
    const page = await opened.on.get('/catalog/default/component/cart')
    expect(page.status).toBe(200)
    expect(page.body).toContain('cart.yaml: the file is no longer there')
  })
})

describe('the last commit of a file', () => {
  const commit: Commit = { id: '3f9c2ab41e07aa', author: 'Ada Lind', at: Date.parse('2026-05-03T10:00:00Z') }

  function logged(folder: string, log: (path: string) => Promise<Commit | undefined>): Plugin {
    const inner = folderProvider({ path: folder, paths: ['**/*.yaml'], watch: false })
    const provider: Provider = { ...inner, open: async (...given) => ({ ...(await inner.open(...given)), log }) }
    return catalog({ providers: [provider] })
  }

  const told = async (log: (path: string) => Promise<Commit | undefined>, url: string) => {
    const opened = await open({}, { plugins: [logged(examples, log)] })
    return opened.on.get(url)
  }
  const page = '/catalog/default/component/cart'

  test('is told with every mark and with the list of fields', async () => {
    const asked: string[] = []
    const log = async (path: string) => {
      asked.push(path)
      return commit
    }
    const overview = await told(log, page)
    expect(overview.region('catalog-about').html).toMatch(/line \d+, last changed 2026-05-03 by Ada Lind \(3f9c2ab4\)/)
    const fields = (await portal?.get(`${page}/source?form=fields`))?.region('catalog-fields')
    expect(fields?.text).toMatch(/cart\/ ?catalog-info\. ?yaml changed .* by Ada Lind in 3f9c2ab4/)
    expect(new Set(asked).size).toBe(asked.length)
  })

  test.each<[string, () => Promise<Commit | undefined>]>([
    ['never comes', () => new Promise(() => undefined)],
    ['fails', () => Promise.reject(new Error('no objects'))],
    ['is not known', async () => undefined],
  ])('is left out when it %s', async (_, log) => {
    const answer = await told(log, page)
    expect(answer.status).toBe(200)
    expect(answer.region('catalog-about').html).toMatch(/catalog-info\.yaml line \d+"/)
  })
})
