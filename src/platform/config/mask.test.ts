import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Secret } from '../../api/env.ts'
import { definePlugin } from '../../api/plugin.ts'
import { route } from '../../api/route.ts'
import { defaultLimits } from '../http/limits.ts'
import { defaultOutbound } from '../http-client/options.ts'
import { describeConfig, mask } from './mask.ts'

test('secrets become dots, wherever they are', () => {
  const shown = mask({
    token: new Secret('T', 'hunter2'),
    apiKey: 'hunter2',
    clientSecret: 'hunter2',
    DB_PASSWORD: 'hunter2',
    apitoken: 'hunter2',
    pin: { key: 'hunter2', secrets: { a: 'hunter2', b: ['hunter2', 7] } },
    list: [new Secret('T', 'hunter2')],
    map: new Map([['token', 'hunter2']]),
    url: 'https://me:hunter2@git.acme.dev/catalog.git',
    urls: new Set([new URL('https://hunter2@acme.dev/')]),
  })
  expect(inspect(shown, { depth: 9 })).not.toContain('hunter2')
  expect(shown).toMatchObject({
    url: 'https://••••••@git.acme.dev/catalog.git',
    list: ['••••••'],
    pin: { secrets: { b: ['••••••', '••••••'] } },
  })
})

test('everything else stays readable', () => {
  const loop: Record<string, unknown> = { at: new Date(0), pattern: /x/ }
  loop.self = loop
  expect(
    mask({
      keyboard: 'de',
      monkey: 1,
      secret: '',
      run: () => 1,
      schema: z.string(),
      none: undefined,
      nil: null,
      loop,
      limit: Infinity,
    }),
  ).toEqual({
    keyboard: 'de',
    monkey: 1,
    secret: '',
    run: '[function]',
    schema: '[ZodString]',
    nil: null,
    loop: { at: '1970-01-01T00:00:00.000Z', pattern: '/x/', self: '[circular]' },
    limit: 'Infinity',
  })
})

test('a plugin is told by its options and the names of its contributions', () => {
  const costs = definePlugin({
    name: 'costs',
    apiVersion: 1,
    options: { budget: 1, token: 'hunter2' },
    nav: [{ id: 'costs', title: 'Costs', href: '/costs', icon: 'coin', permission: 'costs.read' }],
    routes: [route({ method: 'GET', url: '/costs', public: true, handler: () => undefined })],
    setup() {},
  })
  const config = {
    file: '/srv/portal.config.ts',
    title: 'Acme',
    baseUrl: 'http://localhost:7007',
    host: '127.0.0.1',
    port: 7007,
    dataDir: '/srv/data',
    unprotected: false,
    development: false,
    outbound: defaultOutbound,
    forges: [],
    limits: defaultLimits,
    plugins: [costs],
  }
  expect(describeConfig(config)).toEqual({
    ...config,
    outbound: { denyHosts: [], allowPrivate: [], allowHttp: [], timeout: '30s', maxBytes: 10_000_000, perHost: 8 },
    plugins: [
      {
        name: 'costs',
        apiVersion: 1,
        options: { budget: 1, token: '••••••' },
        nav: ['costs'],
        routes: ['GET /costs'],
        setup: '[function]',
      },
    ],
  })
})
