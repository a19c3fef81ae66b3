import type { FastifyRequest } from 'fastify'
import { type Rail, railOf, type Shell, type Theme, themeOf } from '../views/shell.ts'
import { zoneOf } from '../views/zone.ts'
import { cookieOf } from './cookies.ts'

/** How a browser wants the portal to look: from its own cookies, so that no account is needed for it. */
export interface Look extends Pick<Shell, 'zone'> {
  theme: Theme
  rail: Rail
}

export function lookOf(request: FastifyRequest): Look {
  const zone = zoneOf(cookieOf(request, 'zone'))
  return {
    theme: themeOf(cookieOf(request, 'theme')),
    rail: railOf(cookieOf(request, 'rail')),
    ...(zone !== undefined && { zone }),
  }
}
