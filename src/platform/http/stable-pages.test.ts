import { expect, test } from 'vitest'
import { StablePages } from './stable-pages.ts'

function pages() {
  let now = new Date('2026-11-21T10:00:30Z')
  let rendered = 0
  const stable = new StablePages(() => now)
  const get = (...parts: unknown[]) => stable.get(() => `page ${++rendered}`, parts).toString()
  const wait = (ms: number) => {
    now = new Date(now.getTime() + ms)
  }
  return { get, wait }
}

test('a page is rendered once for the same parts', () => {
  const { get } = pages()
  expect(get('list', { theme: 'dark' })).toBe('page 1')
  expect(get('list', { theme: 'dark' })).toBe('page 1')
})

test('another part is another page', () => {
  const { get } = pages()
  expect(get('list', { theme: 'dark' })).toBe('page 1')
  expect(get('list', { theme: 'light' })).toBe('page 2')
  expect(get('list', { theme: 'dark' })).toBe('page 1')
})

test('with the next minute it is rendered anew, since it says how long ago things were', () => {
  const { get, wait } = pages()
  expect(get('list')).toBe('page 1')
  wait(29_000)
  expect(get('list')).toBe('page 1')
  wait(1_000)
  expect(get('list')).toBe('page 2')
})
