import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { load, loadAll } from 'js-yaml'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkoutsProvider } from '../providers/checkouts.ts'
import { writeCheckouts } from './fixtures/checkouts.ts'
import { readXml } from './xml.ts'

let base: string
let root: string

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'callboard-hostile-'))
  root = join(base, 'src')
  mkdirSync(root)
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

interface Document {
  kind: string
  metadata: { name: string; title?: string; description?: string }
  spec: Record<string, unknown>
}

async function inferred(): Promise<Map<string, { text: string; documents: Document[] }>> {
  const provider = checkoutsProvider({ from: [root] })
  const tree = await provider.open(new AbortController().signal, { data: root, offline: false })
  const files = new Map<string, { text: string; documents: Document[] }>()
  for (const { path } of await tree.list([...provider.paths])) {
    const text = Buffer.from(await tree.read(path)).toString()
    files.set(path, { text, documents: loadAll(text) as Document[] })
  }
  return files
}

const anna = { authors: [['Anna', 'anna@acme.test']] as const, files: { 'package.json': '{"name":"evil"}\n' } }

test('nothing that the configuration of a repository names is run, and its authors are read all the same', async () => {
  writeCheckouts(root, { evil: { ...anna, authors: [...anna.authors] } })
  const marker = join(base, 'ran')
  const program = join(base, 'evil.sh')
  writeFileSync(program, `#!/bin/sh\necho ran >> ${marker}\n`)
  chmodSync(program, 0o755)
  const git = join(root, 'evil/.git')
  appendFileSync(
    join(git, 'config'),
    `[core]\n\tfsmonitor = ${program}\n\tpager = ${program}\n\tsshCommand = ${program}\n\thooksPath = ${base}\n\talternateRefsCommand = ${program}\n` +
      `[log]\n\tshowSignature = true\n[gpg]\n\tprogram = ${program}\n[gpg "ssh"]\n\tprogram = ${program}\n` +
      `[diff]\n\texternal = ${program}\n[diff "x"]\n\ttextconv = ${program}\n[filter "x"]\n\tsmudge = ${program}\n` +
      `[remote "origin"]\n\turl = ext::${program}\n\tpromisor = true\n[protocol "ext"]\n\tallow = always\n[extensions]\n\tpartialClone = origin\n`,
  )
  // A commit that claims to be signed makes git ask the program, where it obeys the configuration.
  const raw = execFileSync('git', ['cat-file', 'commit', 'HEAD'], { cwd: join(root, 'evil'), encoding: 'utf8' })
  const signed = raw.replace('\n\n', '\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n')
  const hash = ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally']
  const id = execFileSync('git', hash, { cwd: join(root, 'evil'), input: signed, encoding: 'utf8' }).trim()
  writeFileSync(join(git, 'refs/heads/main'), `${id}\n`)
  execFileSync('git', ['--no-pager', 'log', '-1'], { cwd: join(root, 'evil'), stdio: 'ignore' })
  expect(existsSync(marker), 'the trap works').toBe(true)
  rmSync(marker)
  const files = await inferred()
  expect(existsSync(marker)).toBe(false)
  expect(files.get('evil/catalog-info.yaml')?.documents[0]?.spec.owner).toBe('user:anna')
  expect(files.get('evil/catalog-info.yaml')?.text).not.toContain('ext::')
})

test('what is too deep, too large or nonsense says nothing, and harms no other', async () => {
  put('deep/package.json', `{"name":"deep","a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)
  put('huge/package.json', '{"name":"huge"}')
  truncateSync(join(root, 'huge/package.json'), 50_000_000)
  put('broken/package.json', '{"name": "broken')
  put('broken/Cargo.toml', '[package\nname=')
  put('list/package.json', '[1]')
  put('odd/package.json', '{"name":{"a":1},"version":7,"workspaces":{"packages":"x"},"dependencies":[1],"bin":null}')
  put('bomb/pom.xml', `<!DOCTYPE a [<!ENTITY x "${'y'.repeat(1000)}">]><project><artifactId>&x;</artifactId></project>`)
  put('spread/package.json', JSON.stringify({ name: 'spread', workspaces: ['../**', '*a*a*a*a*a', '/etc/**'] }))
  put('good/package.json', '{"name":"good"}')
  const files = await inferred()
  const name = (folder: string) => files.get(`${folder}/catalog-info.yaml`)?.documents[0]?.metadata.name
  const folders = ['deep', 'huge', 'broken', 'list', 'odd', 'spread', 'good']
  expect(folders.map(name)).toEqual(folders)
  expect(files.get('huge/catalog-info.yaml')?.text).toContain(
    '# Not looked at: "package.json" is larger than 1000000 bytes',
  )
  expect(name('bomb')).toBe('x')
  expect(files.get('.inferred/owners.yaml')?.documents.map(({ metadata }) => metadata.name)).toEqual(['unknown'])
})

test('names and texts of strangers cannot leave the line on which they stand', async () => {
  const text = 'a: b # c\n- d\u0085e\u2028f\u0000\u202eg "h" \'i\' {j} [k] *l &m !n %o @p `q` yes'
  put('a/package.json', JSON.stringify({ name: '@x/y z\n---\nkind: Group', description: text, version: '1.0.0\n# x' }))
  put('b - {c}: [d]*/package.json', '{"name":"---"}')
  put('lines\nof: it/package.json', '{"name":"lines"}')
  put('-rf/package.json', '{"name":"true"}')
  put('d/package.json', '{"name":"d"}')
  put('d/api/open\napi.yaml', 'openapi: 3.0.0\ninfo:\n  title: !!js/function x\n')
  const files = await inferred()
  const [first, ...others] = files.get('a/catalog-info.yaml')?.documents ?? []
  expect(others).toEqual([])
  expect(first?.metadata).toMatchObject({ name: 'y-z-kind-Group' })
  expect(first?.metadata.description).toBe('a: b # c - d e f g "h" \'i\' {j} [k] *l &m !n %o @p `q` yes')
  const odd = files.get('b - {c}: [d]*/catalog-info.yaml')
  expect(odd?.documents).toHaveLength(1)
  expect(odd?.documents[0]?.metadata.name).toBe('b-c-d')
  expect([...files.keys()].filter((path) => path.includes('\n'))).toEqual([])
  expect(files.get('-rf/catalog-info.yaml')?.documents[0]?.metadata.name).toBe('true')
  expect(load(files.get('d/catalog-info.yaml')?.text.split('---')[0] ?? '')).toMatchObject({ kind: 'Component' })
})

test('no link leads out', async () => {
  mkdirSync(join(base, 'outside/.git'), { recursive: true })
  writeFileSync(join(base, 'outside/package.json'), '{"name":"outside","description":"hidden things"}')
  put('inside/.git/HEAD', 'ref: refs/heads/main')
  symlinkSync(join(base, 'outside/package.json'), join(root, 'inside/package.json'))
  symlinkSync(join(base, 'outside'), join(root, 'linked'))
  put('file/.git', `gitdir: ${join(base, 'outside/.git')}\n`)
  writeFileSync(join(base, 'outside/.git/config'), '[remote "origin"]\n\turl = https://github.com/hidden/things\n')
  const files = await inferred()
  expect([...files.keys()]).toEqual(['.inferred/owners.yaml', 'file/catalog-info.yaml', 'inside/catalog-info.yaml'])
  expect([...files.values()].map(({ text }) => text).join('')).not.toContain('hidden')
})

test('CODEOWNERS with nonsense: the rules that make sense hold', async () => {
  const lines = [
    '[Section][2] @not/this',
    '* @first/team',
    '\u0000\u0001 binary',
    '*a*a*a*a*a* @second/team',
    '* not-an-owner',
    `/${'x'.repeat(3000)} @third/team`,
    '!* @fourth/team',
    '* @-- @acme/  @/team',
    'docs/ @docs/team',
    '* person@acme.test @acme/right @acme/second # @no/comment',
    '/src @src/team',
  ]
  put('a/package.json', '{"name":"a"}')
  put('a/CODEOWNERS', `${lines.join('\r\n')}\r\n`)
  put('b/package.json', '{"name":"b"}')
  put('b/CODEOWNERS', '* @acme/team\n*\n')
  const files = await inferred()
  expect(files.get('a/catalog-info.yaml')?.text).toContain('owner: "group:right" # CODEOWNERS:10, owner of *\n')
  expect(files.get('b/catalog-info.yaml')?.documents[0]?.spec.owner).toBe('group:unknown')
})

test('what is hostile to a reader of XML takes no time to refuse', () => {
  expect(readXml('<!--'.repeat(200_000))).toBeUndefined()
  expect(readXml('<a>'.repeat(100_000))).toBeUndefined()
  expect(readXml('<'.repeat(1_000_000))).toBeUndefined()
})

test('a name that is taken gets that of the repository in front', async () => {
  put('one/package.json', '{"name":"@a/web"}')
  put('two/package.json', '{"name":"@b/web"}')
  put(
    'three/catalog-info.yaml',
    'kind: Component\nmetadata: { name: core }\n---\nkind: Group\nmetadata: { name: crew }\n',
  )
  put('three/package.json', '{"name":"@a/core"}')
  put('four/package.json', '{"name":"core","dependencies":{"@a/core":"1"}}')
  put('four/CODEOWNERS', '* @acme/crew\n')
  const files = await inferred()
  const name = (folder: string) => files.get(`${folder}/catalog-info.yaml`)?.documents[0]?.metadata.name
  expect(['one', 'two', 'four'].map(name)).toEqual(['web', 'two-web', 'four-core'])
  expect(files.get('four/catalog-info.yaml')?.documents[0]?.spec).toMatchObject({
    owner: 'group:crew',
    dependsOn: ['component:core'],
  })
  const owners = files.get('.inferred/owners.yaml')?.documents.map(({ metadata }) => metadata.name)
  expect(owners).toEqual(['unknown'])
})

test('what is no folder with repositories is told', async () => {
  await expect(inferred()).rejects.toMatchObject({ code: 'not_found', message: `There is no repository in ${root}` })
  const signal = new AbortController().signal
  await expect(
    checkoutsProvider({ from: [join(base, 'no')] }).open(signal, { data: root, offline: false }),
  ).rejects.toMatchObject({
    code: 'not_found',
  })
})
