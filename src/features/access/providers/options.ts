import { z } from 'zod'
import { Secret } from '../../../api/env.ts'
import { PortalError } from '../../../api/errors.ts'
import { parseHostRule } from '../../../platform/http-client/host-rule.ts'

/** What accounts of the portal's own, names from a proxy and guests are filed under. */
const taken = new Set(['local', 'proxy', 'guest'])

export const clientSecret = z.instanceof(Secret, {
  message: "write secret('CLIENT_SECRET') and set that variable; a text would be shown with the configuration",
})

/** What every way through another system is told. */
export const ProviderOptions = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/, 'use lower-case letters, digits and hyphens, at most 32')
    .refine((id) => !taken.has(id), 'local, proxy and guest mean something else')
    .optional()
    .describe('Part of its addresses, /auth/<id>/callback; its kind unless given'),
  title: z.string().trim().min(1).max(60).optional().describe('What its button is called; its kind unless given'),
  clientId: z
    .string({ message: 'write the client id that the provider shows; if it comes from a variable, set that' })
    .trim()
    .min(1)
    .describe('Client id of the application that is registered there'),
  clientSecret: clientSecret.describe('Its secret'),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'a scope has no spaces and no quotes'))
    .min(1)
    .optional()
    .describe('What is asked for, in place of the usual scopes'),
  callback: z
    .enum(['own', 'backstage'])
    .default('own')
    .describe("Where browsers are sent back to: /auth/<id>/callback, or Backstage's /api/auth/<id>/handler/frame"),
})

/** A host, with its port if it has one: `git.acme.dev`. */
export const host = z
  .string()
  .trim()
  .refine((text) => !text.startsWith('*') && parseHostRule(text) !== undefined, 'write a host such as git.acme.dev')
  .transform((text) => new URL(`https://${text}`).host)

/** Address of an issuer, as the provider writes it. */
export const issuer = z
  .string({ message: 'write the address of the issuer; if it comes from a variable, set that' })
  .trim()
  .refine(isIssuer, 'write the address as the provider gives it, such as https://id.acme.dev/realms/acme')

/**
 * An option that is there but empty is a variable that nobody set: without it the provider would be asked as a
 * client without a secret, and say something nobody understands.
 *
 * @throws PortalError `invalid`
 */
export function checkSecretIsSet(given: object): void {
  if (!('clientSecret' in given) || given.clientSecret !== undefined) return
  throw new PortalError('invalid', 'clientSecret is not set', {
    hint: 'Set the variable that it is read from, or leave the option out for a client without a secret.',
  })
}

function isIssuer(text: string): boolean {
  if (!/^https?:\/\/[^/?#@]/i.test(text) || !URL.canParse(text)) return false
  const { username, password, search, hash } = new URL(text)
  return username === '' && password === '' && search === '' && hash === ''
}
