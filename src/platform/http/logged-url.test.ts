import { expect, test } from 'vitest'
import { loggedUrl } from './logged-url.ts'

test.each([
  ['/catalog?kind=api&monkey=1', '/catalog?kind=api&monkey=1'],
  ['/catalog', '/catalog'],
  ['/authors?name=1', '/authors?name=1'],
  ['/sign-in/first?key=abc', '/sign-in/first?key=…'],
  ['/a?KEY=abc#x', '/a?KEY=…#x'],
  ['/auth/github/callback?code=secret&state=x', '/auth/github/callback'],
  ['/api/auth/github/handler/frame?code=secret', '/api/auth/github/handler/frame'],
  ['//auth/github/callback?code=secret', '//auth/github/callback'],
])('%s is logged as %s', (url, logged) => expect(loggedUrl(url)).toBe(logged))
