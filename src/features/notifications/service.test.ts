import { expect, test } from 'vitest'
import type { NotificationDraft } from './contract.ts'
import { notificationsService } from './contract.ts'
import { checkDraft } from './draft.ts'
import { type Stage, stage } from './fixtures/stage.ts'

const minute = 60_000
const day = 86_400_000

async function mark(at: Stage, as: 'anna' | 'ben' | 'cora', asked: string) {
  return (await at.portal.post('/notifications/marks', { mark: asked }, { as })).status
}

test('a group is told, each of its members reads for themselves, and a stranger sees nothing', async () => {
  const at = await stage()
  const id = await at.send()
  expect(await at.titles('anna')).toEqual(['Costs doubled'])
  expect(await at.titles('ben')).toEqual(['Costs doubled'])
  expect(await at.titles('cora')).toEqual([])
  expect(await mark(at, 'anna', `read ${id}`)).toBe(303)
  expect(await at.titles('anna')).toEqual([])
  expect(await at.titles('anna', 'read')).toEqual(['Costs doubled'])
  expect(await at.titles('ben')).toEqual(['Costs doubled'])
})

test('members are looked up when it is sent', async () => {
  // In no group of that name as far as signing in knows.
  const at = await stage({ files: { 'more.yaml': group('night', 'cora') } })
  await at.send({ recipients: ['group:default/night'] })
  expect(await at.titles('cora')).toEqual(['Costs doubled'])
  at.portal.write('more.yaml', group('night', 'anna'))
  await at.portal.crawl()
  expect(await at.titles('cora')).toEqual(['Costs doubled'])
  expect(await at.titles('anna')).toEqual([])
})

test('whoever is in the group when it is read finds it', async () => {
  const at = await stage({ files: { 'org.yaml': '' } })
  await at.send()
  expect(await at.titles('anna')).toEqual(['Costs doubled'])
  expect(await at.titles('cora')).toEqual([])
})

const group = (name: string, member: string) => `
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: { name: ${name} }
spec: { type: team, children: [], members: [${member}] }
`

test('members of groups below are told, and an entity stands for its owner', async () => {
  const files = {
    'more.yaml': `${group('all', 'nobody').replace('children: []', 'children: [payments]')}---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: ledger }
spec: { type: service, lifecycle: production, owner: payments }
`,
  }
  const at = await stage({ files })
  await at.send({ recipients: ['group:default/all'], title: 'From above' })
  await at.send({ recipients: ['component:default/ledger'], title: 'To the owner' })
  expect(await at.titles('ben')).toEqual(['To the owner', 'From above'])
  expect(await at.titles('cora')).toEqual([])
})

test('the one who did it is left out', async () => {
  const at = await stage()
  await at.send({ exclude: ['user:default/anna'] })
  expect(await at.titles('anna')).toEqual([])
  expect(await at.titles('ben')).toEqual(['Costs doubled'])
})

test('everyone is everyone; what is for administrators only they see', async () => {
  const at = await stage()
  await at.send({ recipients: 'everyone', title: 'Closed on Friday' })
  await at.send({ recipients: 'admins', title: 'Disk full' })
  expect(await at.titles('cora')).toEqual(['Closed on Friday'])
  expect(await at.titles('root')).toEqual(['Disk full', 'Closed on Friday'])
})

test('administrators can be named', async () => {
  const at = await stage({ options: { admins: ['visitors'] } })
  await at.send({ recipients: 'admins', title: 'Disk full' })
  expect(await at.titles('cora')).toEqual(['Disk full'])
  expect(await at.titles('root')).toEqual([])
})

test('while nobody signs in, the guest sees what is for everyone and for administrators', async () => {
  const at = await stage({ access: false })
  await at.send({ recipients: 'everyone', title: 'Closed on Friday' })
  await at.send({ recipients: 'admins', title: 'Disk full' })
  await at.send({ title: 'For payments' })
  expect(await at.titles(undefined)).toEqual(['Disk full', 'Closed on Friday'])
})

test('the same scope takes the place of what was told, is unread again, and stays saved', async () => {
  const at = await stage()
  const first = await at.send({ scope: 'budget', title: 'Costs doubled' })
  await mark(at, 'anna', `saved ${first}`)
  await mark(at, 'anna', `done ${first}`)
  await mark(at, 'ben', `read ${first}`)
  expect(await at.titles('anna', 'done')).toEqual(['Costs doubled'])
  const second = await at.send({ scope: 'budget', title: 'Costs tripled', severity: 'high' })
  expect(second).toBe(first)
  for (const who of ['anna', 'ben'] as const) expect(await at.titles(who)).toEqual(['Costs tripled'])
  expect(await at.titles('anna', 'done')).toEqual([])
  expect(await at.titles('anna', 'saved')).toEqual(['Costs tripled'])
})

test('another origin, other recipients or no scope make another one', async () => {
  const at = await stage()
  await at.send({ scope: 'budget', title: 'a' })
  await at.send({ scope: 'budget', title: 'b', origin: 'other' })
  await at.send({ scope: 'budget', title: 'c', recipients: ['user:default/anna'] })
  await at.send({ title: 'd' })
  await at.send({ title: 'd' })
  expect(await at.titles('anna')).toEqual(['d', 'd', 'c', 'b', 'a'])
})

test('a quiet one changes what was told and tells nobody', async () => {
  const at = await stage()
  expect(await at.send({ scope: 'budget', quiet: true })).toBeUndefined()
  expect(await at.titles('anna')).toEqual([])
  const id = await at.send({ scope: 'budget' })
  await mark(at, 'anna', `read ${id}`)
  await at.send({ scope: 'budget', quiet: true, title: 'Costs are lower' })
  expect(await at.titles('anna')).toEqual([])
  expect(await at.titles('anna', 'read')).toEqual(['Costs are lower'])
})

test('what is settled is done for everybody until it is told again', async () => {
  const at = await stage()
  await at.send({ scope: 'budget' })
  const service = at.ctx.use(notificationsService)
  await service.settle({ origin: 'other', scope: 'budget' })
  expect(await at.titles('anna')).toEqual(['Costs doubled'])
  await service.settle({ origin: 'costs', scope: 'budget' })
  expect(await at.titles('anna')).toEqual([])
  expect(await at.titles('ben', 'done')).toEqual(['Costs doubled'])
  await at.send({ scope: 'budget' })
  expect(await at.titles('ben')).toEqual(['Costs doubled'])
})

test('what is sent in a transaction is undone with it', async () => {
  const at = await stage()
  const service = at.ctx.use(notificationsService)
  const draft: NotificationDraft = { origin: 'costs', recipients: 'everyone', title: 'Never' }
  const failing = at.ctx.db.write(async (tx) => {
    await service.send(draft, tx)
    throw new Error('the write that it is about failed')
  })
  await expect(failing).rejects.toThrow('failed')
  expect(await at.titles('anna')).toEqual([])
  await at.ctx.db.write((tx) => service.send(draft, tx))
  expect(await at.titles('anna')).toEqual(['Never'])
})

test.each([
  ['no title', { title: ' \n ' }, 'title'],
  ['a title that is too long', { title: 'x'.repeat(201) }, 'title'],
  ['a description that is too long', { description: 'x'.repeat(2001) }, 'description'],
  ['a script for a link', { link: 'javascript:alert(1)' }, 'link'],
  ['data for a link', { link: 'data:text/html,x' }, 'link'],
  ['a link without a scheme', { link: '//evil.example' }, 'link'],
  ['a link that a browser takes for another host', { link: '/\\evil.example' }, 'link'],
  ['a link with a tab in front of the host', { link: '/\t/evil.example' }, 'link'],
  ['a link with a password', { link: 'https://me:secret@example.com/' }, 'link'],
  ['a recipient without a kind', { recipients: ['payments'] }, 'payments'],
  ['no recipients', { recipients: [] }, 'recipients'],
  ['a severity that is none', { severity: 'urgent' as 'high' }, 'severity'],
  ['a field that is none', { colour: 'red' } as Partial<NotificationDraft>, 'colour'],
])('%s is refused', (_, draft, named) => {
  const check = () => checkDraft({ origin: 'costs', recipients: 'everyone', title: 'Fine', ...draft })
  expect(check).toThrow(expect.objectContaining({ code: 'invalid', message: expect.stringContaining(named) }))
})

test('signs that hide or turn text are taken out, the rest is shown as it is', async () => {
  const at = await stage()
  await at.send({ title: 'a\u202egnp.exe\u0000 <b>&amp;</b>\n\nb', description: '<img src=x onerror=alert(1)>' })
  const { body } = await at.portal.get('/notifications', { as: 'anna' })
  expect(body).toContain('a gnp.exe &lt;b&gt;&amp;amp;&lt;/b&gt; b')
  expect(body).toContain('&lt;img src=x onerror=alert(1)&gt;')
  expect(body).not.toContain('\u202e')
})

test('what was read goes after its time, what nobody read after a year, and what is saved stays', async () => {
  const at = await stage({ options: { keep: '30d' } })
  const read = await at.send({ title: 'read' })
  const saved = await at.send({ title: 'saved' })
  await at.send({ title: 'unread' })
  await mark(at, 'anna', `read ${read}`)
  await mark(at, 'anna', `read ${saved}`)
  await mark(at, 'ben', `saved ${saved}`)
  await at.pass(29 * day)
  await at.run('tidy')
  expect(await at.titles('anna', 'read')).toEqual(['saved', 'read'])
  await at.pass(2 * day)
  await at.run('tidy')
  expect(await at.titles('anna', 'read')).toEqual(['saved'])
  expect(await at.titles('anna')).toEqual(['unread'])
  await at.pass(335 * day)
  await at.run('tidy')
  expect(await at.titles('anna')).toEqual([])
  expect(await at.titles('ben', 'saved')).toEqual(['saved'])
})

test('of too many for one recipient the oldest go', async () => {
  const at = await stage({ options: { most: 10 } })
  for (let n = 1; n <= 14; n++) {
    await at.pass(minute)
    await at.send({ title: `n${n}`, recipients: n === 2 ? 'everyone' : ['user:default/anna'] })
  }
  await at.run('tidy')
  expect(await at.titles('anna')).toEqual(['n14', 'n13', 'n12', 'n11', 'n10', 'n9', 'n8', 'n7', 'n6', 'n5', 'n2'])
})
