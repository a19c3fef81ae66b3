import { afterEach, describe, expect, test } from 'vitest'
import { systemActor } from '../api/actor.ts'
import { PortalError } from '../api/errors.ts'
import { definePlugin, type PluginContext } from '../api/plugin.ts'
import { eventRef, portalStarted, serviceRef } from '../api/wiring.ts'
import { identitySeam } from '../platform/auth/identity.ts'
import { signInSeam } from '../platform/auth/sign-in.ts'
import { createLog } from '../platform/log.ts'
import { openPolicy, policySeam } from '../platform/permissions/policy.ts'
import { people, type TestPortal, testPortal } from '../testing/index.ts'
import { accessOf } from './access.ts'
import { Closing } from './closing.ts'
import { Services } from './context.ts'

const service = serviceRef<{ answer: number }>('deep.thought')

describe('access', () => {
  const services = (...refs: ('identity' | 'policy')[]) => {
    const made = new Services()
    if (refs.includes('identity')) made.provide(identitySeam, () => people.anna, 'sign-in')
    if (refs.includes('policy')) made.provide(policySeam, { ...openPolicy }, 'rules')
    return made
  }

  test.each(['127.0.0.1', 'localhost', '::1', '127.9.9.9'])(
    'without access control %s is served, by the guest, with a notice',
    (host) => {
      const access = accessOf(services(), { host, unprotected: false })
      expect(access.loopbackOnly).toBe(true)
      expect(access.notice()).toContain('no access control')
      expect(access.identify({} as never)).toMatchObject({ kind: 'guest' })
    },
  )

  test.each(['0.0.0.0', '::', '10.1.2.3', 'portal.example.com', '128.0.0.1'])(
    'without access control %s is refused, with the lines to add',
    (host) => {
      const refusal = {
        code: 'invalid',
        message: `HOST is ${host}, but this portal has no access control`,
        hint: expect.stringContaining('export default defineConfig({'),
      }
      expect(() => accessOf(services(), { host, unprotected: false })).toThrow(expect.objectContaining(refusal))
      expect(() => accessOf(services('identity'), { host, unprotected: false })).toThrow('no access control')
      expect(() => accessOf(services('policy'), { host, unprotected: false })).toThrow('no access control')
    },
  )

  test('where something else keeps others away every address is served, by the guest, with a notice', () => {
    const access = accessOf(services(), { host: '0.0.0.0', unprotected: true })
    expect(access.loopbackOnly).toBe(true)
    expect(access.notice()).toContain('no access control')
  })

  test('with both sign-in and rules every address may be served, without a notice', () => {
    const access = accessOf(services('identity', 'policy'), { host: '0.0.0.0', unprotected: false })
    expect(access.loopbackOnly).toBe(false)
    expect(access.notice()).toBeUndefined()
    expect(access.identify({} as never)).toBe(people.anna)
  })

  test('with a guest until there is an administrator, the notice ends with that, and other addresses are refused', () => {
    let isOpen = true
    const made = services('identity', 'policy')
    const pages = {
      href: () => '/',
      otherHref: () => '/',
      menu: () => ({}),
      sessionOf: () => undefined,
    }
    made.provide(signInSeam, { guest: true, isOpen: () => isOpen, ...pages }, 'sign-in')
    const access = accessOf(made, { host: '127.0.0.1', unprotected: false })
    expect(access).toMatchObject({ loopbackOnly: true })
    expect(access.identify({} as never)).toBe(people.anna)
    expect(access.notice()).toContain('no access control')
    isOpen = false
    expect(access.notice()).toBeUndefined()
    expect(() => accessOf(made, { host: '0.0.0.0', unprotected: false })).toThrow('no access control')
  })
})

describe('services', () => {
  test('that nobody provides name who needs them', () => {
    expect(() => new Services().use(service, 'costs')).toThrow('"costs" needs deep.thought, which no plugin provides')
    expect(new Services().tryUse(service)).toBeUndefined()
  })

  test('that two provide name both', () => {
    const services = new Services()
    services.provide(service, { answer: 42 }, 'a')
    expect(() => services.provide(service, { answer: 43 }, 'b')).toThrow(
      'Plugins "a" and "b" both provide deep.thought',
    )
    expect(services.use(service, 'c').answer).toBe(42)
  })

  test('keep the portal from starting when they are missing in setup, and leave nothing open', async () => {
    const needy = definePlugin({ name: 'needy', apiVersion: 1, setup: (ctx) => void ctx.use(service) })
    await expect(testPortal({ plugins: [needy] })).rejects.toThrow(
      '"needy" needs deep.thought, which no plugin provides',
    )
  })
})

describe('closing', () => {
  const log = createLog('silent')

  test('goes backwards, once, and waits for each', async () => {
    const order: string[] = []
    const closing = new Closing(log)
    closing.add('first', () => order.push('first'))
    closing.add('second', async () => {
      await Promise.resolve()
      order.push('second')
    })
    await Promise.all([closing.close(), closing.close()])
    expect(order).toEqual(['second', 'first'])
  })

  test('is not kept from the others by one that fails', async () => {
    const order: string[] = []
    const closing = new Closing(log)
    closing.add('first', () => order.push('first'))
    closing.add('broken', () => Promise.reject(new Error('no')))
    closing.add('thrower', () => {
      throw new Error('no')
    })
    await closing.close()
    expect(order).toEqual(['first'])
  })

  test('of the portal: jobs and server first, then plugins, then the database', async () => {
    const order: string[] = []
    const watcher = definePlugin({
      name: 'watcher',
      apiVersion: 1,
      setup(ctx) {
        ctx.onClose(async () => {
          await ctx.db.write(() => order.push('first, and the database still writes'))
        })
        ctx.onClose(() => {
          order.push('second')
        })
      },
    })
    const portal = await testPortal({ plugins: [watcher] })
    const { server, jobs } = portal.portal
    const [closeServer, stopJobs] = [server.close.bind(server), jobs.stop]
    jobs.stop = (grace) => stopJobs(grace).finally(() => order.push('jobs'))
    server.close = (() => closeServer().finally(() => order.push('server'))) as typeof server.close
    await portal.close()
    expect(order).toEqual(['jobs', 'server', 'second', 'first, and the database still writes'])
    await expect(portal.portal.db.write(() => 1)).rejects.toThrow()
  })
})

describe('the context of a plugin', () => {
  let portal: TestPortal
  afterEach(() => portal.close())

  const contextOf = async (options: Parameters<typeof testPortal>[0] = {}): Promise<PluginContext> => {
    const plugin = definePlugin({
      name: 'guest-list',
      apiVersion: 1,
      permissions: { 'guest-list.change': { on: 'portal', description: 'Change it.' } },
      jobs: [{ id: 'count', run: async ({ payload, ctx }) => ctx.emit(counted, payload as string) }],
    })
    portal = await testPortal({ ...options, plugins: [plugin] })
    return portal.portal.contributions.contexts.get('guest-list') as PluginContext
  }
  const counted = eventRef<string>('guest-list.counted')

  test('asks the policy for what it may, and says why not', async () => {
    const ctx = await contextOf({ access: true })
    expect(ctx.allows(people.root, 'guest-list.change')).toBe(true)
    expect(ctx.allows(people.cora, 'guest-list.change')).toBe(false)
    expect(() => ctx.authorize(people.cora, 'guest-list.change')).toThrow(
      expect.objectContaining({ code: 'forbidden', message: expect.stringContaining('Cora Stranger may not') }),
    )
    expect(() => ctx.authorize(undefined as never, 'guest-list.change')).toThrow(PortalError)
  })

  test('gives its name to its jobs, and events reach who listens after the commit', async () => {
    const ctx = await contextOf()
    const heard: string[] = []
    ctx.on(counted, (text) => void heard.push(text))
    await ctx.db.write(async (tx) => {
      await ctx.jobs.enqueue(tx, 'count', { payload: 'three' })
      ctx.emit(counted, 'inside')
      expect(heard).toEqual([])
    })
    await portal.settled()
    expect(heard.sort()).toEqual(['inside', 'three'])
    expect((await portal.portal.jobs.list()).map(({ kind }) => kind)).toContain('guest-list.count')
    await expect(ctx.db.write((tx) => ctx.jobs.enqueue(tx, 'nothing'))).rejects.toThrow(
      'Nothing runs the job guest-list.nothing',
    )
  })

  test('writes audit lines that go with the write they are about', async () => {
    const ctx = await contextOf()
    const line = { action: 'guest-list.change', actor: systemActor, target: 'x', detail: { token: 'hunter2', n: 1 } }
    await ctx.db.write((tx) => ctx.audit(tx, line))
    const failing = ctx.db.write(async (tx) => {
      await ctx.audit(tx, { ...line, target: 'never' })
      throw new Error('rolled back')
    })
    await expect(failing).rejects.toThrow('rolled back')
    expect(await portal.audit()).toMatchObject([
      { target: 'x', actor: { id: 'system' }, detail: { token: '••••••', n: 1 } },
    ])
  })

  test('hears that the portal has started', async () => {
    const heard: string[] = []
    const plugin = definePlugin({
      name: 'listener',
      apiVersion: 1,
      setup: (ctx) => ctx.on(portalStarted, ({ address }) => void heard.push(address)),
    })
    portal = await testPortal({ plugins: [plugin], begin: false })
    expect(heard).toEqual([])
    await portal.portal.begin()
    await portal.settled()
    expect(heard).toEqual(['http://localhost:7007'])
  })
})
