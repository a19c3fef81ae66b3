import { createServer } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { closedLoop, middleOf, paced, percentiles, rotated } from './load.mjs'

let server
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function serverOf(answer) {
  server = createServer(answer)
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${server.address().port}`
  return { url, cpu: () => undefined, get: async (path) => ({ status: (await fetch(url + path)).status }) }
}

test('percentiles are times that were measured', () => {
  const times = Array.from({ length: 1000 }, (_, index) => 1000 - index)
  expect(percentiles(times)).toEqual({ p50Ms: 501, p95Ms: 951, p99Ms: 991 })
  expect(percentiles([7])).toEqual({ p50Ms: 7, p95Ms: 7, p99Ms: 7 })
  expect(percentiles([])).toEqual({ p50Ms: 0, p95Ms: 0, p99Ms: 0 })
})

test('of several runs the middle one counts, by its rate', () => {
  const runs = [30, 10, 20].map((perSecond) => ({ perSecond, p99Ms: perSecond }))
  expect(middleOf(runs)).toEqual({ perSecond: 20, p99Ms: 20, spread: '10–30', runs })
})

test('a loop asks for one path after the other, and connections begin apart', async () => {
  const asked = []
  const target = await serverOf((request, response) => {
    asked.push(request.url)
    response.end('ok')
  })
  const result = await closedLoop(target, ['/a', '/b', '/c', '/d'], { connections: 2, seconds: 1 })
  expect(result.perSecond).toBeGreaterThan(0)
  expect(new Set(asked.slice(0, 2))).toEqual(new Set(['/a', '/c']))
  expect(new Set(asked)).toEqual(new Set(['/a', '/b', '/c', '/d']))
})

test('where no answer comes in time, the look is longer', async () => {
  const begun = performance.now()
  const target = await serverOf((_request, response) => {
    // The first look, of one second, is over by then.
    setTimeout(() => response.end('ok'), Math.max(0, begun + 1500 - performance.now()))
  })
  const { perSecond, p50Ms } = await closedLoop(target, ['/a'], { seconds: 1 })
  expect(perSecond).toBeGreaterThan(0)
  expect(p50Ms).toBeGreaterThan(0)
})

test('an answer that is no success is an error, not a rate', async () => {
  const target = await serverOf((_request, response) => response.writeHead(500).end())
  await expect(closedLoop(target, ['/a'], { seconds: 1 })).rejects.toThrow('another status than 2xx')
  await expect(paced(target, ['/a'], { perSecond: 100, until: AbortSignal.timeout(300) })).rejects.toThrow(
    'answered 500',
  )
})

test('at fixed times, a standstill counts for everyone who asked meanwhile', async () => {
  const waiting = []
  let isOpen = false
  const target = await serverOf((_request, response) => {
    if (isOpen) response.end()
    else waiting.push(response)
    if (waiting.length === 10 && !isOpen) {
      isOpen = true
      for (const one of waiting) one.end()
    }
  })
  const { requests, maxMs } = await paced(target, ['/a'], { perSecond: 100, until: AbortSignal.timeout(500) })
  expect(waiting).toHaveLength(10)
  expect(requests).toBeGreaterThan(10)
  // The first of the ten waited for the last, which came nine steps of 10 ms later.
  expect(maxMs).toBeGreaterThanOrEqual(85)
})

test('a list begins at a share of itself', () => {
  expect(rotated(['a', 'b', 'c', 'd'], 0.5)).toEqual(['c', 'd', 'a', 'b'])
})
