import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PortalError } from '../../../api/errors.ts'
import { azure, cloud, forges, hub, lab, repositoryAt, server, sha, tea } from './fixtures/forges.ts'
import { commitUrl, editUrl, newFileUrl, rawUrl, treeUrl, viewUrl } from './forges.ts'
import type { ForgeLocation } from './repository.ts'

const shortOf = ({ repository, ref, path, kind, line }: ForgeLocation) =>
  [repository.path, ref ?? '-', kind, path, ...(line === undefined ? [] : [line])].join(' ').trim()

test.each([
  [hub, 'acme/shop - repo'],
  [`${hub}.git`, 'acme/shop - repo'],
  [`${hub}/`, 'acme/shop - repo'],
  ['HTTPS://GitHub.com/acme/.github/blob/main/a.md', 'acme/.github main file a.md'],
  [`${hub}/tree/main`, 'acme/shop main tree'],
  [`${hub}/blob/main`, 'acme/shop main tree'],
  [`${hub}/tree/main/docs/`, 'acme/shop main tree docs'],
  [`${hub}/blob/main/docs/a.md`, 'acme/shop main file docs/a.md'],
  [`${hub}/blob/main//docs//a.md`, 'acme/shop main file docs/a.md'],
  [`${hub}/edit/main/a.yaml`, 'acme/shop main file a.yaml'],
  [`${hub}/raw/main/a.yaml?token=hunter2`, 'acme/shop main file a.yaml'],
  [`${hub}/blame/main/a.yaml`, 'acme/shop main file a.yaml'],
  [`${hub}/blob/main/a.yaml#L7`, 'acme/shop main file a.yaml 7'],
  [`${hub}/blob/main/a.md?plain=1#L7-L9`, 'acme/shop main file a.md 7'],
  [`${hub}/blob/main/a.yaml#L7C2-L9C4`, 'acme/shop main file a.yaml 7'],
  [`${hub}/blob/main/a.md#heading-100%`, 'acme/shop main file a.md'],
  [`${hub}/blob/HEAD/a.yaml`, 'acme/shop - file a.yaml'],
  [`${hub}/blob/-/a.yaml`, 'acme/shop - file a.yaml'],
  [`${hub}/blob/refs/heads/main/a.yaml`, 'acme/shop main file a.yaml'],
  [`${hub}/blob/refs/tags/v1/a.yaml`, 'acme/shop refs/tags/v1 file a.yaml'],
  [`${hub}/blob/feature%2Fx/a.yaml`, 'acme/shop feature/x file a.yaml'],
  [`${hub}/commit/${sha}`, `acme/shop ${sha} repo`],
  [`${hub}/blob/${sha}/a%20b%23c%3Fd%25e%C3%A4.md`, `acme/shop ${sha} file a b#c?d%eä.md`],
  ['https://raw.githubusercontent.com/acme/shop/main/a.yaml', 'acme/shop main file a.yaml'],
  ['https://raw.githubusercontent.com/acme/shop/refs/heads/main/a.yaml', 'acme/shop main file a.yaml'],
  ['https://ghe.acme.dev/acme/shop/blob/main/a.yaml', 'acme/shop main file a.yaml'],
  [lab, 'acme/team/shop - repo'],
  [`${lab}/-/tree/main`, 'acme/team/shop main tree'],
  [`${lab}/-/tree/main/docs?ref_type=heads`, 'acme/team/shop main tree docs'],
  [`${lab}/-/blob/main/a.yaml#L7-9`, 'acme/team/shop main file a.yaml 7'],
  [`${lab}/-/blob/v1/a.yaml?ref_type=tags`, 'acme/team/shop refs/tags/v1 file a.yaml'],
  [`${lab}/-/raw/main/a.yaml?inline=false`, 'acme/team/shop main file a.yaml'],
  [`${lab}/-/edit/main/a.yaml`, 'acme/team/shop main file a.yaml'],
  [`${lab}/-/blob/main/docs/-/blob/a.yaml`, 'acme/team/shop main file docs/-/blob/a.yaml'],
  [`${lab}/blob/main/a.yaml`, 'acme/team/shop main file a.yaml'],
  [`${lab}/-/commit/${sha}`, `acme/team/shop ${sha} repo`],
  ['https://git.acme.dev:8443/a/b/c/d/-/blob/main/x', 'a/b/c/d main file x'],
  [cloud, 'acme/shop - repo'],
  [`${cloud}/src`, 'acme/shop - repo'],
  [`${cloud}/src/main/`, 'acme/shop main tree'],
  [`${cloud}/src/main/docs/`, 'acme/shop main tree docs'],
  [`${cloud}/src/main/a.yaml#lines-7:9`, 'acme/shop main file a.yaml 7'],
  [`${cloud}/src/main/a.yaml#a.yaml-7`, 'acme/shop main file a.yaml 7'],
  [`${cloud}/src/${sha}/a.yaml?at=feature%2Fx`, 'acme/shop feature/x file a.yaml'],
  [`${cloud}/src/main/a.yaml?mode=edit&spa=0&at=main`, 'acme/shop main file a.yaml'],
  [`${cloud}/raw/feature%2Fx/a.yaml`, 'acme/shop feature/x file a.yaml'],
  [`${cloud}/commits/${sha}`, `acme/shop ${sha} repo`],
  [server, 'ACME/shop - repo'],
  [`${server}/browse`, 'ACME/shop - repo'],
  [`${server}/browse?at=refs%2Fheads%2Ffeature%2Fx`, 'ACME/shop feature/x tree'],
  [`${server}/browse/docs/`, 'ACME/shop - tree docs'],
  [`${server}/browse/a.yaml?at=refs/heads/main#7-9`, 'ACME/shop main file a.yaml 7'],
  [`${server}/raw/a.yaml?at=refs%2Ftags%2Fv1`, 'ACME/shop refs/tags/v1 file a.yaml'],
  [`${server}/browse/a.yaml?at=${sha}`, `ACME/shop ${sha} file a.yaml`],
  [`${server}/commits/${sha}`, `ACME/shop ${sha} repo`],
  ['https://bb.acme.dev/users/anna/repos/shop/browse/a.yaml', '~anna/shop - file a.yaml'],
  ['https://bb.acme.dev/scm/acme/shop.git', 'acme/shop - repo'],
  [tea, 'acme/shop - repo'],
  [`${tea}/src/branch/main`, 'acme/shop main tree'],
  [`${tea}/src/branch/main/docs/`, 'acme/shop main tree docs'],
  [`${tea}/src/branch/main/a.yaml#L7-L9`, 'acme/shop main file a.yaml 7'],
  [`${tea}/src/branch/HEAD/a.yaml`, 'acme/shop - file a.yaml'],
  [`${tea}/src/tag/v1/a.yaml`, 'acme/shop refs/tags/v1 file a.yaml'],
  [`${tea}/src/commit/${sha}/a.yaml`, `acme/shop ${sha} file a.yaml`],
  [`${tea}/src/main/a.yaml`, 'acme/shop main file a.yaml'],
  [`${tea}/raw/branch/main/a.yaml`, 'acme/shop main file a.yaml'],
  [`${tea}/_edit/main/a.yaml`, 'acme/shop main file a.yaml'],
  [`${tea}/commit/${sha}`, `acme/shop ${sha} repo`],
  ['https://forgejo.acme.dev/acme/shop/src/branch/main/a', 'acme/shop main file a'],
  [azure, 'acme/Store/shop - repo'],
  ['https://acme@dev.azure.com/acme/Store/_git/shop', 'acme/Store/shop - repo'],
  ['https://dev.azure.com/acme/_git/shop', 'acme/shop/shop - repo'],
  [`${azure}?path=/a.yaml`, 'acme/Store/shop - file a.yaml'],
  [
    `${azure}?path=%2Fdocs%2Fa.yaml&version=GBfeature%2Fx&line=7&lineEnd=8`,
    'acme/Store/shop feature/x file docs/a.yaml 7',
  ],
  [`${azure}?path=/a.yaml&version=GTv1`, 'acme/Store/shop refs/tags/v1 file a.yaml'],
  [`${azure}?version=GC${sha}`, `acme/Store/shop ${sha} tree`],
  [`${azure}?path=/docs/&version=GBmain`, 'acme/Store/shop main tree docs'],
  [`${azure}/commit/${sha}`, `acme/Store/shop ${sha} repo`],
  ['https://dev.azure.com/acme/My%20Store/_git/the%20shop?path=/a%20b', 'acme/My Store/the shop - file a b'],
  ['https://acme.visualstudio.com/DefaultCollection/Store/_git/shop?path=/a', 'acme/Store/shop - file a'],
  ['https://tfs.acme.dev/tfs/Main/Store/_git/shop?path=/a', 'tfs/Main/Store/shop - file a'],
])('%s is read', (url, expected) => {
  const found = forges.parse(url)
  expect(found && shortOf(found)).toBe(expected)
  expect(JSON.stringify(found)).not.toContain('hunter2')
})

test.each([
  'https://example.com/acme/shop/blob/main/a.yaml',
  'https://github.com.evil.com/acme/shop/blob/main/a.yaml',
  'https://github.com@evil.com/acme/shop/blob/main/a.yaml',
  'https://git.acme.dev/acme/shop/-/blob/main/a.yaml',
  'git@github.com:acme/shop.git',
  'ssh://git@github.com/acme/shop.git',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'ext::sh -c id',
  'nonsense',
  '',
  'https://',
  'https://[::1',
  'https://github.com/',
  'https://github.com/acme',
  'https://github.com/orgs/acme/repositories',
  'https://github.com/acme/shop/pull/3',
  'https://github.com/acme/shop/blob',
  'https://github.com/acme/--upload-pack=x',
  'https://github.com/acme/a%2Fb/blob/main/x',
  'https://github.com/acme/a%20b',
  'https://gitlab.com/acme',
  'https://gitlab.com/groups/acme/-/issues',
  'https://gitlab.com/acme/shop/-/issues/3',
  'https://gitlab.com/acme/shop/-',
  'https://bitbucket.org/acme/shop/pull-requests/1',
  'https://bb.acme.dev/dashboard',
  'https://codeberg.org/acme/shop/issues',
  'https://dev.azure.com/acme/Store',
  'https://dev.azure.com/_git/shop',
  'https://dev.azure.com/acme/Store/_git/shop/pullrequest/3',
  'https://dev.azure.com/acme/Store/_git/shop?path=/a&version=T3',
])('%s is nothing of a forge', (url) => {
  expect(forges.parse(url)).toBeUndefined()
})

const leaves = 'contains "." or ".." as a part of its path'
const noPath = 'is no path within a repository'
const noRef = 'cannot be the name of a branch, a tag or a commit'

test.each([
  [`${hub}/blob/main/../../../etc/passwd`, leaves],
  [`${hub}/blob/main/%2e%2E/x`, leaves],
  [`${hub}/blob/main/.%2e/x`, leaves],
  [`${hub}/blob/main/./x`, leaves],
  [`${hub}/blob/main/..%2F..%2Fx`, noPath],
  [`${hub}/blob/main/a%2F..%2Fx`, noPath],
  [`${hub}/blob/main/.git/config`, noPath],
  [`${hub}/blob/main/a%00b`, noPath],
  [`${hub}/blob/main/a%0Ab`, noPath],
  [`${hub}/blob/main/a\nb`, 'contains control characters or backslashes'],
  [`${hub}/blob/main\\..\\x`, 'contains control characters or backslashes'],
  [`${hub}/blob/main/%zz`, 'is not encoded as addresses are'],
  [`${hub}/blob/main/%ff`, 'is not encoded as addresses are'],
  [`${hub}/blob/main/${'a/'.repeat(3_000)}x`, noPath],
  [`${hub}/blob/main/${'a'.repeat(9_000)}`, 'is too long'],
  [`${hub}/blob/--upload-pack=id/x`, noRef],
  [`${hub}/blob/a..b/x`, noRef],
  [`${hub}/blob/a%20b/x`, noRef],
  [`${hub}/blob/main~1/x`, noRef],
  [`${hub}/blob/main@%7B1%7D/x`, noRef],
  [`${hub}/commit/-x`, noRef],
  [`${hub}/blob/refs/heads/x.lock/a`, noRef],
  [`${azure}?path=/../x`, noPath],
  [`${azure}?path=/a&version=GB-x`, noRef],
  [`${server}/browse/a?at=--x`, noRef],
  [`${server}/browse/a?at=`, noRef],
])('%s is refused', (url, reason) => {
  expect(() => forges.parse(url)).toThrow(reason)
  expect(() => forges.parse(url)).toThrow(PortalError)
})

test('refs with slashes are told from paths by the refs that the repository has', () => {
  const refs = ['main', 'feature', 'refs/heads/feature/x', 'refs/tags/rel/1.0']
  const at = (url: string) => {
    const found = forges.parse(url, ({ path }) => (path.endsWith('/shop') ? refs : undefined))
    return found && [found.ref, found.path]
  }
  expect(at(`${hub}/blob/feature/x/a.md`)).toEqual(['feature/x', 'a.md'])
  expect(at(`${hub}/blob/feature/y/a.md`)).toEqual(['feature', 'y/a.md'])
  expect(at(`${hub}/tree/feature/x`)).toEqual(['feature/x', ''])
  expect(at(`${hub}/blob/refs/heads/feature/x/a.md`)).toEqual(['feature/x', 'a.md'])
  expect(at(`${hub}/blob/refs/tags/rel/1.0/a.md`)).toEqual(['refs/tags/rel/1.0', 'a.md'])
  expect(at(`${hub}/blob/unknown/x/a.md`)).toEqual(['unknown', 'x/a.md'])
  expect(at(`${lab}/-/blob/feature/x/a.md`)).toEqual(['feature/x', 'a.md'])
  expect(at(`${tea}/src/tag/rel/1.0/a.md`)).toEqual(['refs/tags/rel/1.0', 'a.md'])
  expect(at('https://github.com/acme/other/blob/feature/x/a.md')).toEqual(['feature', 'x/a.md'])
})

const odd = 'docs/a b#c?d%e (ä).md'
const oddly = 'docs/a%20b%23c%3Fd%25e%20%28%C3%A4%29.md'

test.each([
  [
    hub,
    `blob/feature/x/${oddly}?plain=1#L7`,
    `edit/feature/x/${oddly}`,
    `raw/feature/x/${oddly}`,
    'tree/feature/x/docs',
    'new/feature/x/docs?filename=new%20file.yaml',
    `commit/${sha}`,
  ],
  [
    lab,
    `-/blob/feature/x/${oddly}?plain=1#L7`,
    `-/edit/feature/x/${oddly}`,
    `-/raw/feature/x/${oddly}`,
    '-/tree/feature/x/docs',
    '-/new/feature/x/docs?file_name=new%20file.yaml',
    `-/commit/${sha}`,
  ],
  [
    cloud,
    `src/feature%2Fx/${oddly}#lines-7`,
    `src/feature%2Fx/${oddly}?mode=edit&spa=0&at=feature%2Fx`,
    `raw/feature%2Fx/${oddly}`,
    'src/feature%2Fx/docs/',
    'create-file/feature%2Fx/docs/?at=feature%2Fx&filename=new%20file.yaml',
    `commits/${sha}`,
  ],
  [
    server,
    `browse/${oddly}?at=refs%2Fheads%2Ffeature%2Fx#7`,
    `browse/${oddly}?at=refs%2Fheads%2Ffeature%2Fx`,
    `raw/${oddly}?at=refs%2Fheads%2Ffeature%2Fx`,
    'browse/docs/?at=refs%2Fheads%2Ffeature%2Fx',
    undefined,
    `commits/${sha}`,
  ],
  [
    tea,
    `src/branch/feature/x/${oddly}?display=source#L7`,
    `_edit/feature/x/${oddly}`,
    `raw/branch/feature/x/${oddly}`,
    'src/branch/feature/x/docs/',
    '_new/feature/x/docs?filename=new%20file.yaml',
    `commit/${sha}`,
  ],
])('addresses on %s', (base, view, edit, raw, tree, create, commit) => {
  const repository = repositoryAt(base)
  const ref = 'feature/x'
  expect(viewUrl(repository, ref, odd, 7)).toBe(`${base}/${view}`)
  expect(editUrl(repository, ref, odd)).toBe(`${base}/${edit}`)
  expect(rawUrl(repository, ref, odd)).toBe(`${base}/${raw}`)
  expect(treeUrl(repository, ref, 'docs')).toBe(`${base}/${tree}`)
  expect(newFileUrl(repository, ref, 'docs/new file.yaml')).toBe(create && `${base}/${create}`)
  expect(commitUrl(repository, sha)).toBe(`${base}/${commit}`)
})

test('addresses on Azure DevOps', () => {
  const repository = repositoryAt(azure)
  const file = `${azure}?path=/${oddly}&version=GBfeature%2Fx&_a=contents`
  expect(viewUrl(repository, 'feature/x', odd)).toBe(file)
  expect(viewUrl(repository, 'feature/x', odd, 7)).toBe(`${file}&line=7&lineEnd=8&lineStartColumn=1&lineEndColumn=1`)
  expect(viewUrl(repository, sha, 'a')).toBe(`${azure}?path=/a&version=GC${sha}&_a=contents`)
  expect(editUrl(repository, 'feature/x', odd)).toBe(file)
  expect(treeUrl(repository, 'refs/tags/v1', 'docs')).toBe(`${azure}?path=/docs/&version=GTv1`)
  expect(rawUrl(repository, 'main', 'a b')).toBe(
    'https://dev.azure.com/acme/Store/_apis/git/repositories/shop/items?path=/a%20b&versionDescriptor.version=main&versionDescriptor.versionType=branch&$format=octetStream&api-version=7.0',
  )
  expect(newFileUrl(repository, 'main', 'a')).toBeUndefined()
  expect(commitUrl(repository, sha)).toBe(`${azure}/commit/${sha}`)
})

test('only the head of a branch is edited', () => {
  for (const base of [hub, lab, cloud, tea]) {
    const repository = repositoryAt(base)
    for (const ref of [sha, 'refs/tags/v1']) {
      expect([editUrl(repository, ref, 'a'), newFileUrl(repository, ref, 'a')]).toEqual([undefined, undefined])
    }
  }
})

test.each(['../x', 'a/../x', 'a//b', '.git/config', 'a\0', '\ud800'])('no address leads to %j', (path) => {
  expect(() => viewUrl(repositoryAt(hub), 'main', path)).toThrow(noPath)
  expect(() => viewUrl(repositoryAt(hub), '-x', 'a')).toThrow(noRef)
  expect(() => viewUrl(repositoryAt(hub), '\udfff', 'a')).toThrow(noRef)
})

// Any name that Git can hold and a person can write, with every sign that means something in an address.
const sign = fc.constantFrom(...'abcXYZ019 #?%&+=@:;,!~\'"()[]{}|^`$*<>-_.äß中🚀\u0301')
const part = fc
  .array(sign, { minLength: 1, maxLength: 8 })
  .map((signs) => signs.join(''))
  .filter((name) => name !== '.' && name !== '..')
const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
const refSign = fc.constantFrom(..."abcXYZ019-_#%&+=@,;!'()<>äß中")
const refPart = fc
  .tuple(fc.constantFrom(...'abcX1ä#%'), fc.array(refSign, { maxLength: 6 }))
  .map(([first, rest]) => first + rest.join(''))
const branch = fc.array(refPart, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
const commit = fc.stringMatching(/^[0-9a-f]{40}$/)
const ref = fc.oneof(fc.constant(undefined), branch, commit)
const tagged = fc.oneof(
  ref,
  branch.map((name) => `refs/tags/${name}`),
)
const line = fc.option(fc.integer({ min: 1, max: 99_999 }), { nil: undefined })

test.each([
  ['GitHub', hub, tagged],
  ['GitLab', lab, tagged],
  ['Bitbucket', cloud, ref],
  ['Bitbucket Server', server, tagged],
  ['Gitea', tea, tagged],
  ['Azure DevOps', azure, tagged],
])('on %s an address leads back to what it was made of', (_, base, refs) => {
  const repository = repositoryAt(base)
  const { forge } = repository
  const expected = { forge, repository, kind: 'file' }
  fc.assert(
    fc.property(refs, path, line, (atRef, atPath, atLine) => {
      const back = (url: string | undefined) => url && forges.parse(url, () => (atRef === undefined ? [] : [atRef]))
      const place = { ...expected, ref: atRef, path: atPath }
      const lined = atLine === undefined ? place : { ...place, line: atLine }
      expect(back(viewUrl(repository, atRef, atPath, atLine))).toEqual(lined)
      expect(back(rawUrl(repository, atRef, atPath))).toEqual(place)
      expect(back(treeUrl(repository, atRef, atPath))).toEqual({ ...place, kind: 'tree' })
      const edit = back(editUrl(repository, atRef, atPath))
      if (edit !== undefined) expect(edit).toEqual(place)
      for (const url of [viewUrl(repository, atRef, atPath, atLine), rawUrl(repository, atRef, atPath)]) {
        expect(new URL(url).href).toBe(url)
      }
    }),
    { numRuns: 500 },
  )
})

test('whatever is written, it is read, refused with a reason, or nothing', () => {
  const start = fc.constantFrom(hub, lab, cloud, server, tea, azure, 'https://raw.githubusercontent.com/a', '')
  const verb = fc.constantFrom('/blob/', '/-/blob/', '/src/', '/src/branch/', '/browse/', '?path=', '/tree/', '/', '')
  const rest = fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.webPath(), path)
  fc.assert(
    fc.property(start, verb, rest, (base, middle, end) => {
      try {
        const found = forges.parse(base + middle + end)
        if (found) expect(found.path.split('/')).not.toContain('..')
      } catch (error) {
        if (!(error instanceof PortalError && error.code === 'invalid')) throw error
      }
    }),
    { numRuns: 3_000 },
  )
})
