import { randomBytes } from 'node:crypto'

/** Base 32 without the letters that are mistaken for others, in the order in which text sorts. */
const digits = '0123456789abcdefghjkmnpqrstvwxyz'

/**
 * Makes a source of ids: 20 characters, lower case, each greater than the one before, also within a millisecond and
 * when the clock goes back. Ten characters are the time, ten are random; ids are unique, not secret.
 *
 * @param random a number from 0 up to 1, for the random half
 */
export function createIdSource(now: () => Date, random: () => number = randomFraction): () => string {
  let time = 0
  let rest = 0
  return () => {
    const current = now().getTime()
    if (current > time) {
      time = current
      // Half of the range stays free to count up in.
      rest = Math.floor(random() * 2 ** 49)
    } else {
      rest += 1
    }
    return encode(time) + encode(rest)
  }
}

/** The smallest id that is greater. */
export function idAfter(id: string): string {
  const at = id.search(/[^z]z*$/)
  const next = digits.charAt(digits.indexOf(id.charAt(at)) + 1)
  return id.slice(0, at) + next + '0'.repeat(id.length - at - 1)
}

/** No id of that moment or later is smaller, as long as the clock has not gone back. */
export function idAt(time: Date): string {
  return encode(Math.max(time.getTime(), 0)) + encode(0)
}

function encode(value: number): string {
  let text = ''
  for (let i = 0, left = value; i < 10; i += 1, left = Math.floor(left / 32)) text = digits.charAt(left % 32) + text
  return text
}

function randomFraction(): number {
  const bytes = randomBytes(8)
  return (bytes.readUInt32BE(0) * 2 ** 17 + (bytes.readUInt32BE(4) >>> 15)) / 2 ** 49
}
