import { randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

export const tokenKinds = ['personal', 'service'] as const
export type TokenKind = (typeof tokenKinds)[number]

const prefixes: Record<TokenKind, string> = { personal: 'cbp_', service: 'cbs_' }
const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 43 of 62 letters are a little more than 256 bits. */
const length = 43
const checks = 6
const form = new RegExp(`^(?:${Object.values(prefixes).join('|')})[${letters}]{${length + checks}}$`)

/** A new token: what kind it is, 256 bits of chance, and six letters of checksum over both. */
export function newToken(kind: TokenKind): string {
  const chance = Array.from({ length }, () => letters[randomInt(letters.length)]).join('')
  return withChecksum(prefixes[kind] + chance)
}

/** Whether a text is written as tokens are, its checksum included; whether there is one is another question. */
export function isToken(text: string): boolean {
  return form.test(text) && withChecksum(text.slice(0, -checks)) === text
}

/** Its first letters: enough to tell it from others, and to find it where it leaked. */
export const hintOf = (token: string): string => token.slice(0, 8)

/** CRC-32 in base 62: what looks for secrets in files can tell a token from a text that only looks like one. */
function withChecksum(text: string): string {
  let rest = crc32(text)
  let sum = ''
  for (let at = 0; at < checks; at++) {
    sum = letters[rest % letters.length] + sum
    rest = Math.floor(rest / letters.length)
  }
  return text + sum
}
