import { describe, expect, test } from 'vitest'
import { PortalError } from '../../../api/errors.ts'
import { checkBranch, folderNameOf, nameOf, parseGitAddress } from './address.ts'

test.each([
  [
    'https://git.acme.dev/shop/catalog.git',
    'https://git.acme.dev/shop/catalog.git',
    'https://git.acme.dev/shop/catalog',
  ],
  ['HTTPS://Git.Acme.dev:443/shop/catalog/', 'https://git.acme.dev/shop/catalog', 'https://git.acme.dev/shop/catalog'],
  ['https://git.acme.dev:8443/a/../b.git', 'https://git.acme.dev:8443/b.git', 'https://git.acme.dev:8443/b'],
  ['git@git.acme.dev:shop/catalog.git', 'ssh://git@git.acme.dev/shop/catalog.git', 'ssh://git.acme.dev/shop/catalog'],
  ['git.acme.dev:catalog', 'ssh://git.acme.dev/catalog', 'ssh://git.acme.dev/catalog'],
  ['ssh://git@git.acme.dev:22/x.git', 'ssh://git@git.acme.dev/x.git', 'ssh://git.acme.dev/x'],
  ['ssh://git@[::1]:2222/x.git', 'ssh://git@[::1]:2222/x.git', 'ssh://[::1]:2222/x'],
])('%s is understood', (text, url, id) => {
  expect(parseGitAddress(text)).toMatchObject({ url, id })
})

test.each([
  ['http://git.acme.dev/x.git', 'http'],
  ['git://git.acme.dev/x.git', 'git'],
  ['file:///srv/git/x.git', 'file'],
] as const)('%s needs to be allowed', (text, protocol) => {
  expect(() => parseGitAddress(text)).toThrow('unless that is allowed')
  expect(parseGitAddress(text, [protocol])).toMatchObject({ url: text, protocol })
})

describe('what could be taken for something else is refused', () => {
  test.each([
    'ext::sh -c touch% /x',
    'ext::sh',
    'ext://sh',
    'fd::17',
    '--upload-pack=touch x',
    '-c',
    '-u/x:y',
    'ssh://-oProxyCommand=x/y',
    'ssh://-oProxyCommand@host/y',
    '-oProxyCommand=x@host:y',
    '-oProxyCommand=x:y',
    'ssh://host/-x',
    'https://host/x\n--upload-pack=y',
    'https://host/x y',
    'https://host/\u0000',
    'https://ho\\st/x',
    'https://host/x?y=z',
    'https://host/x#y',
    'https://host/',
    'https://host',
    'https:///x',
    'file://host/x',
    'file:///',
    '/srv/git/x.git',
    '../x',
    'x',
    '',
    'https::host/x',
    'C:\\repositories\\x',
    `https://host/${'x'.repeat(3000)}`,
    "ssh://a'b@host/x",
    'ssh://$(x)@host/x',
    'ssh://ho$(x)st/y',
  ])('%j', (text) => {
    expect(() => parseGitAddress(text, ['https', 'ssh', 'http', 'git', 'file'])).toThrow(PortalError)
  })

  test.each(['https://anna:topsecret@host/x', 'https://topsecret@host/x', 'ssh://git:topsecret@host/x'])(
    'credentials, without repeating them: %s',
    (text) => {
      let error: unknown
      try {
        parseGitAddress(text)
      } catch (caught) {
        error = caught
      }
      expect(error).toMatchObject({ code: 'invalid', hint: expect.stringContaining('token') })
      expect(JSON.stringify([String(error), error])).not.toContain('topsecret')
    },
  )

  test.each([
    '',
    '-x',
    '--upload-pack=x',
    'a b',
    'a\nb',
    'a..b',
    'a~1',
    'a:b',
    'a^',
    'x.lock',
    '/a',
    'a/',
    '.a',
    'a//b',
    '@',
    'a@{1}',
    '*',
  ])('the branch %j', (name) => expect(() => checkBranch(name)).toThrow('is not the name of a branch'))
})

test.each(['main', 'release/1.0', 'feature/#12', 'ü', 'a@b', 'x-y_z'])('the branch %s is one', (name) => {
  expect(checkBranch(name)).toBe(name)
})

test('a repository has a name for people and a folder of its own', () => {
  const address = parseGitAddress('https://git.acme.dev/teams/shop/catalog%20one.git')
  expect(nameOf(address)).toBe('shop/catalog one')
  expect(folderNameOf(address)).toMatch(/^[0-9a-f]{32}$/)
  expect(folderNameOf(address)).not.toBe(folderNameOf(parseGitAddress('https://git.acme.dev/teams/shop/other')))
})
