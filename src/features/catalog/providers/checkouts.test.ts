import { expect, test } from 'vitest'
import { checkoutsProvider } from './checkouts.ts'

test('files of a repository on a forge have their addresses there, those of a folder beside it none', () => {
  const [cart, folder] = ['https://github.com/acme/cart/tree/next', '/srv/src']
  const provider = checkoutsProvider({ from: [cart, folder, 'git@github.com:acme/pay.git'] })
  const page = 'https://github.com/acme/cart'
  expect(provider).toMatchObject({ title: 'cart, src, pay', type: 'checkouts', every: '5m' })
  expect(provider.locationOf('cart/a/b.yaml')).toBe(`url:${page}/blob/next/a/b.yaml`)
  expect(provider.viewUrl?.('cart/a/b.yaml', 3)).toBe(`${page}/blob/next/a/b.yaml#L3`)
  expect(provider.editUrl?.('cart/a/b.yaml')).toBe(`${page}/edit/next/a/b.yaml`)
  expect(provider.folderUrl?.('cart/a/b.yaml')).toBe(`${page}/tree/next/a/`)
  expect(provider.viewUrl?.('pay/README.md')).toBe('https://github.com/acme/pay/blob/HEAD/README.md')
  expect(provider.pathOf?.(`${page}/blob/next/a/b.yaml`)).toBe('cart/a/b.yaml')
  expect(provider.pathOf?.(`${page}/blob/main/a/b.yaml`)).toBeUndefined()
  expect(provider.locationOf('src/one/b.yaml')).toBe('file:/srv/src/one/b.yaml')
  expect(provider.viewUrl?.('src/one/b.yaml')).toBeUndefined()
})

test('one repository named twice is one, two of one name have a folder each', () => {
  const from = ['https://github.com/acme/cart', 'https://github.com/acme/cart.git', 'https://github.com/ines/cart']
  const provider = checkoutsProvider({ from })
  expect(provider.id).toBe('from:https://github.com/acme/cart https://github.com/ines/cart')
  expect(provider.locationOf('cart-2/x')).toBe('url:https://github.com/ines/cart/blob/HEAD/x')
  expect(provider.watch).toBeUndefined()
})
