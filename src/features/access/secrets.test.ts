import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { accessPortal, cookieOf, firstKey, keyIn, password, signIn } from './fixtures/signed-in.ts'
import { tokenUsesRef } from './tokens/uses.ts'

test('neither the database nor the audit holds a password, a key, a cookie or a token', async () => {
  await using portal = await accessPortal()
  const first = await firstKey(portal)
  const form = { key: first, name: 'ada', title: 'Ada', email: '', password, again: password }
  const made = await portal.post('/sign-in/first', form)
  const root = { cookie: cookieOf(made.headers) }
  const link = await portal.post('/admin/accounts', { name: 'ben', title: 'Ben', email: '' }, { headers: root })
  const open = keyIn(link.region('access-link').text)
  const draft = { title: 'Backup', permissions: '*.read', expires: '90d' }
  const token = (await portal.post('/settings/tokens', draft, { headers: root })).region('access-token-text').text
  await portal.get('/catalog.json', { headers: { authorization: `Bearer ${token}` } })
  const wrong = 'typed where it does not belong'
  await portal.post('/auth/local', { name: wrong, password: wrong })
  await portal.post('/auth/local', { name: 'ada', password: wrong })
  await signIn(portal, 'ada')
  await portal.portal.services.use(tokenUsesRef, 'a test').flush()

  const [, cookie = ''] = root.cookie.split('=')
  const secrets = { first, open, token, cookie, password, wrong }
  const files = readdirSync(portal.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name)))
  const all = Buffer.concat(files)
  expect(all.includes('access_accounts')).toBe(true)
  expect(all.includes(token.slice(0, 8))).toBe(true)
  for (const [name, secret] of Object.entries(secrets)) {
    expect(secret.length, name).toBeGreaterThan(15)
    expect([name, all.includes(secret)]).toEqual([name, false])
    expect([name, JSON.stringify(await portal.audit()).includes(secret)]).toEqual([name, false])
  }
})
