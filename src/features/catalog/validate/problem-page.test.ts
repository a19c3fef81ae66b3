import { expect, test } from 'vitest'
import { readText } from '../../../testing/checkout.ts'
import { problemCodes } from '../model/problem.ts'

const sections = readText('docs/problems.md')
  .split(/^### /m)
  .slice(1)
  .map((text) => ({ code: text.slice(0, text.indexOf('\n')), text: text.replace(/^## [\s\S]*/m, '') }))

test('every code has one heading in docs/problems.md, and every heading is a code', () => {
  expect(sections.map(({ code }) => code).sort()).toEqual(Object.keys(problemCodes).sort())
})

test('every code is explained, with a wrong and a right example and how to mend it', () => {
  const form =
    /^[\w-]+\n\n.{20,}\n\nWrong:\n\n```\w+\n[^`]+\n```\n\nRight:\n\n```\w+\n[^`]+\n```\n\nMend it: .{10,}\n*$/
  expect(sections.filter(({ text }) => !form.test(text)).map(({ code }) => code)).toEqual([])
})
