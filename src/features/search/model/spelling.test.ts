import { expect, test } from 'vitest'
import { nearTerms, variantsOf } from './spelling.ts'

test('variants are one letter off, in each of the four ways', () => {
  const variants = variantsOf('cart')
  expect(variants).toEqual(expect.arrayContaining(['art', 'carts', 'card', 'crat', 'c4rt']))
  expect(variants).not.toContain('cart')
  expect(variantsOf('стол')).toContain('столб')
})

test('very short and very long words have none', () => {
  expect(variantsOf('foo')).toEqual([])
  expect(variantsOf('x'.repeat(31))).toEqual([])
})

test('of long words two letters may be off, and the nearest come first', () => {
  expect(nearTerms('kubernets', ['kubernetes', 'kubern', 'kuberneets'], 5)).toEqual(['kuberneets', 'kubernetes'])
  expect(nearTerms('cart', ['card', 'care', 'dare'], 5)).toEqual(['card', 'care'])
})
