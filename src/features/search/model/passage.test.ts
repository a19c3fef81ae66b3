import { expect, test } from 'vitest'
import { hitsOf, markAll, passageOf, type Segment } from './passage.ts'

const drawn = (segments: readonly Segment[]) =>
  segments.map(({ text, marked }) => (marked ? `[${text}]` : text)).join('')
const word = (text: string) => ({ text, prefix: true })

test('words are marked as they are written, whatever their case and accents', () => {
  expect(drawn(markAll('Der Überweisungsdienst', [word('uberweisung')]))).toBe('Der [Überweisungsdienst]')
  expect(drawn(markAll('Payments, payment-api', [word('payment')]))).toBe('[Payments], [payment]-api')
  expect(drawn(markAll('repayment', [word('payment')]))).toBe('repayment')
})

test('of a compound word the part is marked', () => {
  expect(drawn(markAll('PaymentGatewayAPI', [word('gateway'), word('api')]))).toBe('Payment[Gateway][API]')
})

test('in scripts without spaces the letters are marked', () => {
  expect(drawn(markAll('新しい決済サービス', [word('決済')]))).toBe('新しい[決済]サービス')
})

test('a passage is taken from where most of the words are', () => {
  const text = `alpha ${'x '.repeat(200)}the alpha of the omega is here ${'y '.repeat(200)}`
  const passage = drawn(passageOf(text, [word('alpha'), word('omega')], 120))
  expect(passage).toContain('the [alpha] of the [omega] is here')
  expect(passage.startsWith('… ')).toBe(true)
  expect(passage.endsWith(' …')).toBe(true)
  expect(passage.length).toBeLessThan(150)
})

test('a text without the words is shown from its beginning', () => {
  expect(drawn(passageOf('Nothing of it is here', [word('omega')], 120))).toBe('Nothing of it is here')
  expect(passageOf('', [word('omega')], 120)).toEqual([])
})

test('a text of plain letters, which is not taken apart, has the same places as one that is', () => {
  const text = 'PaymentsAPIClient pay_back payload2go repay Pay-pay paying (pay)API x.pay/api api2 2api APIpay aPI'
  const wanted = [word('pay'), word('api'), { text: '2', prefix: false }, word('back'), word('ing'), word('x')]
  for (const some of [...wanted.map((one) => [one]), wanted, wanted.toReversed()]) {
    const places = hitsOf(text, some)
    expect(hitsOf(`${text} é`, some)).toEqual(places)
    expect(places.length > 0).toBe(some.some(({ text }) => text !== 'ing'))
  }
})
