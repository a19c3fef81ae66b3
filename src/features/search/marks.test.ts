import { expect, test } from 'vitest'
import { elements, testPortal } from '../../testing/index.ts'
import { crowd } from './fixtures/company.ts'

test('starred and visited things come first, in results and in the palette', async () => {
  await using portal = await testPortal({ files: { 'all.yaml': crowd() } })
  const form = { kind: 'entity', key: 'component:default/voyage-worker', title: 'x', starred: 'yes', back: '/' }
  expect((await portal.post('/home/stars', form)).status).toBe(303)
  for (const name of ['voyage-worker', 'customs-worker']) await portal.get(`/catalog/default/component/${name}`)
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
