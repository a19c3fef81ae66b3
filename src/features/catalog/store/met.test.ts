import { expect, test } from 'vitest'
import { Met } from './met.ts'

// What was added is never denied; of what was not, nearly all is.

const value = (i: number) => `https://git.example.com/team-${i % 97}/service-${i}`

test('what was added may be there, whatever it is', () => {
  const met = new Met()
  const added = Array.from({ length: 20_000 }, (_, i) => value(i))
  for (const one of added) met.add('metadata.links.url', one)
  met.add('spec.definition', null)
  met.add('', '')
  expect(added.filter((one) => !met.mayHave('metadata.links.url', one))).toEqual([])
  expect(met.mayHave('spec.definition', null)).toBe(true)
  expect(met.mayHave('', '')).toBe(true)
})

test('of a hundred thousand others it takes few for what was added', () => {
  const met = new Met()
  for (let i = 0; i < 100_000; i++) met.add('metadata.links.url', value(i))
  const wrong = Array.from({ length: 100_000 }, (_, i) => value(i + 100_000)).filter((one) =>
    met.mayHave('metadata.links.url', one),
  )
  expect(wrong.length).toBeLessThan(2_000)
  expect(met.mayHave('metadata.links.title', value(1))).toBe(false)
})
