import { afterEach, expect, test } from 'vitest'
import { definePlugin, type PluginContext } from '../../api/plugin.ts'
import { organisation, type Person, type TestPortal, type TestPortalOptions, testPortal } from '../../testing/index.ts'
import { type NotificationDraft, notificationsService } from './contract.ts'

let portal: TestPortal
let ctx: PluginContext
const costs = definePlugin({
  name: 'costs',
  apiVersion: 1,
  setup(own) {
    ctx = own
  },
})

async function open(options: TestPortalOptions = {}): Promise<TestPortal> {
  const { plugins = [], files, ...rest } = options
  portal = await testPortal({
    access: true,
    ...rest,
    plugins: [costs, ...plugins],
    files: { 'org.yaml': organisation, ...files },
  })
  return portal
}
afterEach(() => portal.close())

const send = (draft: Partial<NotificationDraft> = {}) =>
  ctx
    .use(notificationsService)
    .send({ origin: 'costs', recipients: ['group:default/payments'], title: 'Costs doubled', ...draft })

const titles = async (as: Person, view = 'unread') => {
  const answer = await portal.get(`/notifications?view=${view}`, { as })
  expect(answer.status).toBe(200)
  return Array.from(answer.body.matchAll(/id="notifications-title-[^"]*"[^>]*>([^<]*)</g), ([, title]) => title)
}

test('a group is told, each of its members reads for themselves, and a stranger sees nothing', async () => {
  await open()
  const id = await send()
  expect(await titles('anna')).toEqual(['Costs doubled'])
  expect(await titles('ben')).toEqual(['Costs doubled'])
  expect(await titles('cora')).toEqual([])
  expect((await portal.post('/notifications/marks', { mark: `read ${id}` }, { as: 'anna' })).status).toBe(303)
  expect(await titles('anna')).toEqual([])
  expect(await titles('anna', 'read')).toEqual(['Costs doubled'])
  expect(await titles('ben')).toEqual(['Costs doubled'])
  expect((await portal.post('/notifications/marks', { mark: `read ${id}` }, { as: 'cora' })).status).toBe(404)
})
