import { connect } from 'node:net'
import { Registry } from 'prom-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { HttpMethod } from '../../api/http-client.ts'
import { failureOf, Outside } from './fixtures/outside.ts'

const url = 'https://git.acme.dev/x'
let outside: Outside
beforeEach(async () => {
  outside = await Outside.open()
})
afterEach(() => outside.close())

/** Answers with these statuses, one after the other; 0 breaks the connection off. */
function answers(...statuses: number[]): void {
  outside.handler = (request, response) => {
    const status = statuses.shift() ?? 200
    if (status === 0) request.socket.destroy()
    else response.writeHead(status).end(String(status))
  }
}

test.each<HttpMethod>(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])(
  '%s is sent again after a failure',
  async (method) => {
    answers(503, 0, 200)
    const body = method === 'PUT' || method === 'DELETE' ? { body: 'b' } : {}
    expect((await outside.client().request({ url, method, ...body })).status).toBe(200)
    expect(outside.requests.map(({ body: sent }) => sent)).toEqual(Array(3).fill(body.body ?? ''))
    expect(outside.slept).toEqual([300, 600])
  },
)

test.each<HttpMethod>(['POST', 'PATCH'])('%s is sent once', async (method) => {
  answers(503)
  expect((await outside.client().request({ url, method, body: 'b', retries: 5 })).status).toBe(503)
  answers(0)
  expect((await failureOf(outside.client().request({ url, method }))).message).toContain('broke the connection off')
  expect(outside.requests).toHaveLength(2)
  expect(outside.slept).toEqual([])
})

test.each([400, 401, 403, 404, 409, 500, 501])('%i is an answer', async (status) => {
  answers(status)
  expect((await outside.client().request({ url })).status).toBe(status)
  expect(outside.requests).toHaveLength(1)
})

test('the last answer is handed out with its body', async () => {
  answers(502, 502, 502)
  const answer = await outside.client().request({ url })
  expect([answer.status, answer.text(), outside.requests.length]).toEqual([502, '502', 3])
})

test('the last failure is told', async () => {
  answers(0, 0, 0)
  const failure = await failureOf(outside.client().request({ url: `${url}?token=hunter2` }))
  expect(failure).toMatchObject({ code: 'upstream', message: `${url}?… broke the connection off` })
  expect(outside.requests).toHaveLength(3)
})

test('an answer that breaks off is fetched again', async () => {
  let first = true
  outside.handler = (request, response) => {
    if (!first) return void response.end('whole')
    first = false
    response.writeHead(200, { 'content-length': '100' }).write('hal')
    setImmediate(() => request.socket.destroy())
  }
  expect((await outside.client().request({ url })).text()).toBe('whole')
})

test('a name that is not known is not asked for again, a name server that fails is', async () => {
  const failing = (code: string) => {
    let asked = 0
    const resolver = async () => {
      asked++
      throw Object.assign(new Error('dns'), { code })
    }
    return { client: outside.client({}, { resolver }), asked: () => asked }
  }
  const unknown = failing('ENOTFOUND')
  expect((await failureOf(unknown.client.request({ url }))).message).toBe(
    `${url} is not known: its name leads to no address`,
  )
  expect(unknown.asked()).toBe(1)
  const busy = failing('EAI_AGAIN')
  expect((await failureOf(busy.client.request({ url }))).message).toBe(`${url} could not be looked up`)
  expect(busy.asked()).toBe(3)
})

test('Retry-After is kept to, in seconds and as a date', async () => {
  const waits = ['7', 'Sat, 21 Nov 2026 12:00:16 GMT']
  outside.handler = (_request, response) => {
    const wait = waits.shift()
    response.writeHead(wait ? 429 : 200, wait ? { 'retry-after': wait } : {}).end()
  }
  expect((await outside.client().request({ url })).status).toBe(200)
  expect(outside.slept).toEqual([7_000, 9_000])
})

test.each(['3600', 'Sat, 21 Nov 2026 13:00:00 GMT'])('a Retry-After of %s is too long to wait for', async (wait) => {
  outside.handler = (_request, response) => void response.writeHead(429, { 'retry-after': wait }).end('later')
  const answer = await outside.client().request({ url })
  expect([answer.status, answer.headers['retry-after'], answer.text()]).toEqual([429, wait, 'later'])
  expect(outside.slept).toEqual([])
})

test('nobody waits longer than the whole may take', async () => {
  outside.handler = (_request, response) => void response.writeHead(503, { 'retry-after': '6' }).end()
  expect((await outside.client().request({ url, timeout: '10s' })).status).toBe(503)
  expect(outside.slept).toEqual([6_000])
})

test('the pause is made up to a half shorter by chance', async () => {
  answers(503, 503)
  await outside.client({}, { random: () => 1 }).request({ url })
  expect(outside.slept).toEqual([150, 300])
})

test('a host that fails is left alone, tried by one, and asked again when it answers', async () => {
  const client = outside.client({}, { limits: { failures: 3, pause: 60_000, longestPause: 100_000 } })
  const ask = (more = {}) => client.request({ url, retries: 0, ...more })
  answers(...Array(20).fill(503))
  for (let done = 0; done < 3; done++) expect((await ask()).status).toBe(503)
  const failure = await failureOf(ask())
  expect(failure).toEqual({
    code: 'upstream',
    message: `${url} has been failing since 2026-11-21 12:00:00 UTC: it answered 503`,
    hint: 'It is left alone for a while; the next try is at 2026-11-21 12:01:00 UTC.',
  })
  expect(outside.requests).toHaveLength(3)
  expect(outside.logged).toMatchObject([
    { level: 'warn', message: expect.stringContaining('is left alone for a while') },
  ])

  // Half open: one tries, the others are told.
  outside.now = new Date('2026-11-21T12:01:00Z')
  let finish = () => {}
  outside.handler = (_request, response) => {
    finish = () => void response.writeHead(503).end()
  }
  const probe = ask()
  await expect.poll(() => outside.requests.length).toBe(4)
  expect((await failureOf(ask())).hint).toContain('the next try is now, by another request')
  finish()
  expect((await probe).status).toBe(503)

  // It failed, so the pause doubles, up to its limit.
  expect((await failureOf(ask())).hint).toContain('at 2026-11-21 12:02:40 UTC')
  outside.now = new Date('2026-11-21T12:02:40Z')
  answers(200)
  expect((await ask()).status).toBe(200)
  expect((await ask()).status).toBe(200)
  expect(outside.logged.at(-1)).toEqual({ level: 'info', message: 'https://git.acme.dev:443 answers again' })
})

test('a probe that its caller ends leaves the try to the next', async () => {
  const client = outside.client({}, { limits: { failures: 1, pause: 1_000 } })
  answers(503)
  await client.request({ url, retries: 0 })
  outside.now = new Date(outside.now.getTime() + 1_000)
  const ended = new AbortController()
  outside.handler = () => ended.abort(new Error('left'))
  await expect(client.request({ url, signal: ended.signal })).rejects.toThrow('left')
  answers(200)
  expect((await client.request({ url })).status).toBe(200)
})

test('failures in a row are counted, of each host on its own; answers and refusals are none', async () => {
  const client = outside.client({}, { limits: { failures: 2 } })
  const ask = (address: string) => client.request({ url: address, retries: 0 })
  answers(503, 200, 503, 404, 503, 500, 503)
  for (let done = 0; done < 7; done++) await ask(url)
  outside.names['inside.acme.dev'] = ['10.0.0.1']
  for (let done = 0; done < 3; done++) {
    expect((await failureOf(ask('https://inside.acme.dev/'))).message).toContain('private')
  }
  answers(503, 503)
  outside.names['other.dev'] = (() => {
    const found = [['1.1.1.1'], ['10.0.0.1'], ['1.1.1.1']]
    return () => found.shift() ?? []
  })()
  for (let done = 0; done < 3; done++) await ask('https://other.dev/').catch(() => {})
  expect((await failureOf(ask('https://other.dev/'))).message).toContain('has been failing')
  expect((await ask(url)).status).toBe(200)
})

test('once a host is left alone, what was going to be sent again is not', async () => {
  const client = outside.client({}, { limits: { failures: 2 } })
  answers(...Array(9).fill(503))
  expect((await client.request({ url, retries: 5 })).status).toBe(503)
  expect(outside.requests).toHaveLength(2)
})

test('a host that refuses connections is told', async () => {
  const { port } = outside
  const closed = await Outside.open()
  const { port: free } = closed
  await closed.close()
  expect(free).not.toBe(port)
  const client = outside.client({}, { connector: () => connect({ host: '127.0.0.1', port: free }) })
  expect((await failureOf(client.request({ url }))).message).toBe(`${url} refused the connection`)
  expect(outside.slept).toEqual([300, 600])
})

test('what came of requests is counted', async () => {
  const metrics = new Registry()
  const client = outside.client({}, { metrics, limits: { failures: 1 } })
  await client.request({ url })
  await client.request({ url: 'https://127.0.0.1/' }).catch(() => {})
  answers(0)
  await client.request({ url, retries: 0 }).catch(() => {})
  await client.request({ url }).catch(() => {})
  const text = await metrics.metrics()
  expect(text.split('\n').filter((line) => line.startsWith('callboard_'))).toEqual([
    'callboard_outbound_requests_total{outcome="answered"} 1',
    'callboard_outbound_requests_total{outcome="refused"} 1',
    'callboard_outbound_requests_total{outcome="connection"} 1',
    'callboard_outbound_requests_total{outcome="resting"} 1',
    'callboard_outbound_hosts_resting 1',
  ])
})
