import { createHash, randomBytes } from 'node:crypto'

/** What nobody guesses: 256 bits, of letters that an address and a cookie may hold. */
export const newKey = (): string => randomBytes(32).toString('base64url')

/** What is kept of a secret, and what it is found by. It cannot be turned back: the secrets are long and random. */
export const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
