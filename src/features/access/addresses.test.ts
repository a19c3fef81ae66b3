import { afterEach, describe, expect, test } from 'vitest'
import { FakeGithub } from './fixtures/github.ts'
import { stage } from './fixtures/provider-stage.ts'
import { client } from './fixtures/scene.ts'
import { accessPortal, greeting, keyIn, makeAccount, password, signIn } from './fixtures/signed-in.ts'
import { github } from './providers/github.ts'

// What stands in a link that is sent to somebody, or that a provider sends people back to, is not for a request to say.

const lies = {
  host: 'evil.example',
  'x-forwarded-host': 'worse.example',
  'x-forwarded-proto': 'https',
  'x-forwarded-server': 'worst.example',
  forwarded: 'host=evil.example;proto=https',
}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function portalAt(baseUrl: string | undefined) {
  const portal = await accessPortal(baseUrl === undefined ? {} : { baseUrl })
  closing.push(portal.close)
  await makeAccount(portal, 'root', true)
  await makeAccount(portal, 'ben')
  return { ...portal, headers: await signIn(portal, 'root') }
}

/** Every absolute address of this portal that somebody takes elsewhere. */
async function linksOf(on: Awaited<ReturnType<typeof portalAt>>, lies: Record<string, string>): Promise<string[]> {
  const headers = { ...on.headers, ...lies }
  const made = await on.post('/admin/accounts/ben/link', {}, { headers })
  const json = await on.portal.server.inject({
    method: 'POST',
    url: '/admin/accounts/ben/link.json',
    headers,
    payload: {},
  })
  const token = await on.post('/admin/tokens', { title: 'x', permissions: '*.read' }, { headers })
  const feed = await on.get('/catalog/changes.atom', { headers })
  return [
    made.region('access-link-text').text,
    (json.json() as { link: string }).link,
    /https?:\/\/\S+(?=\/catalog\.json)/.exec(token.text)?.[0] ?? '',
    /<id>(https?:[^<]+)/.exec(feed.body)?.[1] ?? /href="(https?:[^"]+)"/.exec(feed.body)?.[1] ?? '',
  ].map((link) => new URL(link).origin)
}

async function redirectUri(baseUrl: string | undefined, headers: Record<string, string>): Promise<string> {
  const fakes = { 'github.com': new FakeGithub() }
  const on = await stage({ providers: [github(client)], fakes, ...(baseUrl !== undefined && { baseUrl }) })
  closing.push(on.close)
  const { headers: answer } = await on.portal.get('/auth/github/start', { headers })
  return new URL(String(answer.location)).searchParams.get('redirect_uri') ?? ''
}

describe.each(['https://portal.acme.dev', 'http://localhost:8080'])('with baseUrl %s', (baseUrl) => {
  test('links that are handed on name it, whatever a request says', async () => {
    const on = await portalAt(baseUrl)
    const links = await linksOf(on, lies)
    expect(links).toEqual([baseUrl, baseUrl, baseUrl, baseUrl])
  })

  test('the provider is told to send people back there', async () => {
    expect(await redirectUri(baseUrl, lies)).toBe(`${baseUrl}/auth/github/callback`)
  })

  test('the link of the first administrator names it, wherever the portal listens', async () => {
    const portal = await accessPortal({ baseUrl })
    closing.push(portal.close)
    const said = await greeting(portal)
    expect(said).toContain(`  ${baseUrl}/sign-in/first?key=${keyIn(said)}`)
  })
})

describe('without baseUrl', () => {
  test('it is the name that the request was sent to, and never what a header of proxies says', async () => {
    const on = await portalAt(undefined)
    const { host: _host, ...others } = lies
    const asked = { ...others, host: '10.0.0.7:7007' }
    expect(await linksOf(on, asked)).toEqual(Array(4).fill('http://10.0.0.7:7007'))
    expect(await redirectUri(undefined, asked)).toBe('http://10.0.0.7:7007/auth/github/callback')
  })
})

test('where one is sent on is a path, whatever a request says about hosts', async () => {
  const on = await portalAt('https://portal.acme.dev')
  const headers = { ...lies, accept: 'text/html' }
  const cookies = { ...headers, ...on.headers }
  const answers = [
    await on.get('/catalog', { headers }),
    await on.get('/sign-in?to=/catalog', { headers: cookies }),
    await on.post('/admin/accounts/ben/state', { state: 'disabled' }, { headers: cookies }),
    await on.post('/auth/local', { name: 'root', password, to: '/catalog' }, { headers }),
    await on.post('/sign-out', {}, { headers: cookies }),
  ]
  expect(answers.map(({ status, headers }) => [status, headers.location])).toEqual([
    [303, '/sign-in?to=%2Fcatalog'],
    [303, '/catalog'],
    [303, '/admin/accounts'],
    [303, '/catalog'],
    [303, '/sign-in?out=1'],
  ])
})

test('who signs in by a password is not sent to another site', async () => {
  const on = await portalAt('https://portal.acme.dev')
  for (const to of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    'https:evil.example',
    'javascript:alert(1)',
    '@evil.example',
  ]) {
    const { status, headers } = await on.post('/auth/local', { name: 'root', password, to })
    const { host } = new URL(String(headers.location ?? '/'), 'https://portal.acme.dev')
    expect([to, status === 303 || status === 400, host]).toEqual([to, true, 'portal.acme.dev'])
  }
})
