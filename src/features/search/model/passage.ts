import { fold, isUnspaced, partsOf, type Word, wordsAround } from './words.ts'

/** A stretch of a text; marked where it is what somebody looked for. */
export interface Segment {
  text: string
  marked: boolean
}

/** A word to be marked: folded, and whether longer words that begin with it are meant too. */
export interface Wanted {
  text: string
  prefix: boolean
}

interface Hit {
  start: number
  end: number
  wanted: number
}

/** Where the words stand in a text. */
export function hitsOf(text: string, wanted: readonly Wanted[]): Hit[] {
  if (wanted.length === 0 || text === '') return []
  const words = wordsAround(
    text,
    wanted.map((one) => one.text),
  )
  return words.flatMap((word) => hitsIn(word, wanted))
}

/** The whole text with the words marked. */
export function markAll(text: string, wanted: readonly Wanted[]): Segment[] {
  return segments(text, 0, text.length, hitsOf(text, wanted))
}

/**
 * The part of a text that has the most of the words, marked; its beginning where it has none.
 *
 * @param most letters
 */
export function passageOf(text: string, wanted: readonly Wanted[], most: number): Segment[] {
  // Far behind the first of them nothing is worth the time.
  const flat = text.slice(0, 50_000).replace(/\s+/g, ' ').trim()
  const hits = hitsOf(flat, wanted)
  const from = flat.length <= most ? 0 : startOf(flat, hits, most)
  const to = from + most >= flat.length ? flat.length : wordEnd(flat, from + most)
  const inside = segments(flat, from, to, hits)
  if (from > 0) inside.unshift({ text: '… ', marked: false })
  if (to < flat.length) inside.push({ text: ' …', marked: false })
  return inside
}

function hitsIn(word: Word, wanted: readonly Wanted[]): Hit[] {
  const folded = fold(word.text)
  if (isUnspaced(folded)) return wanted.flatMap(({ text }, at) => placesOf(word, folded, text, at))
  const whole = wanted.findIndex((one) => fits(folded, one))
  if (whole !== -1) return [{ start: word.start, end: word.end, wanted: whole }]
  return partsOf(word).flatMap((part) => {
    const at = wanted.findIndex((one) => fits(fold(part.text), one))
    return at === -1 ? [] : [{ start: part.start, end: part.end, wanted: at }]
  })
}

function fits(word: string, { text, prefix }: Wanted): boolean {
  return prefix ? word.startsWith(text) : word === text
}

/** Folding may have made it shorter: then the place cannot be told and the whole run is marked. */
function placesOf({ text, start, end }: Word, folded: string, looked: string, wanted: number): Hit[] {
  const found = folded.indexOf(looked)
  if (found === -1) return []
  if (folded.length !== text.length) return [{ start, end, wanted }]
  return [{ start: start + found, end: start + found + looked.length, wanted }]
}

/** The place from where most different words follow, a little in front of the first of them. */
function startOf(text: string, hits: readonly Hit[], most: number): number {
  let best = { start: 0, count: 0 }
  for (const hit of hits.slice(0, 200)) {
    const within = hits.filter(({ start, end }) => start >= hit.start && end <= hit.start + most - 40)
    const count = new Set(within.map(({ wanted }) => wanted)).size
    if (count > best.count) best = { start: hit.start, count }
  }
  const from = Math.max(0, Math.min(best.start - 40, text.length - most))
  if (from === 0) return 0
  const space = text.indexOf(' ', from)
  return space === -1 || space > from + 30 ? from : space + 1
}

function wordEnd(text: string, near: number): number {
  const space = text.lastIndexOf(' ', near)
  return space > near - 30 ? space : near
}

function segments(text: string, from: number, to: number, hits: readonly Hit[]): Segment[] {
  const found: Segment[] = []
  let at = from
  const push = (end: number, marked: boolean) => {
    if (end > at) found.push({ text: text.slice(at, end), marked })
    at = Math.max(at, end)
  }
  for (const { start, end } of hits.toSorted((a, b) => a.start - b.start)) {
    if (end <= at || start >= to) continue
    push(Math.max(at, start), false)
    push(Math.min(end, to), true)
  }
  push(to, false)
  return found
}
