import { expect, test } from 'vitest'
import { patternOf, takenOut, verdictOf } from './controls.mjs'

const files = (...tests) => [{ path: 'src/a.test.ts', tests: tests.map(([name, status]) => ({ name, status })) }]
const control = { test: 'src/a.test.ts', title: '%s (a) is refused' }

test('a title stands for every test that is made of it', () => {
  expect(new RegExp(patternOf('%j is the cell %j, which')).test('"=1" is the cell "x", which')).toBe(true)
  expect(new RegExp(patternOf('a.b (c)')).test('axb c')).toBe(false)
})

test('one of them that fails is enough; what was skipped or is of another file says nothing', () => {
  expect(verdictOf(control, files(['x (a) is refused', 'passed'], ['y (a) is refused', 'failed']))).toBe('failed')
  expect(verdictOf(control, files(['x (a) is refused', 'passed'], ['other', 'failed']))).toBe('passed')
  expect(verdictOf(control, files(['x (a) is refused', 'skipped']))).toBe('did not run')
  expect(verdictOf({ ...control, test: 'src/b.test.ts' }, files(['x (a) is refused', 'failed']))).toBe('did not run')
})

test('what is taken out must stand there exactly once', () => {
  expect(takenOut('a b c', { file: 'f', from: ' b', to: '' })).toBe('a c')
  for (const text of ['a c', 'a b b'])
    expect(() => takenOut(text, { file: 'f', from: ' b', to: '' })).toThrow('times:  b')
})
