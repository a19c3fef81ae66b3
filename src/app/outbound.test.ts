import { expect, test } from 'vitest'
import type { HttpClient } from '../api/http-client.ts'
import { definePlugin } from '../api/plugin.ts'
import { Outside } from '../platform/http-client/fixtures/outside.ts'
import { createLog } from '../platform/log.ts'
import { type TestPortalOptions, testPortal } from '../testing/index.ts'
import { unopened } from './unopened.ts'

async function withPortal(
  options: TestPortalOptions,
  use: (http: HttpClient, metrics: () => Promise<string>) => Promise<void>,
) {
  let http: HttpClient | undefined
  const asker = definePlugin({
    name: 'asker',
    apiVersion: 1,
    setup(ctx) {
      http = ctx.http
    },
  })
  await using portal = await testPortal({ plugins: [asker], ...options })
  if (!http) throw new Error('No setup ran')
  await use(http, async () => (await portal.get('/metrics')).body)
}

test('a plugin asks other systems within what the configuration allows, and is counted', async () => {
  const outside = await Outside.open()
  outside.names['db.acme.dev'] = ['10.0.0.1']
  try {
    await withPortal({ network: outside, outbound: { denyHosts: ['evil.dev'] } }, async (http, metrics) => {
      expect((await http.request({ url: 'https://ci.acme.dev/' })).text()).toBe('hello')
      await expect(http.request({ url: 'https://evil.dev/' })).rejects.toThrow('outbound.denyHosts')
      await expect(http.request({ url: 'https://db.acme.dev/' })).rejects.toThrow('leads to a private address')
      expect(await metrics()).toContain('callboard_outbound_requests_total{outcome="refused"} 2')
    })
    // The portal has closed its connections.
    await expect.poll(() => outside.openSockets).toBe(0)
  } finally {
    await outside.close()
  }
})

test('a portal under test looks no name up', async () => {
  await withPortal({}, async (http) => {
    await expect(http.request({ url: 'https://github.com/' })).rejects.toThrow('its name leads to no address')
  })
})

test('a command that needs nothing asks nobody', async () => {
  const plugin = definePlugin({ name: 'asker', apiVersion: 1 })
  const { contexts } = unopened([plugin], { log: createLog('silent'), command: 'sail' })
  const http = contexts.get('asker')?.http
  await expect(http?.request({ url: 'https://github.com/' })).rejects.toThrow('The way to other systems is not open')
})
