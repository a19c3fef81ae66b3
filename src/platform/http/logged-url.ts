/** An address as it may be logged: what a provider of sign-in sends back with a browser (a code, a state) is left out. */
export function loggedUrl(url: string): string {
  return /^\/+(api\/+)?auth(\/|$)/.test(url) ? (url.split('?', 1)[0] ?? '') : url
}
