import { afterAll, beforeAll, expect, test } from 'vitest'
import { operator } from '../../platform/auth/operator.ts'
import { linksOf, type TestPortal, testPortal } from '../../testing/index.ts'
import { accessPortal, makeAccount, signIn } from './fixtures/signed-in.ts'
import { tokensRef } from './tokens/service.ts'

let portal: TestPortal
let root: Record<string, string>
beforeAll(async () => {
  portal = await accessPortal()
  await makeAccount(portal, 'root', true)
  await makeAccount(portal, 'ada')
  root = await signIn(portal, 'root')
})
afterAll(() => portal.close())

/** The links to the audit in a region, and how many lines stand there. */
async function auditOf(url: string, headers: Record<string, string>) {
  const { body } = await portal.get(url, { headers })
  return linksOf(body).filter(({ href }) => href.startsWith('/admin/audit?'))
}

test('an account and a token lead to their lines in the audit', async () => {
  const { row } = await portal.portal.services
    .use(tokensRef, 'a test')
    .createService(operator, { title: 'CI', permissions: ['*.read'], expires: '90d' })
  expect(await auditOf('/admin/accounts', root)).toEqual([
    { href: '/admin/audit?target=account%3Aada', text: 'Audit of ada' },
    { href: '/admin/audit?target=account%3Aroot', text: 'Audit of root' },
  ])
  const [link] = await auditOf('/admin/tokens', root)
  expect(link).toEqual({ href: `/admin/audit?target=token%3A${row.id}`, text: 'Audit of CI' })
  expect((await portal.get(link?.href ?? '', { headers: root })).text).toContain('access.token.create')
  const lines = await portal.get('/admin/audit?target=account%3Aada', { headers: root })
  expect(lines.text).toContain('access.account.create')
})

test('an entity does, for who may read the audit and for nobody else', async () => {
  const url = '/catalog/default/component/cart'
  const found = { href: '/admin/audit?target=component%3Adefault%2Fcart', text: 'What the audit says' }
  expect(await auditOf(url, root)).toEqual([found])
  expect((await portal.get(found.href, { headers: root })).status).toBe(200)
  const ada = await signIn(portal, 'ada')
  // The page that was made for the administrator a moment ago is kept, for others who see the same.
  expect(await auditOf(url, ada)).toEqual([])
  expect(await auditOf(url, root)).toEqual([found])
  await using tests = await testPortal({ access: true, files: {} })
  expect((await tests.get('/admin/audit', { as: 'cora' })).status).toBe(403)
})
