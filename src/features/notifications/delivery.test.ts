import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import { Secret } from '../../api/env.ts'
import { notificationsService } from './contract.ts'
import { mailServer, webhookServer } from './fixtures/receivers.ts'
import { type Stage, type StageOptions, stage } from './fixtures/stage.ts'

const second = 1000
const minute = 60 * second
const day = 1440 * minute

const organisation = ['anna', 'ben', 'cora']
  .map(
    (name) => `apiVersion: backstage.io/v1alpha1
kind: User
metadata: { name: ${name}, title: ${name} }
spec: { profile: { displayName: ${name}${name === 'ben' ? '' : `, email: ${name}@example.com`} }, memberOf: [${name === 'cora' ? 'visitors' : 'payments'}] }
`,
  )
  .concat(
    ['payments', 'visitors'].map(
      (name) => `apiVersion: backstage.io/v1alpha1
kind: Group
metadata: { name: ${name} }
spec: { type: team, children: [] }
`,
    ),
  )
  .join('---\n')

type Mail = NonNullable<NonNullable<StageOptions['options']>['email']>
const files = { 'org.yaml': organisation }
const mailTo = (port: number, more: Partial<Mail> = {}): Mail => {
  return { host: '127.0.0.1', port, from: 'portal@acme.example', mode: 'now', ...more }
}

interface Post {
  state: string
  attempts: number
  error: string | null
}

const outboxOf = (at: Stage) =>
  at.ctx.db.read.all<Post>(
    sql`select state, attempts, error from notifications_outbox order by id`,
  ) as unknown as Post[]

test('mail goes to the members who have an address, as text and HTML with absolute links', async () => {
  const mail = await mailServer()
  const at = await stage({ files, baseUrl: 'https://portal.acme.example', options: { email: mailTo(mail.port) } })
  await at.send({
    title: 'Über <b> & "Kosten"',
    description: 'Doubled.\n<script>',
    link: '/catalog?kind=api&x=1',
    severity: 'high',
  })
  await at.portal.settled()
  expect(mail.letters).toHaveLength(1)
  const [letter] = mail.letters
  expect(letter?.to).toEqual(['anna@example.com'])
  expect(letter?.from).toBe('portal@acme.example')
  const body = decoded(letter?.raw ?? '')
  expect(body).toContain('https://portal.acme.example/catalog?kind=api&x=1')
  expect(body).toContain('href="https://portal.acme.example/catalog?kind=api&amp;x=1"')
  expect(body).toContain('Über &lt;b&gt; &amp; &quot;Kosten&quot;')
  expect(body).toContain('Doubled.<br>&lt;script&gt;')
  expect(body).toContain('List-Unsubscribe: <https://portal.acme.example/notifications/settings>')
  expect(body).toContain('Auto-Submitted: auto-generated')
  expect(outboxOf(at)).toEqual([{ state: 'sent', attempts: 1, error: null }])
})

/** Undoes quoted-printable, so that what is looked for is not broken over lines. */
function decoded(raw: string): string {
  const joined = raw.replace(/=\r\n/g, '').replace(/\r\n[ \t]+/g, ' ')
  const bytes = joined.replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

test('line breaks in a title or a name make no headers', async () => {
  const mail = await mailServer()
  const evil = organisation.replace('title: anna', 'title: "anna\\r\\nBcc: evil@example.com"')
  const at = await stage({ files: { 'org.yaml': evil }, options: { email: mailTo(mail.port) } })
  await at.send({ title: 'Hello\r\nBcc: evil@example.com' })
  await at.portal.settled()
  expect(mail.letters.map(({ to }) => to)).toEqual([['anna@example.com']])
  expect(mail.letters[0]?.raw).not.toMatch(/^Bcc:/m)
})

test('a digest collects for its time, leaves out what was read or is over, and is one letter', async () => {
  const mail = await mailServer()
  const at = await stage({ files, options: { email: mailTo(mail.port, { mode: 'digest', digest: '1d' }) } })
  const read = await at.send({ title: 'Read in the portal' })
  await at.send({ title: 'First' })
  await at.pass(23 * 60 * minute)
  await at.send({ title: 'Second' })
  await at.send({ title: 'Over by then', scope: 'over' })
  await at.ctx.use(notificationsService).settle({ origin: 'costs', scope: 'over' })
  await at.portal.post('/notifications/marks', { mark: `read ${read}` }, { as: 'anna' })
  expect(mail.letters).toEqual([])
  await at.pass(61 * minute)
  expect(mail.letters.map(({ subject }) => subject)).toEqual(['Test portal: 2 notifications'])
  const text = decoded(mail.letters[0]?.raw ?? '')
  expect(text.indexOf('First')).toBeLessThan(text.indexOf('Second'))
  expect(text).not.toMatch(/Over by then|Read in the portal/)
  await at.pass(2 * day)
  expect(mail.letters).toHaveLength(1)
  await at.send({ title: 'Third' })
  await at.pass(1 * day)
  expect(mail.letters.at(-1)?.subject).toBe('Test portal: Third')
})

test('what is critical goes at once, and a topic that is off not at all', async () => {
  const mail = await mailServer()
  const at = await stage({ files, options: { email: mailTo(mail.port, { mode: 'digest' }) } })
  await at.send({ title: 'Burning', severity: 'critical' })
  await at.portal.settled()
  expect(mail.letters.map(({ subject }) => subject)).toEqual(['Burning'])
  const form = { 'shown.costs.general': '1', 'portal.costs.general': '1', 'email.costs.general': 'off' }
  expect((await at.portal.post('/notifications/settings', form, { as: 'anna' })).status).toBe(303)
  await at.send({ title: 'Burning again', severity: 'critical' })
  await at.pass(2 * day)
  expect(mail.letters).toHaveLength(1)
})

test('what is for everyone is mailed only where that is wanted', async () => {
  const mail = await mailServer()
  const quiet = await stage({ files, options: { email: mailTo(mail.port) } })
  await quiet.send({ recipients: 'everyone' })
  await quiet.portal.settled()
  expect(mail.letters).toEqual([])
  const loud = await stage({ files, options: { email: mailTo(mail.port, { broadcast: true }) } })
  await loud.send({ recipients: 'everyone' })
  await loud.portal.settled()
  expect(mail.letters.flatMap(({ to }) => to).sort()).toEqual(['anna@example.com', 'cora@example.com'])
})

test('no more than so many mails go in a minute; the others follow', async () => {
  const mail = await mailServer()
  const at = await stage({ files, options: { email: mailTo(mail.port, { perMinute: 3 }) } })
  for (const n of [1, 2, 3, 4, 5]) await at.send({ title: `n${n}` })
  await at.portal.settled()
  expect(mail.letters).toHaveLength(3)
  await at.pass(30 * second)
  expect(mail.letters).toHaveLength(3)
  await at.pass(31 * second)
  expect(mail.letters.map(({ subject }) => subject)).toEqual(['n1', 'n2', 'n3', 'n4', 'n5'])
})

test('the same notification is mailed at most every ten minutes, with what holds then', async () => {
  const mail = await mailServer()
  const at = await stage({ files, options: { email: mailTo(mail.port) } })
  for (const title of ['one', 'two', 'three']) {
    await at.send({ title, scope: 'flapping' })
    await at.pass(minute)
  }
  expect(mail.letters.map(({ subject }) => subject)).toEqual(['one'])
  await at.pass(10 * minute)
  expect(mail.letters.map(({ subject }) => subject)).toEqual(['one', 'three'])
})

test('a mail server that is down is asked once for all that waits, and gets everything when it is back', async () => {
  const mail = await mailServer()
  await mail.close()
  const at = await stage({ files, options: { email: mailTo(mail.port) } })
  for (const n of [1, 2, 3]) await at.send({ title: `n${n}` })
  await at.portal.settled()
  expect(outboxOf(at).map(({ attempts }) => attempts)).toEqual([1, 0, 0])
  await at.pass(second)
  expect(outboxOf(at).map(({ attempts }) => attempts)).toEqual([1, 0, 0])
  await mailServer(mail.port).then(async (back) => {
    await at.pass(15 * second)
    expect(back.letters.map(({ subject }) => subject).sort()).toEqual(['n1', 'n2', 'n3'])
  })
  expect(outboxOf(at).map(({ state }) => state)).toEqual(['sent', 'sent', 'sent'])
})

test('a letter that will never be taken is given up, and the next ones go', async () => {
  const mail = await mailServer()
  const at = await stage({ files, options: { email: mailTo(mail.port) } })
  mail.mood = { code: 550, text: 'No such mailbox' }
  await at.send({ title: 'lost' })
  await at.portal.settled()
  expect(outboxOf(at)).toMatchObject([{ state: 'failed', error: expect.stringContaining('No such mailbox') }])
  mail.mood = { code: 451, text: 'Greylisted' }
  await at.send({ title: 'later' })
  await at.portal.settled()
  expect(outboxOf(at)[1]).toMatchObject({ state: 'waiting', attempts: 1 })
  mail.mood = 'take'
  await at.pass(13 * second)
  expect(mail.letters.map(({ subject }) => subject)).toEqual(['later'])
})

const hooked = (address: string, more: object = {}) => ({
  webhooks: [{ id: 'bot', url: `${address}/hook/s3cret`, ...more }],
})

test('a webhook that fails twice gets it the third time, signed, under the same delivery', async () => {
  const hook = await webhookServer()
  hook.answer = (number, response) => void response.writeHead(number < 3 ? 503 : 204).end()
  const secret = new Secret('BOT_KEY', 'k'.repeat(20))
  const at = await stage({ options: hooked(hook.address, { secret }) })
  await at.send({ link: '/catalog', scope: 'budget' })
  await at.portal.settled()
  expect(hook.calls).toHaveLength(1)
  await at.pass(13 * second)
  expect(hook.calls).toHaveLength(2)
  await at.pass(13 * second)
  expect(hook.calls).toHaveLength(2)
  await at.pass(15 * second)
  expect(hook.calls).toHaveLength(3)
  await at.pass(day)
  expect(hook.calls).toHaveLength(3)
  const [first, , last] = hook.calls
  expect(last?.headers['callboard-delivery']).toBe(first?.headers['callboard-delivery'])
  const { 'callboard-timestamp': timestamp, 'callboard-signature': signature } = last?.headers ?? {}
  const expected = createHmac('sha256', 'k'.repeat(20)).update(`${timestamp}.${last?.body}`).digest('hex')
  expect(signature).toBe(`sha256=${expected}`)
  expect(JSON.parse(last?.body ?? '')).toMatchObject({
    event: 'notification',
    origin: 'costs',
    scope: 'budget',
    link: 'http://localhost:7007/catalog',
    recipients: ['group:default/payments'],
    toldAt: '2026-11-21T12:00:00.000Z',
  })
})

test('Retry-After is honoured', async () => {
  const hook = await webhookServer()
  hook.answer = (number, response) => void response.writeHead(number === 1 ? 429 : 200, { 'retry-after': '600' }).end()
  const at = await stage({ options: hooked(hook.address) })
  await at.send()
  await at.portal.settled()
  // Written down, so that a restart honours it as well.
  const [post] = at.ctx.db.read.all(sql`select due_at from notifications_outbox`)
  expect(post).toEqual({ due_at: at.now().getTime() + 600 * second })
  await at.pass(599 * second)
  expect(hook.calls).toHaveLength(1)
  await at.pass(2 * second)
  expect(hook.calls).toHaveLength(2)
})

test('a webhook that says never, or fails for half a day, is given up; its address is nowhere', async () => {
  const hook = await webhookServer()
  hook.answer = (number, response) => void response.writeHead(number === 1 ? 404 : 500).end()
  const at = await stage({ options: hooked(hook.address) })
  await at.send({ title: 'never' })
  await at.portal.settled()
  expect(outboxOf(at)).toMatchObject([{ state: 'failed', attempts: 1, error: expect.stringContaining('404') }])
  await at.send({ title: 'at last' })
  for (let hours = 0; hours < 30; hours++) await at.pass(61 * minute)
  expect(outboxOf(at)[1]).toMatchObject({ state: 'failed', attempts: 20 })
  const page = await at.portal.get('/notifications/settings', { as: 'root' })
  expect(page.region('notifications-channels').text).toContain('answered 500')
  expect(JSON.stringify(outboxOf(at)) + page.body).not.toContain('s3cret')
  expect((await at.portal.get('/notifications/settings', { as: 'anna' })).has('notifications-channels')).toBe(false)
})

test('a private host is refused unless the configuration names it, without showing the address', async () => {
  const hook = await webhookServer()
  const at = await stage({ options: hooked(hook.address), outbound: {} })
  await at.send()
  await at.portal.settled()
  expect(hook.calls).toEqual([])
  expect(outboxOf(at)).toMatchObject([{ state: 'waiting', error: expect.stringContaining('refused') }])
  expect(JSON.stringify(outboxOf(at))).not.toContain('s3cret')
})

test('a webhook gets only its topics, severities and recipients', async () => {
  const hook = await webhookServer()
  const url = (path: string) => `${hook.address}/${path}`
  const at = await stage({
    options: {
      webhooks: [
        { id: 'grave', url: url('grave'), severity: 'high' },
        { id: 'budget', url: url('budget'), topics: ['costs.budget'] },
        { id: 'visitors', url: url('visitors'), recipients: ['group:default/visitors', 'everyone'] },
      ],
    },
  })
  const told = async (draft: Parameters<Stage['send']>[0]) => {
    const before = hook.calls.length
    await at.send(draft)
    await at.portal.settled()
    return hook.calls.slice(before).map(({ url }) => url)
  }
  expect(await told({})).toEqual([])
  expect(await told({ severity: 'critical' })).toEqual(['/grave'])
  expect(await told({ topic: 'costs.budget' })).toEqual(['/budget'])
  expect(await told({ recipients: ['group:default/visitors'] })).toEqual(['/visitors'])
  expect(await told({ recipients: 'everyone', severity: 'high' })).toEqual(['/grave', '/visitors'])
})

test('what waits when the portal stops goes out with the next start, once', async () => {
  const mail = await mailServer()
  const dataDir = mkdtempSync(join(tmpdir(), 'callboard-test-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const first = await stage({ files, dataDir, options: { email: mailTo(mail.port) } })
  mail.mood = { code: 451, text: 'Not now' }
  await first.send({ title: 'over the restart' })
  await first.portal.settled()
  expect(mail.letters).toEqual([])
  await first.portal.close()
  mail.mood = 'take'
  const next = await stage({ files, dataDir, options: { email: mailTo(mail.port) } })
  await next.pass(minute)
  expect(mail.letters.map(({ subject }) => subject)).toEqual(['over the restart'])
})
