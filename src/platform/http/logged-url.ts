/** What a provider of sign-in sends back with a browser is all of it a secret. */
const fromProvider = /^\/+(api\/+)?auth(\/|$)/
const secret = /([?&](?:key|code|state|token|id_token|access_token)=)[^&#]*/gi

/** An address as it may stand in a log: without the keys of links that work once, and without what providers send back. */
export function loggedUrl(url: string): string {
  const [path = '', query] = url.split('?', 2)
  if (query === undefined) return url
  return fromProvider.test(path) ? path : url.replace(secret, '$1…')
}
