import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ForgeType } from '../../../../api/config.ts'
import { Secret } from '../../../../api/env.ts'
import { createHttpClient, type PortalHttpClient } from '../../../http-client/client.ts'
import { failureOf } from '../../../http-client/fixtures/outside.ts'
import { OutboundOptions } from '../../../http-client/options.ts'
import { createForges } from '../forges.ts'
import { ForgeOptions } from '../options.ts'
import { type Asked, type FakeForge, fakeForge } from './fixtures/fake-forge.ts'
import { proposalForge, propose } from './propose.ts'
import { takesProposals } from './takers.ts'

// One contract for all forges, each spoken to in its own protocol over a real socket.

const token = new Secret('FORGE_TOKEN', 'tk+81f0/c2=')
const types = ['github', 'gitlab', 'gitea', 'bitbucket', 'azure-devops'] as const
const now = new Date('2026-11-21T10:00:00Z')
const change = {
  branch: 'callboard/catalog-info-shop',
  path: 'catalog-info.yaml',
  content: 'kind: Component # Größe “x” 漢 & =+%\n',
  message: 'Add catalog-info.yaml',
  title: 'Add catalog-info.yaml & more',
  body: 'Describes *shop*.\n\nWith "quotes".',
}

let forge: FakeForge
let http: PortalHttpClient
let logged: string[]

async function start(type: ForgeType): Promise<void> {
  forge = await fakeForge(type, token.reveal())
  logged = []
  const log = () => ({ debug: note, info: note, warn: note, error: note })
  const note = (...said: unknown[]) => void logged.push(JSON.stringify(said))
  const options = OutboundOptions.parse({ allowHttp: [forge.host], allowPrivate: [forge.host] })
  http = createHttpClient({ options, log: log(), sleep: async () => {} })
}
afterEach(async () => {
  http.close()
  await forge.close()
})

function client(given: { token?: Secret; cloneUrl?: string } = {}) {
  const { type, host, apiUrl } = forge
  const forges = createForges([ForgeOptions.parse({ host, type, apiUrl, token: given.token ?? token })])
  const repository = forges.repositoryOf(given.cloneUrl ?? forge.cloneUrl)
  if (!repository) throw new Error(forge.cloneUrl)
  return proposalForge({ http, repository, apiUrl, token: given.token ?? token, now: () => now })
}
const run = (more: Partial<typeof change> = {}) => propose(client(), { ...change, ...more })
const failure = (given: Parameters<typeof client>[0] = {}) => failureOf(propose(client(given), change))
const writes = () => forge.requests.filter(({ method }) => method !== 'GET')
const onBranch = () => forge.repository.branches.get(change.branch)?.files.get(change.path)
const isWrite = ({ method }: Asked) => method !== 'GET'

describe.each(types)('%s', (type) => {
  beforeEach(() => start(type))

  test('gets a branch with the file and a proposal of it; the default branch stays as it is', async () => {
    const before = forge.repository.branches.get('main')?.head
    const { proposal, isNew } = await run()
    expect(isNew).toBe(true)
    expect(proposal.number).toMatch(/^[#!]1$/)
    expect(proposal.url).toMatch(new RegExp(`^${forge.origin}/acme/.*shop.*/1$`))
    expect(onBranch()).toBe(change.content)
    expect(forge.repository.branches.get(change.branch)?.files.get('README.md')).toBe('# Shop\n')
    expect([forge.repository.branches.get('main')?.head, forge.repository.branches.size]).toEqual([before, 2])
    const { branch, title, body } = change
    expect(forge.repository.proposals).toMatchObject([{ branch, into: 'main', title, body, isOpen: true }])
  })

  test('a second time leads to the open proposal and writes nothing', async () => {
    const first = await run()
    const before = writes().length
    expect(await run({ content: 'other\n' })).toEqual({ proposal: first.proposal, isNew: false })
    expect(writes().length).toBe(before)
  })

  test('a file in a folder, and a default branch with a slash', async () => {
    const { repository } = forge
    repository.main = 'release/1.x'
    repository.make('release/1.x', repository.branches.get('main')?.head ?? '')
    await run({ path: 'services/a b/catalog-info.yaml' })
    expect(repository.branches.get(change.branch)?.files.get('services/a b/catalog-info.yaml')).toBe(change.content)
    expect(repository.proposals[0]?.into).toBe('release/1.x')
  })

  test('a file that is there already is left alone', async () => {
    forge.repository.commit('main', change.path, 'kind: System\n')
    const { code, message, hint } = await failure()
    expect([code, message]).toEqual(['conflict', 'There is a catalog-info.yaml on main already'])
    expect(hint).toContain('read the source again')
    expect(writes()).toEqual([])
  })

  test('what an earlier attempt left is taken up', async () => {
    const { repository } = forge
    repository.make(change.branch, repository.branches.get('main')?.head ?? '')
    await run()
    expect([onBranch(), repository.proposals.length]).toEqual([change.content, 1])
    // Declined: the branch is still there, with the file.
    for (const proposal of repository.proposals) proposal.isOpen = false
    const { commits } = repository
    expect((await run()).proposal.number).toMatch(/2$/)
    expect(repository.commits).toBe(commits)
    for (const proposal of repository.proposals) proposal.isOpen = false
    await run({ content: 'kind: API\n' })
    expect(onBranch()).toBe('kind: API\n')
  })

  test('a proposal of a fork or of another target is another one', async () => {
    const given = { branch: change.branch, title: '', body: '', isOpen: true }
    forge.repository.proposals.push({ ...given, number: 1, into: 'main', isForeign: true })
    expect((await run()).isNew).toBe(true)
    expect(forge.repository.proposals).toHaveLength(2)
  })

  test('a proposal that somebody opened in between is found', async () => {
    let isFirst = true
    forge.behave = ({ method, body }) => {
      const isOpening = method === 'POST' && body?.title !== undefined
      if (!isOpening || !isFirst) return undefined
      isFirst = false
      forge.repository.open({ branch: change.branch, into: 'main', title: 'Theirs', body: '' })
      return undefined
    }
    const { proposal } = await run()
    expect(proposal.number).toMatch(/1$/)
    expect(forge.repository.proposals).toHaveLength(1)
  })

  test('a token that is not accepted: which one, and what it needs', async () => {
    const { code, message, hint } = await failure({ token: new Secret('OLD_TOKEN', 'other') })
    expect([code, message]).toEqual(['upstream', `${forge.host} does not accept the token that the portal has for it`])
    expect(hint).toMatch(/Put a new one into OLD_TOKEN.* The token needs .*(write|api|Contribute)/)
  })

  test('a repository that the token does not see', async () => {
    const cloneUrl = forge.cloneUrl.replace(/shop/, 'hidden')
    const { code, message, hint } = await failure({ cloneUrl })
    expect(code).toBe('upstream')
    expect(message).toMatch(/has no repository acme\/(Store\/)?hidden, or not for the token of the portal/)
    expect(hint).toContain('Private repositories are hidden')
  })

  test('a token that may only read, or a protected repository', async () => {
    forge.behave = (asked) => (isWrite(asked) ? forge.speaks.refused : undefined)
    const { code, message, hint } = await failure()
    expect(code).toBe('upstream')
    expect(message).toMatch(/does not let the token of the portal write to acme\/.*shop: “.+”$/)
    expect(hint).toMatch(/^The token needs .*A rule of the repository may forbid it/)
    expect(writes()).toHaveLength(1)
  })

  test('too many requests: when to come back', async () => {
    forge.behave = () => forge.speaks.tooMuch
    const { code, hint } = await failure()
    expect(code).toBe('rate_limited')
    expect(hint).toMatch(/^Try again in (a few|\d+) minutes\.$/)
  })

  test('an archived repository, and one without a commit', async () => {
    forge.repository.main = undefined
    expect(await failure()).toMatchObject({ code: 'conflict', message: expect.stringContaining('no commit') })
    if (type === 'bitbucket') return // It has no archive.
    forge.repository.isArchived = true
    expect(await failure()).toMatchObject({ code: 'conflict', message: expect.stringContaining('archived') })
    expect(writes()).toEqual([])
  })

  test('a repository that has moved: the token does not follow', async () => {
    forge.behave = () => ({ status: 301, headers: { location: 'https://elsewhere.test/x' } })
    expect(await failure()).toMatchObject({ code: 'conflict', message: expect.stringContaining('has moved') })
    expect(forge.requests).toHaveLength(1)
  })

  test('writing is never repeated, reading is', async () => {
    // Then the first that GitHub is asked to write is a PUT, which others may be asked twice.
    forge.repository.make(change.branch, forge.repository.branches.get('main')?.head ?? '')
    forge.behave = (asked) => (isWrite(asked) ? { status: 503 } : undefined)
    expect(await failure()).toMatchObject({ code: 'upstream', message: expect.stringContaining('status 503') })
    expect(writes()).toHaveLength(1)
    forge.requests.length = 0
    let isFirst = true
    forge.behave = () => {
      const isDown = isFirst
      isFirst = false
      return isDown ? { status: 503 } : undefined
    }
    expect((await run()).isNew).toBe(true)
  })

  test('an answer of something else', async () => {
    forge.behave = () => ({ status: 200, body: { hello: 1 } })
    expect(await failure()).toMatchObject({ code: 'upstream', message: expect.stringContaining('does not answer as') })
    forge.behave = () => ({ status: 200, body: '<html>' })
    expect(await failure()).toMatchObject({ code: 'upstream' })
  })

  test('the token is in one header only, and in no message', async () => {
    await run()
    const [{ headers: _, ...first } = { headers: {} }] = forge.requests
    expect(first).toMatchObject({ method: 'GET' })
    const sent = forge.requests.map(({ url, text }) => url + text).join('\n')
    forge.behave = () => ({ status: 400, body: { message: `Bad token ${token.reveal()} and ${'x'.repeat(9000)}` } })
    const { message, hint } = await failure()
    for (const text of [sent, message, hint, ...logged]) expect(text).not.toContain(token.reveal())
    expect(message.length).toBeLessThan(300)
  })
})

test('Bitbucket Server takes none', async () => {
  await start('github')
  expect(types.every(takesProposals)).toBe(true)
  expect(takesProposals('bitbucket-server')).toBe(false)
})
