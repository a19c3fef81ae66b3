import { expect, test } from 'vitest'
import { PortalError } from '../../api/errors.ts'
import { createHeavyWork } from './heavy-work.ts'

/** Work that ends when it is told to. */
function stage(limits: { atOnce: number; perPerson: number; waiting: number }) {
  const heavy = createHeavyWork(limits)
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const ask = (name: string, signal?: AbortSignal) => {
    const work = () =>
      new Promise<string>((resolve) => {
        begun.push(name)
        ends.set(name, () => resolve(name))
      })
    return heavy.run(name.split(' ')[0] ?? '', work, signal)
  }
  const finish = async (name: string) => {
    ends.get(name)?.()
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }
  return { heavy, begun, ask, finish }
}

test('so many are worked on at once; the rest wait, and who has least in hand is next', async () => {
  const { heavy, begun, ask, finish } = stage({ atOnce: 2, perPerson: 9, waiting: 9 })
  const all = ['ann 1', 'ann 2', 'ann 3', 'ann 4', 'bob 1'].map((name) => ask(name))
  expect([begun, heavy.running, heavy.waiting]).toEqual([['ann 1', 'ann 2'], 2, 3])
  await finish('ann 1')
  expect(begun).toEqual(['ann 1', 'ann 2', 'bob 1'])
  for (const name of ['ann 2', 'bob 1', 'ann 3', 'ann 4']) await finish(name)
  expect(await Promise.all(all)).toEqual(['ann 1', 'ann 2', 'ann 3', 'ann 4', 'bob 1'])
  expect([heavy.running, heavy.waiting]).toEqual([0, 0])
})

test('one person has so many in hand, the queue of everybody is so long', async () => {
  const { ask, finish } = stage({ atOnce: 1, perPerson: 2, waiting: 2 })
  const kept = [ask('ann 1'), ask('ann 2')]
  const refused = { code: 'rate_limited', retryAfter: 5, message: expect.stringMatching(/^You have asked/) }
  await expect(ask('ann 3')).rejects.toMatchObject(refused)
  kept.push(ask('bob 1'))
  await expect(ask('cora 1')).rejects.toMatchObject({ ...refused, message: expect.stringMatching(/^The portal has/) })
  for (const name of ['ann 1', 'ann 2', 'bob 1']) await finish(name)
  expect(await Promise.all(kept)).toEqual(['ann 1', 'ann 2', 'bob 1'])
  const again = ask('ann 3')
  await finish('ann 3')
  expect(await again).toBe('ann 3')
})

test('who goes away while waiting makes room, and what fails does as well', async () => {
  const { heavy, begun, ask, finish } = stage({ atOnce: 1, perPerson: 2, waiting: 1 })
  const first = ask('ann 1')
  const leave = new AbortController()
  const left = ask('bob 1', leave.signal)
  leave.abort()
  await expect(left).rejects.toBeInstanceOf(PortalError)
  expect(heavy.waiting).toBe(0)
  await finish('ann 1')
  await first
  expect(begun).toEqual(['ann 1'])
  await expect(heavy.run('ann', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(heavy.running).toBe(0)
})

test('for who has gone already nothing is begun', async () => {
  const { heavy, begun, ask } = stage({ atOnce: 1, perPerson: 2, waiting: 1 })
  await expect(ask('ann 1', AbortSignal.abort())).rejects.toThrow('has gone before it was its turn')
  expect([begun, heavy.running, heavy.waiting]).toEqual([[], 0, 0])
})
