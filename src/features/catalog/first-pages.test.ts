import { afterEach, expect, test, vi } from 'vitest'
import type { PluginContext } from '../../api/plugin.ts'
import { type EventRef, portalStarted } from '../../api/wiring.ts'
import { type TestPortal, testPortal } from '../../testing/index.ts'
import { catalogChanged } from './contract.ts'
import { prepareFirstPages } from './first-pages.ts'
import { entity } from './fixtures/shop.ts'
import { catalogService } from './service.ts'

// Nobody sees what is done ahead, but that it is done: hence the service is watched.

let portal: TestPortal
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  await portal.close()
})

/** The catalog of the files, and what is asked of it ahead of the first pages. */
async function watched(files: Record<string, string>) {
  portal = await testPortal({ files })
  const service = portal.portal.services.use(catalogService, 'a test')
  const prepare = vi.fn(service.prepare)
  const overview = vi.fn(async () => ({ props: {}, stable: '' }) as never)
  const listeners = new Map<string, () => void>()
  const warn = vi.fn()
  const ctx = {
    on: ({ id }: EventRef<unknown>, listener: () => void) => void listeners.set(id, listener),
    onClose: (close: () => void) => void closing.push(close),
    log: { warn },
  }
  prepareFirstPages(ctx as unknown as PluginContext, { ...service, prepare }, { overview })
  return { prepare, overview, warn, emit: (event: EventRef<never>) => listeners.get(event.id)?.() }
}

const cart = { 'cart.yaml': entity({ name: 'cart' }) }
const patience = { timeout: 10_000 }

test('counts and puts one page together once the catalog is quiet, and the page only once', async () => {
  const { prepare, overview, emit } = await watched(cart)
  emit(portalStarted as EventRef<never>)
  await expect.poll(() => overview.mock.calls.length, patience).toBe(1)
  expect(prepare).toHaveBeenCalledTimes(1)
  emit(catalogChanged as EventRef<never>)
  emit(catalogChanged as EventRef<never>)
  await expect.poll(() => prepare.mock.calls.length, patience).toBe(2)
  expect(overview).toHaveBeenCalledTimes(1)
})

test('an empty catalog has no page yet; its first entity brings one', async () => {
  const { prepare, overview, emit } = await watched({})
  emit(portalStarted as EventRef<never>)
  await expect.poll(() => prepare.mock.results.length, patience).toBe(1)
  expect(overview).not.toHaveBeenCalled()
  portal.write('cart.yaml', cart['cart.yaml'])
  await portal.crawl()
  emit(catalogChanged as EventRef<never>)
  await expect.poll(() => overview.mock.calls.length, patience).toBe(1)
})

test('what goes wrong is told in the log, and harms nobody', async () => {
  const { prepare, warn, emit } = await watched(cart)
  prepare.mockRejectedValueOnce(new Error('no such table'))
  emit(portalStarted as EventRef<never>)
  await expect.poll(() => warn.mock.calls.length, patience).toBe(1)
})
