import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { systemActor } from '../../../api/actor.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import type { TestPortal } from '../../../testing/index.ts'
import { accessPortal, accountsOf, makeAccount } from '../fixtures/signed-in.ts'
import { allow, deny } from '../rules/rule.ts'
import { tokensRef } from '../tokens/service.ts'
import { explainCommand } from './command.ts'
import { type Answer, inquiryRef } from './service.ts'

const rules = [
  deny('catalog.*', { to: 'group:default/visitors', where: { name: 'cart' } }),
  allow('catalog.refresh', { to: 'token:robot' }),
]

let portal: TestPortal
let ids: { robot: string; old: string }
beforeAll(async () => {
  portal = await accessPortal({ sign: { rules, administrators: ['user:default/ben'] } })
  await makeAccount(portal, 'root', true)
  await makeAccount(portal, 'gone')
  await accountsOf(portal).disable(systemActor, 'gone')
  const tokens = portal.portal.services.use(tokensRef, 'a test')
  const make = async (title: string, permissions: string[]) =>
    (await tokens.createService(systemActor, { title, permissions, expires: '90d' })).row.id
  ids = { robot: await make('robot', ['catalog.refresh']), old: await make('old', ['*.read']) }
  await tokens.revoke(systemActor, ids.old)
})
afterAll(() => portal.close())

const ask = (person: string, permission: string, entity = ''): Promise<Answer> =>
  portal.portal.services.use(inquiryRef, 'a test').ask(systemActor, { person, permission, entity })

/** Decides what the pages decide: the same as the policy in force. */
test.each([
  ['user:default/anna', 'catalog.read', 'cart', 'allowed'],
  ['anna', 'catalog.propose', 'cart', 'allowed'],
  ['anna', 'catalog.propose', '', 'some'],
  ['anna', 'admin.audit', '', 'denied'],
  ['ben', 'admin.audit', '', 'allowed'],
  ['cora', 'catalog.read', 'cart', 'denied'],
  ['cora', 'catalog.read', '', 'some'],
  ['cora', 'catalog.propose', 'cart', 'denied'],
  ['root', 'admin.audit', '', 'allowed'],
  ['local:gone', 'catalog.read', '', 'denied'],
  ['token:robot', 'catalog.refresh', '', 'allowed'],
  ['token:Robot', 'catalog.read', 'cart', 'denied'],
  ['token:old', 'catalog.read', 'cart', 'denied'],
  ['somebody', 'catalog.read', 'cart', 'allowed'],
  ['somebody', 'catalog.propose', '', 'denied'],
  ['nobody', 'catalog.read', 'cart', 'denied'],
])('%s %s %s: %s', async (person, permission, entity, outcome) => {
  const answer = await ask(person, permission, entity)
  expect(answer.outcome, answer.reason).toBe(outcome)
  expect(answer.reason).toMatch(/\.$/)
})

test('reasons say what stands in the way', async () => {
  expect((await ask('local:gone', 'catalog.read')).reason).toBe('The account gone is disabled: nobody gets in with it.')
  expect((await ask('token:old', 'catalog.read')).reason).toContain('was revoked')
  expect((await ask('nobody', 'catalog.read')).reason).toContain('sign-in page')
  expect(await ask('token:robot', 'catalog.read')).toMatchObject({
    person: `token:${ids.robot}`,
    limits: ['catalog.refresh'],
    reason: 'This token is limited to catalog.refresh.',
  })
})

test('the rule that decided is the one of its line, and groups that count are named', async () => {
  const answer = await ask('cora', 'catalog.read', 'cart')
  expect(answer.decisive).toMatchObject({ effect: 'deny', where: 'name is cart' })
  expect(answer.decisive?.place).toMatch(/inquiry\.test\.ts:\d+$/)
  expect(answer.groups).toEqual(['group:default/visitors'])
  const owner = await ask('anna', 'catalog.propose', 'cart')
  expect(owner.groups).toEqual(['group:default/payments'])
  expect(owner.notes.join(' ')).toContain('Its owner is group:default/payments, so that they own it.')
})

test('an entity makes no difference to what is decided for the portal, and this is said', async () => {
  const answer = await ask('ben', 'admin.audit', 'cart')
  expect(answer.outcome).toBe('allowed')
  expect(answer.notes.join(' ')).toContain('decided for the portal as a whole')
})

test.each([
  ['', 'Say who.'],
  ['group:default/payments', 'is not a person. Name one of its members.'],
  ['local:rot', 'did you mean local:root?'],
  ['token:robt', 'did you mean token:robot?'],
  ['user:default/coral', 'did you mean user:default/cora?'],
  ['user:', 'names nobody'],
  ['x'.repeat(10_000), 'There is no user:default/xxx'],
])('%j is nobody', async (person, reason) => {
  const refused = ask(person, 'catalog.read')
  await expect(refused).rejects.toMatchObject({ code: 'invalid', fields: { person: expect.stringContaining(reason) } })
})

function contextOf({ portal: { contributions } }: TestPortal): PluginContext {
  const ctx = contributions.contexts.get('access')
  if (!ctx) throw new Error('There is no access')
  return ctx
}

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const lines: string[] = []
  const errors: string[] = []
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => errors.push(String(text)) > 0)
  try {
    const code = await explainCommand.run({ argv, ctx: contextOf(portal), print: (line) => lines.push(line) })
    return { code, out: lines.join('\n'), err: errors.join('') }
  } finally {
    stderr.mockRestore()
  }
}

test('the command says it in lines, and ends with 0, 1 or 2', async () => {
  const denied = await run('cora', 'catalog.read', 'cart')
  expect(denied.code).toBe(1)
  expect(denied.out).toContain('user:default/cora catalog.read component:default/cart: denied')
  expect(denied.out).toMatch(/Decided by .*inquiry\.test\.ts:\d+: deny catalog\.\* to group:default\/visitors/)
  expect(await run('anna', 'catalog.read')).toMatchObject({ code: 0, err: '' })
  expect(await run('cora', 'catalog.read')).toMatchObject({
    code: 0,
    out: expect.stringContaining('for some entities'),
  })
  expect(await run('anna', 'catalog.reed')).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('catalog.read'),
  })
  expect(await run('anna')).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('Usage: callboard explain'),
  })
  expect(await run('anna', 'catalog.read', 'cart', 'x')).toMatchObject({ code: 2 })
  expect(await run('anna', 'catalog.read', '--loud')).toMatchObject({ code: 2 })
})

test('programs read the same as JSON', async () => {
  const { out } = await run('cora', 'catalog.read', 'cart', '--json')
  expect(JSON.parse(out)).toMatchObject({ allowed: false, outcome: 'denied', entity: 'component:default/cart' })
})

test('through the running portal the command asks what the page asks', async () => {
  const asked: string[] = []
  const answer = await ask('cora', 'catalog.read', 'cart')
  const lines: string[] = []
  const code = await explainCommand.run({
    argv: ['cora', 'catalog.read', 'cart'],
    ctx: contextOf(portal),
    print: (line) => lines.push(line),
    portal: {
      async ask(method, path) {
        asked.push(`${method} ${path}`)
        return { ...answer, allowed: false }
      },
    },
  })
  expect(asked).toEqual(['GET /admin/permissions/explain.json?person=cora&permission=catalog.read&entity=cart'])
  expect(code).toBe(1)
  expect(lines[0]).toContain('denied')
})
