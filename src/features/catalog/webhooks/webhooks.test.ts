import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { Secret } from '../../../api/env.ts'
import type { Provider } from '../../../api/provider.ts'
import { type TestPortal, testPortal } from '../../../testing/index.ts'
import { entity } from '../fixtures/shop.ts'
import { catalog } from '../index.ts'
import { folderProvider } from '../providers/folder.ts'

// Deliveries as GitHub and GitLab send them: bytes with a signature over them. What a push touched is read again.

const secret = 'correct horse'
let portal: TestPortal
let root = ''
let opened = 0
let now = new Date('2026-11-21T10:00:00Z')
afterEach(async () => {
  await portal.close()
  rmSync(root, { recursive: true, force: true })
})

async function start(about: Partial<Provider> = {}, configured = true): Promise<void> {
  root = mkdtempSync(join(tmpdir(), 'callboard-webhook-'))
  writeFileSync(
    join(root, 'catalog-info.yaml'),
    entity({ name: 'a' }) + entity({ kind: 'Location', name: 'more', spec: { targets: ['./services/*/x.yaml'] } }),
  )
  const folder = folderProvider({ path: root, title: 'Shop', watch: false, every: '1d' })
  const provider: Provider = {
    ...folder,
    repository: 'https://github.com/acme/shop.git',
    branch: null,
    ...about,
    open: (signal, host) => {
      opened++
      return folder.open(signal, host)
    },
  }
  const given = new Secret('WEBHOOK', secret)
  const webhooks = configured ? { github: { secret: given }, gitlab: { secret: given } } : {}
  portal = await testPortal({
    plugins: [catalog({ providers: [provider], webhooks })],
    access: true,
    now: () => now,
  })
  opened = 0
}

interface Sent {
  event?: string
  signature?: string
  type?: string
  wrap?: (text: string) => string
  from?: string
}

const github = async (
  payload: object,
  { event = 'push', signature, type = 'application/json', wrap, from = '192.0.2.1' }: Sent = {},
) => {
  const text = JSON.stringify(payload)
  const body = wrap?.(text) ?? text
  const answer = await portal.portal.server.inject({
    method: 'POST',
    url: '/api/events/http/github',
    payload: body,
    remoteAddress: from,
    headers: {
      host: 'localhost:7007',
      'content-type': type,
      'x-github-event': event,
      'x-hub-signature-256': signature ?? `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
  })
  const retryAfter = answer.headers['retry-after']
  return { status: answer.statusCode, body: answer.json(), ...(retryAfter !== undefined && { retryAfter }) }
}

const gitlab = async (payload: object, token = secret) => {
  const answer = await portal.portal.server.inject({
    method: 'POST',
    url: '/api/events/http/gitlab',
    payload: JSON.stringify(payload),
    headers: { host: 'localhost:7007', 'content-type': 'application/json', 'x-gitlab-token': token },
  })
  return { status: answer.statusCode, body: answer.json() }
}

let pushes = 0
const push = (touched: Partial<Record<'added' | 'modified' | 'removed', string[]>>, more: object = {}) => ({
  ref: 'refs/heads/main',
  after: `commit-${++pushes}`,
  repository: {
    clone_url: 'https://github.com/Acme/shop.git',
    ssh_url: 'git@github.com:Acme/shop.git',
    default_branch: 'main',
  },
  commits: [{ added: [], modified: [], removed: [], ...touched }],
  ...more,
})
const read = { reading: ['Shop'], skipped: [] }
const skipped = (reason: string) => ({ reading: [], skipped: [{ source: 'Shop', reason }] })

describe('a push', () => {
  test('that touches a file of the catalog has the source read at once, and leaves an audit line', async () => {
    await start()
    writeFileSync(join(root, 'catalog-info.yaml'), entity({ name: 'a', description: 'Pushed' }))
    expect(await github(push({ modified: ['catalog-info.yaml'] }))).toEqual({ status: 202, body: read })
    await portal.settled()
    expect(opened).toBe(1)
    expect((await portal.get('/catalog/default/component/a', { as: 'anna' })).text).toContain('Pushed')
    expect(await portal.audit()).toMatchObject([
      {
        action: 'catalog.refresh',
        actor: { id: 'webhook:github', kind: 'service' },
        target: `folder:${root}`,
        detail: { branch: 'main' },
      },
    ])
  })

  test.each([
    ['a new file that its globs name', { added: ['deep/er/catalog-info.yaml'] }],
    ['a file that is gone', { removed: ['catalog-info.yaml'] }],
    ['a new file that the glob of a Location names', { added: ['services/cart/x.yaml'] }],
    ['nothing that is listed, as after a merge', {}],
  ])('with %s is read', async (_, touched) => {
    await start()
    expect((await github(push(touched))).body).toEqual(read)
  })

  test.each([
    ['another file', push({ modified: ['src/main.ts'] }), 'No file that it reads was touched'],
    ['another branch', push({ modified: ['catalog-info.yaml'] }, { ref: 'refs/heads/x' }), 'It reads the branch main'],
  ])('of %s opens nothing', async (_, payload, reason) => {
    await start()
    expect(await github(payload)).toEqual({ status: 202, body: skipped(reason) })
    await portal.settled()
    expect([opened, await portal.audit()]).toEqual([0, []])
  })

  test.each([
    ['was forced', { forced: true }],
    ['made the branch', { created: true }],
  ])('that %s may have touched anything', async (_, more) => {
    await start()
    expect((await github(push({ modified: ['src/main.ts'] }, more))).body).toEqual(read)
  })

  test('counts for the branch that the source names, and for any where it names none', async () => {
    await start({ branch: 'release' })
    const payload = push({ modified: ['catalog-info.yaml'] })
    expect((await github(payload)).body).toEqual(skipped('It reads the branch release'))
    expect((await github({ ...payload, ref: 'refs/heads/release' })).body).toEqual(read)
  })

  test('of a repository that no source is read from, or to a portal of folders, changes nothing', async () => {
    await start({ repository: 'git@github.com:acme/other.git' })
    expect((await github(push({ modified: ['catalog-info.yaml'] }))).body).toMatchObject({
      message: 'No source of the catalog is read from this repository',
    })
  })

  test('is found by ssh addresses, in either case, and in a form', async () => {
    await start({ repository: 'ssh://git@github.com/ACME/Shop' })
    const wrap = (text: string) => new URLSearchParams({ payload: text }).toString()
    const payload = push({ modified: ['catalog-info.yaml'] })
    expect((await github(payload, { type: 'application/x-www-form-urlencoded', wrap })).body).toEqual(read)
  })
})

describe('a delivery', () => {
  test('that is repeated is taken once, and may be sent again later', async () => {
    await start()
    const payload = push({ modified: ['catalog-info.yaml'] })
    expect((await github(payload)).body).toEqual(read)
    for (let again = 0; again < 20; again++) {
      expect((await github(payload)).body).toMatchObject({ reading: [], message: 'This was just delivered' })
    }
    await portal.settled()
    expect([opened, (await portal.audit()).length]).toEqual([1, 1])
    now = new Date(now.getTime() + 11_000)
    expect((await github(payload)).body).toEqual(read)
  })

  test('of many different pushes at once reads the source few times', async () => {
    await start()
    for (let at = 0; at < 30; at++) await github(push({ modified: ['catalog-info.yaml'] }))
    await portal.settled()
    expect(opened).toBe(1)
    now = new Date(now.getTime() + 2_500)
    await portal.portal.jobs.runNow('catalog.sweep')
    await portal.settled()
    expect(opened).toBe(2)
  })

  test('with a wrong signature, an old one or none is refused, and its body is not read', async () => {
    await start()
    const payload = push({ modified: ['catalog-info.yaml'] })
    const sha1 = `sha1=${createHmac('sha1', secret).update(JSON.stringify(payload)).digest('hex')}`
    const other = `sha256=${createHmac('sha256', 'another').update(JSON.stringify(payload)).digest('hex')}`
    for (const signature of ['', sha1, other, 'sha256=']) {
      const { status, body } = await github(payload, { signature })
      expect(status).toBe(403)
      expect(body.error.message).toContain('does not fit the secret')
    }
    expect((await gitlab(payload, 'wrong')).status).toBe(403)
    expect((await gitlab(payload, '')).status).toBe(403)
    expect(await portal.audit()).toEqual([])
  })

  test('with a wrong signature again and again is not even looked at for a while, from that address', async () => {
    await start()
    now = new Date('2026-11-21T12:00:00Z')
    const signature = `sha256=${'0'.repeat(64)}`
    for (let n = 0; n < 10; n++) expect((await github(push({}), { signature })).status).toBe(403)
    const refused = await github(push({ added: ['catalog-info.yaml'] }))
    expect(refused).toMatchObject({ status: 429, retryAfter: '60', body: { error: { code: 'rate_limited' } } })
    expect(opened).toBe(0)
    expect(await github(push({ added: ['catalog-info.yaml'] }), { from: '192.0.2.2' })).toEqual({
      status: 202,
      body: read,
    })
    now = new Date('2026-11-21T12:01:00Z')
    expect(await github(push({ added: ['catalog-info.yaml'] }))).toEqual({ status: 202, body: read })
    await portal.settled()
  })

  test('without a secret in the configuration is not found, and the answer says what to write', async () => {
    await start({}, false)
    for (const answer of [await github({}), await gitlab({})]) {
      expect(answer.status).toBe(404)
      expect(answer.body.error.hint).toMatch(/webhooks: \{ git(hub|lab): \{ secret: secret/)
    }
  })

  test('that is no push does nothing: the ping of a new webhook, an issue', async () => {
    await start()
    expect(await github({ zen: 'x' }, { event: 'ping' })).toMatchObject({
      status: 202,
      body: { message: 'The webhook works' },
    })
    expect((await github({}, { event: 'issues' })).body).toMatchObject({ message: 'Nothing follows from issues' })
    expect((await gitlab({ object_kind: 'issue' })).body).toMatchObject({ message: 'Nothing follows from issue' })
  })

  test('of a branch that was made or deleted is one of a push', async () => {
    await start({ branch: 'release' })
    const { repository } = push({})
    expect((await github({ ref: 'release', ref_type: 'branch', repository }, { event: 'delete' })).body).toEqual(read)
  })

  test.each([
    ['no JSON', { wrap: () => '{' }],
    ['another shape', { wrap: () => '{"ref":7}' }],
  ])('with %s is refused with the reason', async (_, sent) => {
    await start()
    const { status, body } = await github({}, sent)
    expect([status, body.error.message]).toEqual([400, 'The body is not what GitHub sends with this event'])
  })

  test('of more than 5 MiB is refused unread', async () => {
    await start()
    const { status } = await github({ filler: 'x'.repeat(5 * 1024 * 1024) })
    expect(status).toBe(400)
    // Other routes keep their own limit and their parsers.
    const foreign = await portal.post('/catalog/sources/x/reading', { filler: 'x'.repeat(1_100_000) }, { as: 'root' })
    expect(foreign.status).toBe(400)
  })
})

describe('GitLab', () => {
  const payload = (more: object = {}) => ({
    object_kind: 'push',
    before: 'a1',
    after: `b${++pushes}`,
    ref: 'refs/heads/main',
    project: { git_http_url: 'https://github.com/acme/shop.git', default_branch: 'main' },
    total_commits_count: 1,
    commits: [{ added: [], modified: ['src/main.ts'], removed: [] }],
    ...more,
  })

  test('tells what a push touched', async () => {
    await start()
    expect((await gitlab(payload())).body).toEqual(skipped('No file that it reads was touched'))
    const commits = [{ added: ['catalog-info.yaml'], modified: [], removed: [] }]
    expect(await gitlab(payload({ commits }))).toEqual({ status: 202, body: read })
  })

  test('lists twenty commits at most: of more, anything may have been touched', async () => {
    await start()
    expect((await gitlab(payload({ total_commits_count: 21 }))).body).toEqual(read)
  })

  test('deletes a branch by a push to nothing', async () => {
    await start()
    expect((await gitlab(payload({ after: '0'.repeat(40), commits: [] }))).body).toEqual(read)
  })
})
