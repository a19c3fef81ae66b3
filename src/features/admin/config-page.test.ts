import { expect, test } from 'vitest'
import type { ServiceRef } from '../../api/wiring.ts'
import { type LoadedConfig, loadedConfig } from '../../platform/config/load.ts'
import { contributionsRef } from '../../platform/contributions.ts'
import { defaultLimits } from '../../platform/http/limits.ts'
import { OutboundOptions } from '../../platform/http-client/options.ts'
import { configPage } from './pages.ts'

const config = (origins: Record<string, string>): LoadedConfig => ({
  file: '/etc/callboard/portal.config.ts',
  title: 'Acme',
  baseUrl: 'https://portal.acme.example',
  plugins: [{ name: 'costs', apiVersion: 1, options: { token: 'hunter2' } }],
  outbound: OutboundOptions.parse({ perHost: 3 }),
  forges: [],
  limits: defaultLimits,
  host: '127.0.0.1',
  port: 7007,
  unprotected: false,
  dataDir: '/data',
  development: false,
  origins,
})

function page(origins: Record<string, string>) {
  const offers = new Map<string, unknown>([
    [loadedConfig.id, config(origins)],
    [contributionsRef.id, { plugins: config(origins).plugins }],
  ])
  return configPage(<T>(service: ServiceRef<T>) => offers.get(service.id) as T)
}

test('each option has its value and what decided it', () => {
  const { file, options, printed } = page({
    title: 'file',
    plugins: 'file',
    forges: 'default',
    'outbound.perHost': 'file',
    'limits.rate': 'file',
    'outbound.allowHosts': 'default',
    port: 'PORT',
  })
  expect(file).toBe('/etc/callboard/portal.config.ts')
  expect(options).toEqual([
    { name: 'title', value: 'Acme', from: 'file' },
    { name: 'plugins', value: 'costs', from: 'file' },
    { name: 'forges', value: '[]', from: 'default' },
    { name: 'outbound.perHost', value: '3', from: 'file' },
    { name: 'limits.rate', value: '{ "perSecond": 50, "burst": 1000 }', from: 'file' },
    { name: 'outbound.allowHosts', value: 'not set', from: 'default' },
    { name: 'port', value: '7007', from: 'variable PORT' },
  ])
  expect(printed).toContain("baseUrl: 'https://portal.acme.example'")
  expect(printed).not.toContain('hunter2')
})

test('a portal that was given everything on the command line read no file', () => {
  const { file, options } = page({ title: 'command', plugins: 'command' })
  expect(file).toBeNull()
  expect(options[0]?.from).toBe('command line')
})
