import type { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Actor } from '../../api/actor.ts'
import { createHandClock } from '../jobs/fixtures/hand-clock.ts'
import { createLive, liveLimits, liveTimes } from './live.ts'

const ann: Actor = { id: 'ann', kind: 'user', name: 'Ann', groups: [] }
const bob: Actor = { ...ann, id: 'bob' }

interface Asked {
  actor?: Actor
  since?: string
  as?: Actor
  session?: string
}

function stage() {
  const clock = createHandClock()
  const live = createLive(clock)
  const ask = (topics: readonly string[], { actor = ann, since = live.position, as = actor, session }: Asked = {}) => {
    const query = new URL(live.address(actor, topics), 'http://portal').searchParams
    const sealed = { on: query.get('on') ?? '', seal: query.get('seal') ?? '' }
    return live.connect({ actor: as, person: as.id, session, since, ...sealed })
  }
  const listen = (...args: Parameters<typeof ask>) => {
    const stream = ask(...args)
    if ('status' in stream) throw new Error(stream.message)
    return stream
  }
  return { clock, live, ask, listen }
}

/** How many events wait in a stream, which is emptied by that. */
function told(stream: Readable): number {
  return (String(stream.read() ?? '').match(/^event: changed$/gm) ?? []).length
}

describe('who is told', () => {
  test('the pages that show one of the topics, and no other', () => {
    const { clock, live, listen } = stage()
    const [cart, list, both] = [listen(['component:default/cart']), listen(['catalog']), listen(['costs', 'catalog'])]
    live.announce(['component:default/cart'])
    clock.advance(liveTimes.gather)
    expect([cart, list, both].map(told)).toEqual([1, 0, 0])
    live.announce(['catalog'])
    clock.advance(liveTimes.apart)
    expect([cart, list, both].map(told)).toEqual([0, 1, 1])
  })

  test('an event names nothing but where things stand', () => {
    const { clock, live, listen } = stage()
    const stream = listen(['component:secret/plan'])
    stream.read()
    live.announce(['component:secret/plan'])
    clock.advance(liveTimes.gather)
    const { position } = live
    expect(String(stream.read())).toBe(`event: changed\nid: ${position}\ndata: ${position}\n\n`)
    expect(live.address(ann, ['component:secret/plan'])).not.toMatch(/secret|plan/)
  })

  test('a change that goes with very many topics is told to everybody', () => {
    const { clock, live, listen } = stage()
    const stream = listen(['component:default/cart'])
    live.announce(Array.from({ length: liveLimits.topics + 1 }, (_, index) => `component:default/c${index}`))
    clock.advance(liveTimes.gather)
    expect(told(stream)).toBe(1)
  })
})

describe('an address', () => {
  test('made for somebody else, or altered, listens to nothing and is told at once to come for another', () => {
    const { clock, live, listen } = stage()
    const stream = listen(['catalog'], { actor: ann, as: bob, since: live.position })
    expect(told(stream)).toBe(1)
    live.announce(['catalog'])
    clock.advance(liveTimes.gather)
    expect(told(stream)).toBe(0)
    const sealed = new URL(live.address(ann, ['catalog']), 'http://portal').searchParams
    const other = new URL(live.address(ann, ['component:default/cart']), 'http://portal').searchParams
    const forged = { on: other.get('on') ?? '', seal: sealed.get('seal') ?? '' }
    const answer = live.connect({ actor: ann, person: 'ann', since: live.position, ...forged })
    expect('status' in answer ? answer.status : told(answer)).toBe(1)
  })

  test.each(['', '=', 'AAAA', 'é'.repeat(40)])('with the seal "%s" is no error', (seal) => {
    const { live } = stage()
    expect(live.connect({ actor: ann, person: 'ann', since: live.position, on: 'a.b', seal })).not.toHaveProperty(
      'status',
    )
  })
})

describe('what came between the making of a page and its connection', () => {
  test('is told at once, if the page shows it', () => {
    const { clock, live, listen } = stage()
    const since = live.position
    live.announce(['catalog'])
    clock.advance(liveTimes.gather)
    expect(told(listen(['catalog'], { since }))).toBe(1)
    expect(told(listen(['costs'], { since }))).toBe(0)
    expect(told(listen(['catalog']))).toBe(0)
  })

  test.each(['', 'x', '1', '.', 'other.0'])('is taken for granted at the position "%s"', (since) => {
    const { listen } = stage()
    expect(told(listen(['catalog'], { since }))).toBe(1)
  })

  test('is taken for granted where it is too long ago, or still to come', () => {
    const { clock, live, listen } = stage()
    const since = live.position
    for (let count = 0; count < 64; count++) {
      live.announce(['costs'])
      clock.advance(liveTimes.apart)
    }
    expect(told(listen(['catalog'], { since }))).toBe(0)
    live.announce(['costs'])
    clock.advance(liveTimes.apart)
    expect(told(listen(['catalog'], { since }))).toBe(1)
    expect(told(listen(['catalog'], { since: `${live.position}1` }))).toBe(1)
  })
})

test('a long crawl is told at once, then at most every 400 ms, and its end within as much', () => {
  const { clock, live, listen } = stage()
  const stream = listen(['catalog'])
  told(stream)
  live.announce(['catalog'])
  clock.advance(liveTimes.gather)
  expect(told(stream)).toBe(1)
  for (let spent = 0; spent < 2100; spent += 10) {
    live.announce(['catalog'])
    clock.advance(10)
  }
  expect(told(stream)).toBe(5)
  clock.advance(liveTimes.apart)
  expect(told(stream)).toBe(1)
  clock.advance(60_000)
  expect(String(stream.read())).not.toContain('changed')
})

test('what waits to be told can be told at once: a page that is made afterwards is not told of it', () => {
  const { clock, live, listen } = stage()
  const before = listen(['catalog'])
  live.announce(['catalog'])
  live.flush()
  expect(told(before)).toBe(1)
  const after = listen(['catalog'])
  const { position } = live
  live.flush()
  clock.advance(liveTimes.apart)
  expect([told(before), told(after), live.position]).toEqual([0, 0, position])
  live.announce(['catalog'])
  clock.advance(liveTimes.gather)
  expect([told(before), told(after)]).toEqual([1, 1])
})

test('the streams of a session that is over end at once, once told to look; those who take nothing are dropped', async () => {
  const { live, listen } = stage()
  const [gone, stuck, other, none] = ['s1', 's1', 's2', undefined].map((session) =>
    listen(['catalog'], session === undefined ? {} : { session }),
  ) as [Readable, Readable, Readable, Readable]
  for (const stream of [gone, other, none]) stream.read()
  live.disconnect(['s1', 's3'])
  expect(live.open).toBe(2)
  expect([stuck.destroyed, other.destroyed, none.destroyed]).toEqual([true, false, false])
  const chunks: string[] = []
  for await (const chunk of gone) chunks.push(String(chunk))
  expect(chunks.join('')).toMatch(/^event: changed\n/)
  expect([told(other), told(none)]).toEqual([0, 0])
})

describe('limits', () => {
  test('one person has so many streams, everybody together so many, and one that ends makes room', async () => {
    const { live, ask, listen } = stage()
    const first = listen(['catalog'])
    for (let count = 1; count < liveLimits.person; count++) listen(['catalog'])
    expect(ask(['catalog'])).toMatchObject({ status: 429, retryAfter: expect.any(Number) })
    for (let count = live.open; count < liveLimits.portal; count++) {
      listen(['catalog'], { actor: { ...ann, id: `person ${count}` } })
    }
    expect(ask(['catalog'], { actor: bob })).toMatchObject({ status: 503 })
    first.destroy()
    await new Promise((resolve) => first.once('close', resolve))
    expect(ask(['catalog'], { actor: bob })).not.toHaveProperty('status')
  })

  test('a reader who does not read is dropped at the next beat, others get a comment', () => {
    const { clock, live, listen } = stage()
    const [slow, quick] = [listen(['catalog']), listen(['catalog'])]
    told(quick)
    clock.advance(liveTimes.beat)
    expect(slow.destroyed).toBe(true)
    expect(String(quick.read())).toBe(':\n\n')
    expect(live.open).toBe(2)
  })

  test('a stream ends after a while, so that the page says again whose it is', () => {
    const { clock, live, listen } = stage()
    const stream = listen(['catalog'])
    for (let spent = 0; spent <= liveTimes.age; spent += liveTimes.beat) {
      stream.read()
      clock.advance(liveTimes.beat)
    }
    expect(live.open).toBe(0)
    expect(clock.pending()).toEqual([])
  })
})

test('closing ends every stream, opens no other and leaves no timer', async () => {
  const { clock, live, ask, listen } = stage()
  const stream = listen(['catalog'])
  stream.resume()
  live.announce(['catalog'])
  const ended = new Promise((resolve) => stream.once('close', resolve))
  live.close()
  await ended
  expect(clock.pending()).toEqual([])
  expect(ask(['catalog'])).toMatchObject({ status: 503 })
  live.announce(['catalog'])
  expect(clock.pending()).toEqual([])
})

test('a stream of whom nothing is allowed any more ends within seconds, and tells its page to look; others go on', async () => {
  const { clock, live } = stage()
  const may = { ann: true, bob: true }
  const open = (actor: Actor, still?: () => boolean) => {
    const query = new URL(live.address(actor, ['catalog']), 'http://portal').searchParams
    const sealed = { on: query.get('on') ?? '', seal: query.get('seal') ?? '' }
    const stream = live.connect({ actor, person: actor.id, since: live.position, ...(still && { still }), ...sealed })
    if ('status' in stream) throw new Error(stream.message)
    stream.read()
    return stream
  }
  const [lost, kept] = [open(ann, () => may.ann), open(bob, () => may.bob), open(bob)]
  clock.advance(liveTimes.look)
  expect(live.open).toBe(3)
  may.ann = false
  clock.advance(liveTimes.look)
  expect(live.open).toBe(2)
  expect([told(lost), told(kept)]).toEqual([1, 0])
  expect(liveTimes.look).toBeLessThanOrEqual(10_000)
  live.close()
  expect(clock.pending()).toEqual([])
})
