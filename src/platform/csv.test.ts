import { expect, test } from 'vitest'
import { csvCell } from './csv.ts'

test.each([
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', '"\'\r=1"'],
  ['\n=1', '"\'\n=1"'],
  ['  =1', "'  =1"],
  ['＝1+1', "'＝1+1"],
  ['=HYPERLINK("http://evil.example","x")', '"\'=HYPERLINK(""http://evil.example"",""x"")"'],
  ['payments', 'payments'],
  ['a-b', 'a-b'],
  ['a, "b"', '"a, ""b"""'],
])('%j is the cell %j, which no spreadsheet runs', (text, cell) => {
  expect(csvCell(text)).toBe(cell)
})

test('numbers stay numbers, nothing stays nothing', () => {
  expect([csvCell(-1), csvCell(null)]).toEqual(['-1', ''])
})
