import type { FastifyRequest } from 'fastify'

/** The value of a cookie of plain letters, digits and `_-+/`; whatever else a cookie may hold is not for us. */
export function cookieOf(request: FastifyRequest, name: string): string | undefined {
  const header = request.headers.cookie
  if (header === undefined) return undefined
  for (const part of header.split(';')) {
    const cut = part.indexOf('=')
    if (part.slice(0, cut).trim() !== name) continue
    const value = part.slice(cut + 1).trim()
    return /^[\w+/-]{0,4096}$/.test(value) ? value : undefined
  }
  return undefined
}
