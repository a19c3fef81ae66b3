import { expect, test } from 'vitest'
import { loggedUrl } from './logged-url.ts'

test.each([
  ['/catalog?kind=api', '/catalog?kind=api'],
  ['/authors?code=1', '/authors?code=1'],
  ['/auth/github/callback?code=secret&state=x', '/auth/github/callback'],
  ['/api/auth/github/handler/frame?code=secret', '/api/auth/github/handler/frame'],
  ['//auth/github/callback?code=secret', '//auth/github/callback'],
])('%s is logged as %s', (url, logged) => {
  expect(loggedUrl(url)).toBe(logged)
})
