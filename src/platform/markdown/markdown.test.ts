import fc from 'fast-check'
import { expect, test } from 'vitest'
import { headingIds } from './heading-ids.ts'
import { renderMarkdown } from './markdown.ts'

const htmlOf = async (text: string) => (await renderMarkdown(text)).html

test('headings have ids, and are listed as one reads them', async () => {
  const { html, headings } = await renderMarkdown('# A `b` & *c*\n\n## Files\n\n## Files\n')
  expect(headings).toEqual([
    { level: 1, id: 'a-b-c', text: 'A b & c' },
    { level: 2, id: 'files', text: 'Files' },
    { level: 2, id: 'files_1', text: 'Files' },
  ])
  expect(html).toContain('<h1 id="a-b-c">A <code>b</code> &amp; <em>c</em></h1>')
})

test.each([
  ['The "new" way (2.0)', 'the-new-way-20'],
  ['  Überblick — Straße ', 'uberblick-strae'],
  ['a - b', 'a-b'],
  ['snake_case', 'snake_case'],
  ['日本', '_1'],
])('the id of %s is %s', (heading, id) => {
  expect(headingIds()(heading)).toBe(id)
})

test('no two headings of a text share an id', () => {
  const idOf = headingIds()
  expect(['a', 'a_1', 'a', 'a', '', ''].map(idOf)).toEqual(['a', 'a_1', 'a_2', 'a_3', '_1', '_2'])
})

test('markup in the text is shown and not obeyed', async () => {
  expect(await htmlOf('a <b onclick="x()">c</b>')).toBe('<p>a &lt;b onclick=&quot;x()&quot;&gt;c&lt;/b&gt;</p>\n')
  expect(await htmlOf('<script>alert(1)</script>')).not.toContain('<script')
  expect(await htmlOf('```html\n<i>\n```')).toBe('<pre class="code" tabindex="0"><code>&lt;i&gt;\n</code></pre>\n')
  expect(await htmlOf('`<i>`')).toBe('<p><code>&lt;i&gt;</code></p>\n')
  expect(await htmlOf('![<i>](https://example.com/a.png)')).not.toContain('<i')
})

test('links lead to where they may, or are words', async () => {
  expect(await htmlOf('[a](https://example.com/?a=1&b=2)')).toBe(
    '<p><a class="link" href="https://example.com/?a=1&amp;b=2">a</a></p>\n',
  )
  for (const address of ['javascript:alert(1)', 'data:text/html,x', '//example.com', 'JaVaScRiPt:x', 'other.md']) {
    expect(await htmlOf(`[a](${address})`), address).toBe('<p>a</p>\n')
  }
  const link = (href: string) => (href === 'x.md' ? '/x' : null)
  expect((await renderMarkdown('[a](x.md) [b](y.md)', { link })).html).toBe(
    '<p><a class="link" href="/x">a</a> b</p>\n',
  )
})

test('whatever a text says, only known tags and attributes come of it', async () => {
  const pieces = [
    '<',
    '>',
    '"',
    "'",
    '&',
    '`',
    '```\n',
    '[',
    '](',
    ')',
    '![',
    '# ',
    '\n',
    '|',
    '*',
    'javascript:',
    ' on=',
  ]
  const text = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 })), { maxLength: 40 })
  const known =
    /^<(?:\/?(?:p|em|strong|del|code|ul|ol|li|h[1-6]|blockquote|table|thead|tbody|tr|th|td)|br|hr|pre class="code" tabindex="0"|\/pre|a class="link" href="[^"<>]*"|\/a|h[1-6] id="[\w-]*"|ol start="\d+"|t[hd] align="\w+"|input (?:checked="" )?disabled="" type="checkbox")>$/
  await fc.assert(
    fc.asyncProperty(text, async (parts) => {
      const html = await htmlOf(parts.join(''))
      const tags = html.match(/<[^>]*>?/g) ?? []
      expect(tags.filter((tag) => !known.test(tag))).toEqual([])
    }),
    { numRuns: 1000 },
  )
})
