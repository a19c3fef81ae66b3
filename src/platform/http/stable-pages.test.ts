import { expect, test } from 'vitest'
import { StablePages } from './stable-pages.ts'

function pages() {
  let now = new Date('2026-11-21T10:00:30Z')
  let rendered = 0
  const stable = new StablePages(() => now)
  const get = (...parts: unknown[]) => stable.get(() => `page ${++rendered}`, parts).toString()
  const twice = (...parts: unknown[]) => [get(...parts), get(...parts)]
  const wait = (ms: number) => {
    now = new Date(now.getTime() + ms)
  }
  return { stable, get, twice, wait }
}

test('a page that is asked for again is kept', () => {
  const { get } = pages()
  expect(get('list', { theme: 'dark' })).toBe('page 1')
  expect(get('list', { theme: 'dark' })).toBe('page 2')
  expect(get('list', { theme: 'dark' })).toBe('page 2')
})

test('another part is another page', () => {
  const { get, twice } = pages()
  twice('list', { theme: 'dark' })
  expect(get('list', { theme: 'light' })).toBe('page 3')
  expect(get('list', { theme: 'dark' })).toBe('page 2')
})

test('with the next minute it is rendered anew, since it says how long ago things were', () => {
  const { get, twice, wait } = pages()
  twice('list')
  wait(29_000)
  expect(get('list')).toBe('page 2')
  wait(1_000)
  expect(get('list')).toBe('page 3')
})

test('what is kept are the bytes of the page and no more', () => {
  const { stable } = pages()
  const render = () => 'ü'.repeat(1_000)
  stable.get(render, ['long'])
  const kept = stable.get(render, ['long'])
  expect(kept).toBeInstanceOf(Buffer)
  expect(kept.toString()).toBe(render())
  expect((kept as Buffer).buffer.byteLength).toBe(2_000)
})
