import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { organisation, type TestPortal, testPortal } from '../../testing/index.ts'
import { access, allow, deny } from '../index.ts'
import { anna, doorPlugin, namedWay, type Person, signIn } from './fixtures/stage.ts'

/** The example of the docs for the preset `strict`, as it stands there. */
const example = /### The preset strict.*?```ts\n(.*?)```/s.exec(
  readFileSync(new URL('../../../docs/access.md', import.meta.url), 'utf8'),
)?.[1]

let portal: TestPortal
let reader: Person
let administrator: Person
beforeEach(async () => {
  type Access = typeof access
  const providers = [namedWay('github', 'GitHub')]
  const given: Access = (options) => access({ ...options, providers, administrators: ['user:default/cora'] })
  const plugin = new Function('access', 'allow', 'deny', `return ${example}`)(given, allow, deny) as ReturnType<Access>
  portal = await testPortal({ plugins: [plugin, doorPlugin], files: { 'org.yaml': organisation } })
  reader = await signIn(portal, anna)
  administrator = await signIn(portal, {
    provider: 'github',
    subject: '1',
    login: 'cora',
    annotations: { 'github.com/user-login': 'cora-gh' },
  })
})
afterEach(() => portal.close())

const status = async (person: Person, url: string) => (await person.get(url)).status

describe('the example for strict', () => {
  test.each(['/', '/catalog', '/catalog/default/group/payments', '/search?query=anna', '/notifications', '/settings'])(
    'lets everyone read %s',
    async (url) => {
      expect(await status(reader, url)).toBe(200)
      expect(await status(administrator, url)).toBe(200)
    },
  )

  test.each(['/admin', '/admin/audit', '/admin/accounts', '/admin/tokens', '/catalog-import'])(
    'keeps %s for administrators',
    async (url) => {
      expect(await status(reader, url)).toBe(403)
      expect(await status(administrator, url)).toBe(200)
    },
  )
})
