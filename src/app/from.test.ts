import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { callboard, place, start, startWith, until } from './fixtures/command.ts'
import { takeFrom } from './from.ts'

function repository(folder: string, name: string): void {
  mkdirSync(folder, { recursive: true })
  execFileSync('git', ['init', '--quiet'], { cwd: folder })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, dependencies: { express: '5' } }))
}

test('start --from needs no configuration, and says what it found', async () => {
  const at = place({ 'portal.config.ts': 'this is no configuration' })
  repository(join(at.root, 'src/one'), 'one')
  repository(join(at.root, 'more/deep/two'), 'two')
  const portal = await startWith(at, ['--from', 'src', join(at.root, 'more')])
  await until('the last line', () => /each field tells/.test(portal.output.stdout))
  expect(portal.output.stdout).toContain('src, more is at http://localhost:')
  // Two components, and the owner that nobody knows.
  expect(portal.output.stdout).toContain('Found 2 repositories, 3 entities\n')
  expect((await portal.get('/catalog/default/component/one')).text).toContain('inferred')
  expect((await portal.get('/catalog/default/component/two/write')).text).toContain(
    join(at.root, 'more/deep/two/catalog-info.yaml'),
  )
  writeFileSync(join(at.root, 'src/one/README.md'), '# One\n\nSells all there is.\n')
  await until('the change', async () => (await portal.get('/catalog/default/component/one')).text.includes('Sells all'))
  portal.child.kill('SIGTERM')
  expect(await portal.ended).toMatchObject({ code: 0, stderr: '' })
})

test('without it the terminal names it', async () => {
  const portal = await start(place())
  await until('the line', () =>
    portal.output.stdout.includes('For your own repositories: callboard start --from ~/src'),
  )
})

test.each([
  [['start', '--from'], '--from needs the name of a folder'],
  [['start', '--from', 'https://github.com/acme'], 'https://github.com/acme is no repository on github.com'],
  [['start', '--from', 'http://git.acme.dev/shop/cart'], 'Repositories are not read by http unless that is allowed'],
  [['start', '--from', 'ext::sh'], 'none is ever run'],
  [['start', '--from', '.', '--config', 'x.ts'], '--from and --config do not go together'],
  [['start', '--from', '.', '--fast'], 'start does not know --fast'],
])('%j is refused', async (words, reason) => {
  const { code, stderr } = await callboard(place(), words)
  expect(code).toBe(1)
  expect(stderr).toContain(reason)
})

test('--from takes several folders in several ways, each once', () => {
  expect(takeFrom(['--from', 'a', 'b', '--from=c', '--from', 'a'])).toEqual(['a', 'b', 'c'])
  expect(takeFrom([])).toBeUndefined()
  expect(takeFrom(['--other'])).toBeUndefined()
})
