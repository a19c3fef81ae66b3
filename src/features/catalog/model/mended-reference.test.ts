import { expect, test } from 'vitest'
import { mendedReference } from './mended-reference.ts'

const payments = { kind: 'group', namespace: 'default', name: 'payments' }

test.each([
  ['paymnets', 'payments'],
  ['group:paymnets', 'group:payments'],
  ['Group:paymnets', 'Group:payments'],
  ['default/paymnets', 'default/payments'],
  ['group:default/paymnets', 'group:default/payments'],
  ['"paymnets"', '"payments"'],
  ["'group:paymnets'", "'group:payments'"],
])('%s becomes %s: as short as it was, in its quotes', (written, mended) => {
  expect(mendedReference(written, 'group:default/paymnets', payments)).toBe(mended)
})

test('a namespace is named where it is another one than the document has', () => {
  const elsewhere = { ...payments, namespace: 'shop' }
  expect(mendedReference('paymnets', 'group:default/paymnets', elsewhere)).toBe('shop/payments')
  expect(mendedReference('group:paymnets', 'group:default/paymnets', elsewhere)).toBe('group:shop/payments')
  expect(mendedReference('default/paymnets', 'group:default/paymnets', elsewhere)).toBe('shop/payments')
  expect(mendedReference('paymnets', 'group:shop/paymnets', elsewhere)).toBe('payments')
})

test('nothing is offered where another kind is meant, or where no plain reference stands', () => {
  expect(mendedReference('paymnets', 'group:default/paymnets', { ...payments, kind: 'component' })).toBeUndefined()
  for (const written of ['*owner', '&a paymnets', '"pay', 'a b', '', '{ a: b }', '"a\\u0062"', '|'])
    expect(mendedReference(written, 'group:default/paymnets', payments), written).toBeUndefined()
})

test('a name that YAML takes for something else gets quotes', () => {
  const named = (name: string) => mendedReference('x', 'group:default/x', { ...payments, name })
  expect(['12', '1e3', 'on', 'Null', '.5', 'one'].map(named)).toEqual([
    '"12"',
    '"1e3"',
    '"on"',
    '"Null"',
    '".5"',
    'one',
  ])
})
