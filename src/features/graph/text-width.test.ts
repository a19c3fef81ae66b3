import { expect, test } from 'vitest'
import { cutToFit, widthOf } from './text-width.ts'

test('wide signs take more than narrow ones, and marks that stand above others nothing', () => {
  expect(widthOf('MMMM', 10)).toBeGreaterThan(widthOf('oooo', 10))
  expect(widthOf('oooo', 10)).toBeGreaterThan(widthOf('iiii', 10))
  expect(widthOf('漢字', 10)).toBeGreaterThanOrEqual(20)
  expect(widthOf('e\u0301', 10)).toBe(widthOf('e', 10))
})

test('what fits stays, what does not is cut with an ellipsis, never within a sign', () => {
  expect(cutToFit('cart', 13, 100)).toBe('cart')
  const cut = cutToFit('nightly-recommendation-import', 13, 100)
  expect(cut).toMatch(/^nightly-.*…$/)
  expect(widthOf(cut, 13)).toBeLessThanOrEqual(100)
  expect(cutToFit('😀😀😀😀', 10, 35)).toBe('😀😀…')
})

test('a text is one line and turns nothing around', () => {
  expect(cutToFit('a\nb\tc', 13, 100)).toBe('a b c')
  expect(cutToFit('safe\u202egnp.exe', 13, 200)).toBe('safegnp.exe')
})
