import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { allow, callerPlace, deny } from './rule.ts'

const folder = mkdtempSync(join(tmpdir(), 'callboard-rules-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const program = fileURLToPath(new URL('../../../../bin/callboard.mjs', import.meta.url))

function config(lines: readonly string[]): string {
  const file = join(folder, 'portal.config.ts')
  writeFileSync(file, lines.join('\n'))
  const env = { ...process.env, DATA_DIR: join(folder, 'data'), NODE_ENV: 'production' }
  const { stdout, stderr } = spawnSync(process.execPath, [program, 'config', '--config', file], {
    env,
    encoding: 'utf8',
  })
  return stdout + stderr
}

test('a rule is plain and frozen, with one value or many written alike', () => {
  const rule = deny('catalog.*', { to: 'everyone', except: ['role:a', 'token:CI'], because: ' Not yet. ' })
  expect(rule).toMatchObject({
    effect: 'deny',
    permissions: ['catalog.*'],
    to: ['everyone'],
    except: ['role:a', 'token:CI'],
    where: undefined,
    because: 'Not yet.',
  })
  expect(Object.isFrozen(rule) && Object.isFrozen(rule.permissions) && Object.isFrozen(rule.to)).toBe(true)
  expect(allow(['catalog.read', '*'], { to: ['everyone'] }).permissions).toEqual(['catalog.read', '*'])
})

test.each([
  [() => allow('catalog.read', {} as never), /name at least one/],
  [() => allow([], { to: 'everyone' }), /name at least one/],
  [() => allow('Catalog read' as never, { to: 'everyone' }), /write a permission such as/],
  [() => allow('catalog.read', { to: 'anna' as never }), /anna.+ is nobody; write everyone/],
  [() => allow('catalog.read', { to: 'group:' as never }), /group:.+ is nobody/],
  [() => allow('catalog.read', { to: 'everyone', were: {} } as never), /were/],
  [() => allow('catalog.read', { to: 'everyone', where: { kimd: 'API' } as never }), /did you mean kind/],
])('what is wrong with a rule is said at once (%#)', (make, message) => {
  expect(make).toThrow(message)
})

test('the line of a configuration in which it stands is known, and shown where it is wrong', {
  timeout: 60_000,
}, () => {
  const head = ["import { defineConfig } from 'callboard'", "import { access, allow } from 'callboard/features'", '']
  const text = (rule: string, more = '') => [
    ...head,
    `${more}export default defineConfig({ plugins: [access({ rules: [`,
    "  allow('catalog.read', { to: 'everyone' }),",
    `  ${rule},`,
    '] })] })',
  ]
  const right = config(text("allow('admin.*', {\n to: 'administrators' })"))
  expect(right).toMatch(/"?line"?: 5\b/)
  expect(right).toMatch(/"?line"?: 6\b/)
  // With a type in it, another part of Node reads the file.
  expect(config(text("allow('admin.*', { to: 'administrators' })", 'const x: Array<string> = []\n'))).toMatch(
    /"?line"?: 7\b/,
  )
  const wrong = config(text("allow('catalog.read', { to: 'everyone', where: { kimd: 'API' } })"))
  expect(wrong).toContain('portal.config.ts:6: allow (where): there is no condition called kimd; did you mean kind?')
})

test('a place is read from a stack with addresses or with paths, and missing where there is none', () => {
  const own = fileURLToPath(new URL('./rule.ts', import.meta.url))
  const stack = (frame: string) =>
    `Error\n    at ruleOf (file://${own}:9:9)\n    at allow (${own}:5:5)\n    at ${frame}`
  const place = { file: '/etc/portal/portal.config.ts', line: 12 }
  expect(callerPlace(stack('file:///etc/portal/portal.config.ts?plain:12:5'))).toEqual(place)
  expect(callerPlace(stack('rules (/etc/portal/portal.config.ts:12:5)'))).toEqual(place)
  expect(callerPlace(stack('<anonymous>'))).toBeUndefined()
})
