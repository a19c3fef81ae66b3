import { expect, test } from 'vitest'
import { guessedForges, isAddress, repositoryAddress } from './repository-address.ts'

test.each([
  ['https://github.com/acme/cart', 'https://github.com/acme/cart.git', undefined],
  ['https://github.com/acme/cart.git', 'https://github.com/acme/cart.git', undefined],
  ['https://www.github.com/acme/cart/', 'https://github.com/acme/cart.git', undefined],
  ['https://github.com/acme/cart/tree/next', 'https://github.com/acme/cart.git', 'next'],
  ['https://github.com/acme/cart/tree/HEAD', 'https://github.com/acme/cart.git', undefined],
  ['https://gitlab.com/acme/back/orders', 'https://gitlab.com/acme/back/orders.git', undefined],
  ['https://gitlab.com/acme/back/orders/-/tree/next?ref_type=heads', 'https://gitlab.com/acme/back/orders.git', 'next'],
  ['https://gitlab.acme.dev/back/orders/-/tree/next', 'https://gitlab.acme.dev/back/orders.git', 'next'],
  ['https://codeberg.org/acme/cart/src/branch/next', 'https://codeberg.org/acme/cart.git', 'next'],
  ['https://bitbucket.org/acme/cart/src/next/', 'https://bitbucket.org/acme/cart.git', 'next'],
  ['https://dev.azure.com/acme/shop/_git/cart', 'https://dev.azure.com/acme/shop/_git/cart', undefined],
  ['https://git.acme.dev/shop/cart', 'https://git.acme.dev/shop/cart', undefined],
  ['git@github.com:acme/cart.git', 'ssh://git@github.com/acme/cart.git', undefined],
  ['git@git.acme.dev:shop/cart', 'ssh://git@git.acme.dev/shop/cart', undefined],
  ['ssh://git@git.acme.dev:2222/shop/cart.git', 'ssh://git@git.acme.dev:2222/shop/cart.git', undefined],
])('%s is a repository', (argument, url, branch) => {
  expect(isAddress(argument)).toBe(true)
  const found = repositoryAddress(argument)
  expect([found.url, found.branch]).toEqual([url, branch])
})

test.each([
  ['https://github.com/acme', 'is no repository on github.com', 'name those that you want'],
  ['https://github.com/orgs/acme/repositories', 'is no repository on github.com', 'lists repositories'],
  ['https://gitlab.com/acme', 'is no repository on gitlab.com', 'lists repositories'],
  ['git@github.com:acme', 'is no repository on github.com', 'lists repositories'],
  ['https://github.com/acme/cart/tree/main/docs', 'leads into a repository', 'Write https://github.com/acme/cart'],
  ['https://github.com/acme/cart/blob/main/README.md', 'leads into a repository', 'https://github.com/acme/cart for'],
  [`https://github.com/acme/cart/commit/${'a'.repeat(40)}`, 'one commit or tag', 'https://github.com/acme/cart for'],
  ['https://codeberg.org/acme/cart/src/tag/v1', 'one commit or tag', 'https://codeberg.org/acme/cart for'],
  ['http://github.com/acme/cart', 'not read by http unless', 'Write https://'],
  ['https://anna:topsecret@github.com/acme/cart', 'password|credentials', 'without a password'],
  ['https://topsecret@git.acme.dev/shop/cart', 'password|credentials', 'without a password'],
  ['ext::sh -c touch% x', 'refused', 'Write https://'],
  ['file:///etc', 'not read by file', 'Write https://'],
  ['https://git.acme.dev/shop/cart?x=1', 'behind \\? or #', 'Write https://'],
])('%s is refused', (argument, message, hint) => {
  expect(isAddress(argument)).toBe(true)
  let error: unknown
  try {
    repositoryAddress(argument)
  } catch (caught) {
    error = caught
  }
  expect(error).toMatchObject({ code: 'invalid', message: expect.stringMatching(new RegExp(message)) })
  expect(error).toMatchObject({ hint: expect.stringContaining(hint) })
  expect(JSON.stringify([error, String(error)])).not.toContain('topsecret')
})

test.each(['.', '~/src', '/srv/a:b', 'a/b@c', './x::y'])('%s is a folder', (argument) => {
  expect(isAddress(argument)).toBe(false)
})

test('a host that is called after its program is taken for one of it, and no other', () => {
  expect(guessedForges('gitlab.acme.dev')).toEqual([{ host: 'gitlab.acme.dev', type: 'gitlab' }])
  expect(guessedForges('gitlab.com')).toEqual([])
  expect(guessedForges('git.acme.dev')).toEqual([])
})
