import { expect, test } from 'vitest'
import { Secret } from '../../../api/env.ts'
import { contentRequest } from './content.ts'
import { createForges } from './forges.ts'

const hosts = [
  ['github.com', 'github'],
  ['gitlab.com', 'gitlab'],
  ['bitbucket.org', 'bitbucket'],
  ['bb.acme.dev', 'bitbucket-server'],
  ['codeberg.org', 'gitea'],
  ['dev.azure.com', 'azure-devops'],
] as const
const azureItem =
  'https://dev.azure.com/acme/Store/_apis/git/repositories/shop/items?path=/a%20b.yaml&versionDescriptor.version=next&versionDescriptor.versionType=branch&$format=octetStream&api-version=7.0'

test.each([
  [
    'https://github.com/acme/shop/blob/next/a%20b.yaml',
    'https://api.github.com/repos/acme/shop/contents/a%20b.yaml?ref=next',
    { authorization: 'Bearer t', accept: 'application/vnd.github.raw+json' },
  ],
  [
    'https://gitlab.com/acme/team/shop/-/blob/next/d/a%20b.yaml',
    'https://gitlab.com/api/v4/projects/acme%2Fteam%2Fshop/repository/files/d%2Fa%20b.yaml/raw?ref=next',
    { 'private-token': 't' },
  ],
  [
    'https://bitbucket.org/acme/shop/src/next/a%20b.yaml',
    'https://api.bitbucket.org/2.0/repositories/acme/shop/src/next/a%20b.yaml',
    { authorization: 'Bearer t' },
  ],
  [
    'https://bb.acme.dev/projects/ACME/repos/shop/browse/a%20b.yaml?at=refs%2Fheads%2Fnext',
    'https://bb.acme.dev/projects/ACME/repos/shop/raw/a%20b.yaml?at=refs%2Fheads%2Fnext',
    { authorization: 'Bearer t' },
  ],
  [
    'https://codeberg.org/acme/shop/src/branch/next/a%20b.yaml',
    'https://codeberg.org/api/v1/repos/acme/shop/raw/a%20b.yaml?ref=next',
    { authorization: 'token t' },
  ],
  [
    'https://dev.azure.com/acme/Store/_git/shop?path=/a%20b.yaml&version=GBnext',
    azureItem,
    { authorization: 'Basic OnQ=' },
  ],
])('the content of %s', (page, url, headers) => {
  const forges = createForges(hosts.map(([host, type]) => ({ host, type, token: new Secret('T', 't') })))
  const at = forges.parse(page)
  if (!at) throw new Error(page)
  expect(contentRequest(at, forges)).toEqual({ url, headers })
  const open = createForges([{ host: 'bb.acme.dev', type: 'bitbucket-server' }])
  expect(contentRequest(at, open).headers).toEqual({})
})
