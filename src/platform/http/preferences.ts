import { z } from 'zod'
import { PortalError } from '../../api/errors.ts'
import { type Route, route } from '../../api/route.ts'
import { rails, themes } from '../views/shell.ts'
import { zoneOf } from '../views/zone.ts'

const year = 365 * 24 * 3600
const back = z.string().default('/')
const zone = z.string().transform((name, check) => {
  if (name === 'system') return undefined
  const known = zoneOf(name)
  if (known === undefined) check.addIssue(`"${name.slice(0, 60)}" is no time zone; write one such as Europe/Berlin`)
  return known
})

/** How a browser wants the portal to look. Remembered in its own cookies: no account is needed for it. */
export const preferenceRoutes: Route[] = [
  route({
    method: 'POST',
    url: '/theme',
    public: true,
    body: z.object({ theme: z.enum(themes), back }),
    handler: ({ body }, reply) =>
      reply.header('set-cookie', cookie('theme', body.theme)).redirect(ownPath(body.back), 303),
  }),
  route({
    method: 'POST',
    url: '/rail',
    public: true,
    body: z.object({ rail: z.enum(rails), back }),
    handler: ({ body }, reply) =>
      reply.header('set-cookie', cookie('rail', body.rail)).redirect(ownPath(body.back), 303),
  }),
  route({
    method: 'POST',
    url: '/zone',
    public: true,
    body: z.object({ zone, back }),
    handler: ({ body }, reply) =>
      reply.header('set-cookie', cookie('zone', body.zone)).redirect(ownPath(body.back), 303),
  }),
]

/** Without a value it is forgotten. */
function cookie(name: string, value: string | undefined): string {
  return `${name}=${value ?? ''}; Path=/; Max-Age=${value === undefined ? 0 : year}; SameSite=Lax`
}

/**
 * Where to go back to, if it is an address of this portal: parsed as a browser would, so that `//host`, `/\host`
 * and their encodings are seen for what they are.
 *
 * @throws PortalError `invalid` for an address elsewhere
 */
export function ownPath(path: string): string {
  const base = 'http://portal.invalid'
  const url = URL.canParse(path, base) ? new URL(path, base) : undefined
  if (url?.origin !== base || !path.startsWith('/') || url.pathname.startsWith('//')) {
    throw new PortalError('invalid', 'The address to go back to is not one of this portal')
  }
  return url.pathname + url.search + url.hash
}
