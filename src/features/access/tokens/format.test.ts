import { expect, test } from 'vitest'
import { hintOf, isToken, newToken } from './format.ts'
import { permits } from './scope.ts'

test('a token says what kind it is, and no two are the same', () => {
  const [a, b, c] = [newToken('personal'), newToken('personal'), newToken('service')]
  expect(a).toMatch(/^cbp_[0-9A-Za-z]{49}$/)
  expect(c).toMatch(/^cbs_[0-9A-Za-z]{49}$/)
  expect(a).not.toBe(b)
  expect([a, b, c].every(isToken)).toBe(true)
  expect(hintOf(a)).toBe(a.slice(0, 8))
})

test('the checksum at its end finds a letter that is wrong, missing or more', () => {
  const token = newToken('service')
  for (let at = 0; at < token.length; at++) {
    const other = token[at] === 'x' ? 'y' : 'x'
    expect(isToken(token.slice(0, at) + other + token.slice(at + 1))).toBe(false)
  }
  for (const wrong of ['', 'cbs_', token.slice(1), token.slice(0, -1), `${token}0`, `${token}\n`, ` ${token}`]) {
    expect(isToken(wrong)).toBe(false)
  }
})

test('the checksum is the CRC-32 of what stands before it, in base 62, as the documentation says', () => {
  expect(isToken(`cbs_${'0'.repeat(43)}3ScpGF`)).toBe(true)
  expect(isToken(`cbp_${'0'.repeat(43)}3ScpGF`)).toBe(false)
})

test.each([
  [['*.read'], 'catalog.read', true],
  [['*.read'], 'catalog.register', false],
  [['*.read'], 'catalog.readings', false],
  [['catalog.*'], 'catalog.register', true],
  [['catalog.*'], 'catalogs.read', false],
  [['catalog.*'], 'notifications.read', false],
  [['catalog.register'], 'catalog.register', true],
  [['catalog.register'], 'catalog.read', false],
  [['notifications.send', '*.read'], 'metrics.read', true],
  [[], 'catalog.read', false],
  [['access.*', 'access.tokens', '*.read'], 'access.tokens', false],
  [['access.*', '*.read'], 'access.read', false],
])('%j and %s: %s', (limits, permission, expected) => {
  expect(permits(limits, permission)).toBe(expected)
})
