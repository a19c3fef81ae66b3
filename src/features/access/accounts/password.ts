import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { PortalError } from '../../../api/errors.ts'
import { isFrequent } from './frequent-passwords.ts'

/** What a guess costs: `2 ** 17` takes 128 MiB and a third of a second. */
export interface PasswordCost {
  n: number
  r: number
  p: number
}

export const usualCost: PasswordCost = { n: 2 ** 17, r: 8, p: 1 }

export interface Passwords {
  /** What is kept of a password: `scrypt$N$r$p$salt$hash`. @throws PortalError `rate_limited` when too many wait */
  hash(password: string): Promise<string>
  /** Takes as long where nothing is kept as where something is. @throws PortalError `rate_limited` when too many wait */
  matches(password: string, kept: string | null | undefined): Promise<boolean>
  /** Whether it was hashed at another cost than is usual now. */
  isOutdated(kept: string): boolean
}

export const shortest = 10
export const longest = 256

/** Why this cannot be the password of an account, as a sentence; undefined when it can. */
export function passwordFault(password: string, name: string): string | undefined {
  const plain = password.normalize('NFKC')
  const length = [...plain].length
  if (length < shortest) return `A password has at least ${shortest} characters; a few words are easy to remember.`
  if (length > longest) return `A password has at most ${longest} characters.`
  if (plain.toLowerCase() === name.toLowerCase()) return 'The password is the name. Choose another one.'
  if (isFrequent(plain)) return 'This password is one of those that are tried first. Choose another one.'
  return undefined
}

const atOnce = 2
const mostWaiting = 40
const bytes = 32

/** Hashes in the thread pool, two at a time: each takes as much memory as the whole portal. */
export function createPasswords(cost: PasswordCost = usualCost): Passwords {
  const turn = createTurns()
  // Nothing has this hash: it is only there to be compared with.
  const nobody = keptOf(cost, randomBytes(16), randomBytes(bytes))

  return {
    async hash(password) {
      const salt = randomBytes(16)
      return keptOf(cost, salt, await turn(() => derive(password, salt, cost)))
    },

    async matches(password, kept) {
      const { hash, salt, ...was } = partsOf(kept ?? nobody)
      const given = await turn(() => derive(password, salt, was))
      return timingSafeEqual(given, hash) && kept !== null && kept !== undefined
    },

    isOutdated(kept) {
      const { n, r, p } = partsOf(kept)
      return n !== cost.n || r !== cost.r || p !== cost.p
    },
  }
}

function derive(password: string, salt: Buffer, { n, r, p }: PasswordCost): Promise<Buffer> {
  const options: ScryptOptions = { N: n, r, p, maxmem: 256 * n * r }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, bytes, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

const keptOf = ({ n, r, p }: PasswordCost, salt: Buffer, hash: Buffer) =>
  ['scrypt', n, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$')

function partsOf(kept: string): PasswordCost & { salt: Buffer; hash: Buffer } {
  const [kind, n, r, p, salt = '', key = ''] = kept.split('$')
  const hash = Buffer.from(key, 'base64url')
  if (kind !== 'scrypt' || hash.length !== bytes) throw new Error('What is kept of a password cannot be read')
  return { n: Number(n), r: Number(r), p: Number(p), salt: Buffer.from(salt, 'base64url'), hash }
}

/** One after the other, two beside each other, and no endless queue. */
function createTurns() {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (waiting.length >= mostWaiting) throw tooMany()
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      // Whoever waited takes over the place, so that nobody comes in between.
      if (next) next()
      else running--
    }
  }
}

function tooMany(): PortalError {
  return new PortalError('rate_limited', 'Too many people are signing in at this moment', {
    hint: 'Try again in a minute.',
  })
}
