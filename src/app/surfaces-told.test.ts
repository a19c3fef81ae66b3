import { expect, onTestFinished, test } from 'vitest'
import { makeAccount, signIn } from '../features/access/fixtures/signed-in.ts'
import { notifications } from '../features/index.ts'
import { mailServer } from '../features/notifications/fixtures/receivers.ts'
import { organisation, type TestPortal, testPortal } from '../testing/index.ts'
import { accessWithRule } from './fixtures/hiding.ts'

// What people are told of entities that a rule hides from them: they own some of it.

const component = (name: string, more: string, broken: boolean) => `---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: ${name} }
spec: { type: service, lifecycle: production, owner: visitors${more}${broken ? ', dependsOn: [resource:gone]' : ''} }
`
const people = organisation.replace('displayName: Cora Stranger', 'displayName: Cora Stranger, email: cora@example.com')
const own = (names: readonly string[], isHidden: boolean, broken: boolean) =>
  names.map((name) => component(name, isHidden ? ', system: quokka-vault' : '', broken)).join('')
const files = (hidden: readonly string[], open: readonly string[], broken: boolean) =>
  people + own(hidden, true, broken) + own(open, false, broken)

async function start(hidden: readonly string[], open: readonly string[]) {
  const mail = await mailServer()
  onTestFinished(() => mail.close())
  const email = { host: '127.0.0.1', port: mail.port, from: 'portal@example.com', mode: 'now' as const }
  const portal = await testPortal({
    files: { 'all.yaml': files(hidden, open, false) },
    plugins: [accessWithRule(), notifications({ email })],
  })
  onTestFinished(() => portal.close())
  for (const name of ['anna', 'cora']) await makeAccount(portal, name)
  await makeAccount(portal, 'root', true)
  await tell(portal)
  portal.write('all.yaml', files(hidden, open, true))
  await portal.crawl()
  await tell(portal)
  const headers = await signIn(portal, 'cora')
  const titles = async () => {
    const { notifications } = (await portal.get('/api/notifications?limit=50', { headers })).json<{
      notifications: { payload: { title: string } }[]
    }>()
    return notifications.map(({ payload }) => payload.title).sort()
  }
  return { portal, mail, titles }
}

async function tell({ portal, settled }: TestPortal): Promise<void> {
  await portal.db.write((tx) => portal.jobs.enqueue(tx, 'notifications.watch', { key: 'now' }))
  await settled()
}

test('of several by themselves: of what they may see, in the portal and by mail', async () => {
  const { titles, mail } = await start(['quokka-own'], ['till'])
  expect(await titles()).toEqual(['1 problem in till'])
  expect(mail.letters.map(({ subject, to }) => [subject, to])).toEqual([
    [expect.stringContaining('1 problem in till'), ['cora@example.com']],
  ])
})

test('of many at once: a summary that names what they may not see is not for them', async () => {
  const many = ['a', 'b', 'c', 'd', 'e', 'f']
  const seen = await start([], many)
  expect(await seen.titles()).toEqual(['6 problems in 6 entities of visitors'])
  expect(seen.mail.letters.length).toBe(1)
  const mixed = await start(['quokka-own'], many)
  expect(await mixed.titles()).toEqual([])
  expect(mixed.mail.letters).toEqual([])
})
