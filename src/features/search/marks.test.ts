import { expect, test } from 'vitest'
import { definePlugin } from '../../api/plugin.ts'
import { elements, testPortal } from '../../testing/index.ts'
import { readerMarks } from './contract.ts'
import { crowd } from './fixtures/company.ts'

const starred = 'component:default/voyage-worker'
const visited = 'component:default/customs-worker'
const marks = definePlugin({
  name: 'marks',
  apiVersion: 1,
  setup: (ctx) => ctx.provide(readerMarks, { starred: () => [starred], visited: () => [visited, starred] }),
})

test('starred and visited things come first, in results and in the palette', async () => {
  await using portal = await testPortal({ files: { 'all.yaml': crowd() }, plugins: [marks] })
  const links = async (url: string, wanted: RegExp) => {
    const { body } = await portal.get(url)
    return elements(body, ({ attributes }) => wanted.test(attributes.class ?? '')).map(({ html }) =>
      html.replace(/<[^>]*>/g, ''),
    )
  }
  expect((await links('/search?query=worker', /^search-title/)).slice(0, 2)).toEqual([
    'voyage-worker',
    'customs-worker',
  ])
  const { text } = (await portal.get('/search/palette')).region('search-palette')
  expect(text).toMatch(
    /^Starred voyage-worker Component voyage-crew Recent customs-worker Component customs-crew Go to/,
  )
})
