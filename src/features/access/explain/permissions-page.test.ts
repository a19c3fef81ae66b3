import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestPortal } from '../../../testing/index.ts'
import { accessPortal, makeAccount, signIn } from '../fixtures/signed-in.ts'
import { allow, deny } from '../rules/rule.ts'

const rules = [
  deny('catalog.*', {
    to: 'group:default/visitors',
    where: { name: 'cart' },
    because: 'Visitors do not see the cart.',
  }),
  allow(['access.permissions', 'admin.audit'], { to: 'role:auditors' }),
  allow('catalog.refresh', { to: 'everyone', except: 'group:default/payments' }),
  allow('admin.config', { to: 'group:default/paymnets' }),
]

let portal: TestPortal
let root: { headers: Record<string, string> }
let cora: { headers: Record<string, string> }
beforeAll(async () => {
  portal = await accessPortal({ sign: { rules, roles: { auditors: ['user:default/anna', 'token:robot'] } } })
  await makeAccount(portal, 'root', true)
  await makeAccount(portal, 'cora')
  root = { headers: await signIn(portal, 'root') }
  cora = { headers: await signIn(portal, 'cora') }
})
afterAll(() => portal.close())

const explained = (query: Record<string, string>) =>
  portal.get(`/admin/permissions/explain?${new URLSearchParams(query)}`, root)

test('every permission stands there with its rules, in words, with their place', async () => {
  const page = await portal.get('/admin/permissions', root)
  expect(page.status).toBe(200)
  for (const name of portal.portal.contributions.permissions.keys()) expect(page.text).toContain(name)
  const list = page.region('access-permissions')
  expect(list.text).toContain('Visitors do not see the cart.')
  expect(list.text).toContain('where name is cart')
  expect(list.text).toMatch(/permissions-page\.test\.ts:\d+/)
  expect(list.html).toContain('href="/catalog/default/group/visitors"')
  expect(page.region('access-roles').html).toContain('href="/catalog/default/user/anna"')
})

test('a group that the catalog does not have is said, with the nearest name', async () => {
  const page = await portal.get('/admin/permissions', root)
  expect(page.text).toContain('the catalog has no group:default/paymnets; did you mean group:default/payments?')
  expect(page.region('access-permissions').text).toContain('group:default/paymnets (not in the catalog)')
})

test('filters choose by text, feature, role and person', async () => {
  const names = async (query: string) => {
    const { body } = await portal.get(`/admin/permissions?${query}`, root)
    return Array.from(body.matchAll(/<h3><code>([^<]+)</g), ([, name]) => name)
  }
  expect(await names('q=source+read')).toContain('catalog.refresh')
  expect(await names('q=source+read')).not.toContain('admin.audit')
  expect(new Set((await names('feature=notifications')).map((name) => name?.split('.')[0]))).toEqual(
    new Set(['notifications']),
  )
  expect(await names('who=role:auditors')).toEqual(['access.permissions', 'admin.audit'])
  expect(await names('q=nothing-has-this')).toEqual([])
  const ofCora = await portal.get('/admin/permissions?who=cora&q=admin.audit', root)
  expect(ofCora.region('access-permissions').text).toContain('May not')
  expect(ofCora.region('access-permissions').text).not.toContain('role:auditors')
})

test.each([
  ['role:nobody', 'There is no role nobody'],
  ['user:default/ana', 'did you mean user:default/anna?'],
])('a filter by %s is refused at its field', async (who, reason) => {
  const page = await portal.get(`/admin/permissions?${new URLSearchParams({ who })}`, root)
  expect(page.status).toBe(422)
  expect(page.region('access-who-said').text).toContain(reason)
})

test('who has not the permission gets nothing of it', async () => {
  for (const path of ['', '/explain?person=anna&permission=catalog.read', '/explain.json?person=anna&permission=x']) {
    const answer = await portal.get(`/admin/permissions${path}`, cora)
    expect(answer.status).toBe(403)
    expect(answer.body).not.toContain('auditors')
  }
  expect((await portal.get('/', cora)).body).not.toContain('/admin/permissions')
})

test('an explanation names the rule that decided, and why the others did not', async () => {
  const page = await explained({ person: 'cora', permission: 'catalog.read', entity: 'cart' })
  expect(page.status).toBe(200)
  const answer = page.region('access-explained')
  expect(answer.text).toContain('may not: catalog.read on component:default/cart')
  expect(answer.text).toContain('Visitors do not see the cart.')
  expect(answer.text).toMatch(/Decides\. It is for group:default\/visitors, and the entity fits: name is cart\./)
  expect(answer.text).toContain('which does not mean')
  expect(answer.text).toContain('Groups that count here group:default/visitors')
})

test('where no entity is named, it can depend on the entity', async () => {
  const page = await explained({ person: 'user:default/anna', permission: 'catalog.propose' })
  expect(page.region('access-explained').text).toContain('may for some entities')
})

test('the form says at each field what is wrong with it, all at once', async () => {
  const page = await explained({ person: 'user:default/ana', permission: 'catalog.reed', entity: 'crat' })
  expect(page.status).toBe(422)
  expect(page.region('access-explain-person-said').text).toContain('did you mean user:default/anna?')
  expect(page.region('access-explain-permission-said').text).toContain('did you mean catalog.read?')
  expect(page.region('access-explain-entity-said').text).toContain('did you mean component:default/cart?')
  expect(page.has('access-explained')).toBe(false)
})

test('without a question there is the form alone', async () => {
  const page = await portal.get('/admin/permissions/explain', root)
  expect(page.status).toBe(200)
  expect(page.has('access-explained')).toBe(false)
})

test('without rules the page says what the preset holds, and how to begin', async () => {
  await using bare = await accessPortal()
  await makeAccount(bare, 'root', true)
  const page = await bare.get('/admin/permissions', { headers: await signIn(bare, 'root') })
  expect(page.text).toContain('The preset is open')
  expect(page.text).toContain('has no rules besides')
  expect(page.text).toContain('access({')
})
