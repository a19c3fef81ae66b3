import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestPortal, testPortal } from '../../testing/index.ts'
import { people } from '../../testing/people.ts'
import { manual, manuals } from './fixtures/company.ts'
import { searchService } from './service.ts'

// The last of several words is a single letter: it is looked for in what has the others, not in the index.

let portal: TestPortal
beforeAll(async () => {
  const pages = [
    manual('/zoo', 'Keeping animals', { body: 'Whoever asks: the (Zebra) is fed at nine.' }),
    manual('/bank', 'Keeping money', { body: 'Whoever asks: it pays on Fridays.', attributes: [['of', 'Treasury']] }),
    manual('/team', 'Keeping order', { body: 'Whoever asks: nobody.', heading: 'Quorum', tags: ['vault'] }),
    manual('/keep-xylophone', 'Keeping xylophones', { body: 'Nothing of it.' }),
    manual('/long', 'Keeping books', { body: `Whoever asks ${'reads on '.repeat(500)}` }),
  ]
  portal = await testPortal({ plugins: [manuals(pages)] })
})
afterAll(() => portal.close())

function search(text: string): string[] {
  const { rows } = portal.portal.services.use(searchService, 'a test').search(people.root, { text })
  return rows.map(({ key }) => key).toSorted()
}

test.each([
  ['whoever z', ['/long', '/zoo']],
  ['whoever t', ['/bank', '/long', '/zoo']],
  ['whoever q', ['/long', '/team']],
  ['whoever v', ['/long', '/team']],
  ['keeping x', ['/keep-xylophone', '/long']],
  ['"whoever asks" p', ['/bank', '/long']],
  ['whoever treasury a', ['/bank']],
])('%s finds what has the words and one that begins with the letter, and any long text', (text, wanted) => {
  expect(search(text)).toEqual(wanted)
})

test('a letter alone is looked for as words are', () => {
  expect(search('z')).toEqual(['/zoo'])
})
