import { expect, test } from 'vitest'
import { azure, cloud, forges, hub, lab, repositoryAt, server, tea, token } from './fixtures/forges.ts'
import { createForges } from './forges.ts'

test.each([
  [hub, `${hub}.git`, 'git@github.com:acme/shop.git'],
  [lab, `${lab}.git`, 'git@gitlab.com:acme/team/shop.git'],
  ['https://git.acme.dev:8443/a/b', 'https://git.acme.dev:8443/a/b.git', 'git@git.acme.dev:a/b.git'],
  [cloud, `${cloud}.git`, 'git@bitbucket.org:acme/shop.git'],
  [server, 'https://bb.acme.dev/scm/ACME/shop.git', 'ssh://git@bb.acme.dev:7999/ACME/shop.git'],
  [tea, `${tea}.git`, 'git@codeberg.org:acme/shop.git'],
  ['http://forgejo.acme.dev/a/b', 'http://forgejo.acme.dev/a/b.git', 'git@forgejo.acme.dev:a/b.git'],
  [azure, azure, 'git@ssh.dev.azure.com:v3/acme/Store/shop'],
  ['https://acme.visualstudio.com/Store/_git/shop', azure, 'git@ssh.dev.azure.com:v3/acme/Store/shop'],
  [
    'https://dev.azure.com/acme/My%20Store/_git/the%20shop',
    'https://dev.azure.com/acme/My%20Store/_git/the%20shop',
    'git@ssh.dev.azure.com:v3/acme/My%20Store/the%20shop',
  ],
])('%s is cloned from', (url, https, ssh) => {
  const repository = repositoryAt(url)
  expect(repository).toMatchObject({ https, ssh })
  const again = forges.repositoryOf(ssh)
  expect(again).toEqual({ ...repository, https: https.replace('http:', 'https:'), site: again?.site })
  expect(forges.repositoryOf(https)).toEqual(repository)
})

test.each([
  ['https://github.com/acme/shop', 'git@github.com:acme/shop.git'],
  ['https://GitHub.com/Acme/Shop.git/', 'ssh://git@ssh.github.com:443/acme/shop'],
  ['https://token@github.com/acme/shop.git', 'git://github.com/acme/shop'],
  ['https://gitlab.com/a/b/c.git', 'gitlab.com:a/b/c'],
  ['https://git.acme.dev:8443/a/b', 'ssh://git@git.acme.dev:2222/a/b.git'],
  ['https://bb.acme.dev/scm/ACME/shop.git', 'ssh://git@bb.acme.dev:7999/acme/shop.git'],
  ['https://acme@dev.azure.com/acme/Store/_git/shop', 'git@ssh.dev.azure.com:v3/acme/Store/shop'],
  ['https://acme.visualstudio.com/Store/_git/shop', 'acme@vs-ssh.visualstudio.com:v3/acme/Store/shop'],
  ['https://dev.azure.com/acme/shop/_git/shop', 'https://dev.azure.com/acme/_git/shop'],
  ['https://Example.com/a/b.git', 'git@example.com:a/b'],
  ['/srv/git/a', '/srv/git/a'],
])('%s and %s are the same', (a, b) => {
  expect(forges.sameRepository(a, b)).toBe(true)
  expect(forges.sameRepository(b, a)).toBe(true)
})

test.each([
  ['https://github.com/acme/shop', 'https://github.com/acme/shops'],
  ['https://github.com/acme/shop', 'https://gitlab.com/acme/shop'],
  ['https://github.com/acme/shop', 'https://github.com.evil.com/acme/shop'],
  ['https://github.com/acme/shop', 'https://github.com/acme/shop/../other'],
  ['https://github.com/acme/shop', 'https://github.com/evil/acme/shop'],
  ['https://example.com/a/b', 'https://example.com/A/b'],
  ['https://example.com/a/b', 'https://example.com:8443/a/b'],
  ['https://example.com/a/b', 'https://example.com/b'],
  ['/srv/git/a', '/srv/git/b'],
  ['ext::sh -c id', 'https://github.com/acme/shop'],
  ['-oProxyCommand=x', 'https://github.com/acme/shop'],
])('%s and %s are not the same', (a, b) => {
  expect(forges.sameRepository(a, b)).toBe(false)
  expect(forges.sameRepository(b, a)).toBe(false)
})

test.each([
  'ext::sh -c id',
  'file:///srv/git/a',
  '/srv/git/a',
  'C:\\git\\a',
  'git@github.com:../../etc',
  'git@github.com:-x/y',
  'ssh://-oProxyCommand=x/a/b',
  'https://example.com/a/b',
  'https://github.com/a/b\n',
])('%s names no repository of a forge', (url) => {
  expect(forges.repositoryOf(url)).toBeUndefined()
})

test('each forge has its API, and the token that it was given', () => {
  const access = (url: string) => forges.accessOf(repositoryAt(url))
  expect(access(hub)).toEqual({ apiUrl: 'https://api.github.com', token: undefined })
  expect(access('https://ghe.acme.dev/a/b')).toEqual({ apiUrl: 'https://ghe.acme.dev/api/v3', token })
  expect(access('https://git.acme.dev:8443/a/b').apiUrl).toBe('https://git.acme.dev:8443/gitlab/api/v4')
  expect(access(lab).apiUrl).toBe('https://gitlab.com/api/v4')
  expect(access(cloud).apiUrl).toBe('https://api.bitbucket.org/2.0')
  expect(access(server).apiUrl).toBe('https://bb.acme.dev/rest/api/latest')
  expect(access(tea).apiUrl).toBe('https://codeberg.org/api/v1')
  expect(createForges([{ host: 'github.com', type: 'github', token }]).accessOf(repositoryAt(hub)).token).toBe(token)
})
