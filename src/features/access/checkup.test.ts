import { afterEach, describe, expect, test } from 'vitest'
import { type TestPortal, testPortal } from '../../testing/index.ts'
import { access } from '../index.ts'
import { type AccessInput, checkAccess } from './index.ts'
import { accounts } from './schema.ts'

let portal: TestPortal | undefined
afterEach(() => portal?.close())

const check = (options: AccessInput, baseUrl = 'https://portal.acme.dev', read?: TestPortal['portal']['db']['read']) =>
  checkAccess(access(options).options ?? {}, { baseUrl, read: async () => read })

describe('what doctor says of sign-in', () => {
  test('names the ways there are', async () => {
    const proxy = { header: 'x-user', from: ['127.0.0.1'] }
    expect(await check({ proxy, administrators: ['user:default/ada'] })).toBe('local accounts, a proxy')
    expect(await check({ guest: true }, 'http://localhost:7007')).toContain('this machine only')
  })

  test('finds that nobody can sign in', async () => {
    await expect(check({ local: false })).rejects.toThrow('Nobody can sign in')
  })

  test('finds a cookie that is sent in the clear, but not to this machine itself', async () => {
    const administrators = ['user:default/ada']
    await expect(check({ administrators }, 'http://portal.acme.dev')).rejects.toThrow('is sent in the clear')
    expect(await check({ administrators }, 'http://localhost:7007')).toBe('local accounts')
  })

  test('finds that there is no administrator, before the first start, after it, and without an account that works', async () => {
    await expect(check({})).rejects.toThrow('There is no administrator yet')
    portal = await testPortal()
    const { db } = portal.portal
    await expect(check({}, undefined, db.read)).rejects.toThrow('There is no administrator yet')
    const at = new Date()
    const row = { name: 'a', title: 'A', administrator: true, failures: 0, createdAt: at, changedAt: at }
    await db.write((tx) => tx.insert(accounts).values(row))
    await expect(check({}, undefined, db.read)).rejects.toThrow('There is no administrator yet')
    await db.write((tx) => tx.update(accounts).set({ password: 'scrypt$' }))
    expect(await check({}, undefined, db.read)).toBe('local accounts')
  })
})

describe('options', () => {
  const way = { id: 'github', title: 'GitHub', icon: 'key', options: {}, open: () => ({}) as never }

  test.each<[string, object, string]>([
    ['two ways of one id', { providers: [way, way] }, 'the id github is there twice'],
    [
      'a way with a name that is taken',
      { providers: [{ ...way, id: 'local' }] },
      'the id local stands for something else',
    ],
    ['a way that is none', { providers: [{}] }, 'give what github'],
    ['a proxy from nowhere', { proxy: { header: 'x-user', from: [] } }, 'proxy'],
    ['a network that is none', { proxy: { header: 'x-user', from: ['10.0.0.0/33'] } }, 'write an address or a network'],
    [
      'a name for a network',
      { proxy: { header: 'x-user', from: ['proxy.acme.dev'] } },
      'write an address or a network',
    ],
    ['a header that is none', { proxy: { header: 'x user', from: ['::1'] } }, 'write the name of a header'],
    ['a rule that is none', { match: ['e-mail'] }, 'match'],
    ['a rule twice', { match: ['email', 'email'] }, 'name each rule once'],
    ['an administrator without a kind', { administrators: ['ada'] }, 'write a reference such as user:default/ada'],
    ['a component as administrator', { administrators: ['component:a'] }, 'write a reference such as user:default/ada'],
    ['a length that is none', { sessions: { idle: 'a week' } }, 'write a length of time'],
    ['an option that is none', { provider: [] }, 'provider'],
  ])('%s are refused', (_what, options, problem) => {
    expect(() => access(options as AccessInput)).toThrow(problem)
  })

  test('that are falsy among the providers drop out', () => {
    expect(access({ providers: [false, undefined, '', null] }).options).toMatchObject({ providers: [] })
  })
})
