import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { HttpMethod } from '../../api/http-client.ts'
import { createConnector } from './connection.ts'
import { certificate, key } from './fixtures/certificate.ts'
import { failureOf, Outside } from './fixtures/outside.ts'

const url = 'https://git.acme.dev/x'
let outside: Outside
beforeEach(async () => {
  outside = await Outside.open()
})
afterEach(() => outside.close())

test('an answer has its status, headers and body, whatever the status', async () => {
  outside.handler = (_request, response) => {
    response.writeHead(404, { 'Content-Type': 'application/json', 'X-Twice': ['a', 'b'] }).end('{"a":1}')
  }
  const answer = await outside
    .client()
    .request({ url, method: 'POST', headers: { Authorization: 'Bearer x' }, body: 'ä' })
  expect(answer).toMatchObject({ status: 404, url, headers: { 'content-type': 'application/json', 'x-twice': 'a, b' } })
  expect(answer.json()).toEqual({ a: 1 })
  expect(outside.requests).toMatchObject([
    {
      method: 'POST',
      body: 'ä',
      headers: { authorization: 'Bearer x', 'content-length': '2', 'user-agent': 'callboard' },
    },
  ])
})

test('what is not JSON says so', async () => {
  const answer = await outside.client().request({ url: `${url}?token=hunter2` })
  expect(() => answer.json()).toThrow('https://git.acme.dev/x?… answered with something that is not JSON')
})

test.each(['host', 'Transfer-Encoding', 'content-length', 'connection'])(
  'the header %s is not the caller’s',
  async (name) => {
    const failure = await failureOf(outside.client().request({ url, headers: { [name]: 'x' } }))
    expect(failure).toMatchObject({
      code: 'invalid',
      message: `The header "${name.toLowerCase()}" is set by the HTTP client`,
    })
  },
)

test('a header with a line break is refused, without its value', async () => {
  const failure = await failureOf(outside.client().request({ url, headers: { authorization: 'hunter2\n' } }))
  expect(failure.message).toBe('The header "authorization" holds characters that cannot be sent')
})

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('%s is decompressed', async (encoding, compress) => {
  outside.handler = (_request, response) => {
    response.writeHead(200, { 'content-encoding': encoding }).end(compress('hello'))
  }
  expect((await outside.client().request({ url })).text()).toBe('hello')
})

test('an answer without a body may name a compression', async () => {
  outside.handler = (_request, response) => void response.writeHead(204, { 'content-encoding': 'gzip' }).end()
  expect((await outside.client().request({ url })).body).toHaveLength(0)
  outside.handler = (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': '99999999' }).end()
  }
  expect((await outside.client().request({ url, method: 'HEAD' })).status).toBe(200)
})

const emptyMembers = Buffer.concat(Array.from({ length: 4_000 }, () => gzipSync('')))

test.each<[string, Record<string, string>, () => Buffer]>([
  ['said to be large', { 'content-length': '5000' }, () => Buffer.alloc(5_000)],
  ['large without saying so', {}, () => Buffer.alloc(5_000)],
  ['large after gzip', { 'content-encoding': 'gzip' }, () => gzipSync(Buffer.alloc(50_000_000))],
  ['large after brotli', { 'content-encoding': 'br' }, () => brotliCompressSync(Buffer.alloc(5_000_000))],
  ['compressed from nothing, for ever', { 'content-encoding': 'gzip' }, () => emptyMembers],
])('an answer that is %s is not read to its end', async (_, headers, body) => {
  const sent = body()
  outside.handler = (_request, response) => void response.writeHead(200, headers).end(sent)
  const before = process.memoryUsage().arrayBuffers
  const failure = await failureOf(outside.client().request({ url, maxBytes: 4_000 }))
  expect(failure).toMatchObject({ code: 'upstream', message: `${url} answered with more than 4000 bytes` })
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000)
  // What is small as it was sent has arrived as a whole, so that its connection is kept.
  if (!headers['content-encoding']) await expect.poll(() => outside.openSockets).toBe(0)
  expect(outside.requests).toHaveLength(1)
})

test('as large as allowed is not too large', async () => {
  outside.handler = (_request, response) => void response.end(Buffer.alloc(4_000))
  expect((await outside.client().request({ url, maxBytes: 4_000 })).body).toHaveLength(4_000)
})

test.each<[string, Record<string, string>, Buffer]>([
  ['a broken compression', { 'content-encoding': 'gzip' }, Buffer.from('not gzip')],
  ['a broken compression', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(9_000, 'ab')).subarray(0, 30)],
  ['a compression that was not asked for', { 'content-encoding': 'zstd' }, Buffer.from('x')],
  ['a compression that was not asked for', { 'content-encoding': 'gzip, gzip' }, gzipSync(gzipSync('x'))],
])('%s is told', async (what, headers, body) => {
  outside.handler = (_request, response) => void response.writeHead(200, headers).end(body)
  const { message } = await failureOf(outside.client().request({ url }))
  expect(message).toContain(what)
})

test('a head that is too large is not read', async () => {
  outside.handler = (_request, response) => void response.writeHead(200, { 'x-large': 'a'.repeat(5_000) }).end()
  const client = outside.client({}, { limits: { headBytes: 4_000 } })
  const { message } = await failureOf(client.request({ url }))
  expect(message).toBe(`${url} answered with too large a head`)
})

test('what never answers is given up', async () => {
  outside.handler = () => {}
  const client = outside.client({}, { limits: { head: 60 } })
  const failure = await failureOf(client.request({ url, retries: 0 }))
  expect(failure).toMatchObject({ code: 'upstream', message: `${url} did not answer within 0.06 s` })
  await expect.poll(() => outside.openSockets).toBe(0)
})

test('what stops in the middle is given up', async () => {
  outside.handler = (_request, response) => void response.write('hel')
  const client = outside.client({}, { limits: { idle: 60 } })
  const { message } = await failureOf(client.request({ url, retries: 0 }))
  expect(message).toBe(`${url} stopped in the middle of its answer and sent nothing more within 0.06 s`)
  await expect.poll(() => outside.openSockets).toBe(0)
})

test('what answers drop by drop is given up as a whole', async () => {
  outside.handler = (_request, response) => {
    const drip = setInterval(() => response.write('.'), 5)
    response.on('close', () => clearInterval(drip))
  }
  const { message } = await failureOf(outside.client().request({ url, timeout: '150ms' }))
  expect(message).toBe(`${url} did not answer within 0.15 s`)
  expect(outside.requests).toHaveLength(1)
  await expect.poll(() => outside.openSockets).toBe(0)
})

test('a head that comes drop by drop is given up too', async () => {
  outside.handler = (request) => {
    const { socket } = request
    socket.write('HTTP/1.1 200 OK\r\n')
    const drip = setInterval(() => socket.write('X-A: b\r\n'), 5)
    socket.on('close', () => clearInterval(drip))
  }
  const { message } = await failureOf(outside.client().request({ url, timeout: '100ms' }))
  expect(message).toBe(`${url} did not answer within 0.1 s`)
})

test('a name that is never looked up to its end is given up', async () => {
  const client = outside.client({}, { limits: { connect: 50 }, resolver: () => new Promise(() => {}) })
  const { message } = await failureOf(client.request({ url, retries: 0 }))
  expect(message).toBe(`${url} could not be looked up within 0.05 s`)
})

test('the caller may end it at any time, with a reason of its own', async () => {
  const reason = new Error('no longer wanted')
  const ended = new AbortController()
  outside.handler = () => ended.abort(reason)
  await expect(outside.client().request({ url, signal: ended.signal })).rejects.toBe(reason)
  await expect(outside.client().request({ url, signal: ended.signal })).rejects.toBe(reason)
  expect(outside.requests).toHaveLength(1)
  await expect.poll(() => outside.openSockets).toBe(0)

  const middle = new AbortController()
  outside.handler = (_request, response) => {
    response.write('hel')
    setImmediate(() => middle.abort(reason))
  }
  await expect(outside.client().request({ url, signal: middle.signal })).rejects.toBe(reason)
})

test('redirects are followed, a few of them, each on its own', async () => {
  const left: Record<string, string> = { '/x': '/y', '/y': 'https://other.dev/z', '/z': '?q' }
  outside.handler = (request, response) => {
    const location = left[request.url ?? '']
    response.writeHead(location ? 302 : 200, location ? { location } : {}).end('there')
  }
  const answer = await outside.client().request({ url })
  expect(answer).toMatchObject({ status: 200, url: 'https://other.dev/z?q' })
  expect(answer.text()).toBe('there')
  expect(outside.requests.map(({ host, url: path }) => host + path)).toEqual([
    'git.acme.dev/x',
    'git.acme.dev/y',
    'other.dev/z',
    'other.dev/z?q',
  ])

  left['/z?q'] = '/x'
  expect(await failureOf(outside.client().request({ url }))).toMatchObject({
    code: 'upstream',
    message: 'https://git.acme.dev/x redirects more than 5 times',
  })
  expect(outside.requests).toHaveLength(4 + 6)
  expect((await outside.client().request({ url, redirects: 0 })).headers.location).toBe('/y')
})

test.each(['https://other.dev/', 'https://git.acme.dev:8443/', 'http://git.acme.dev/'])(
  'what says who asks does not follow to %s',
  async (location) => {
    outside.handler = (request, response) => {
      if (request.url === '/x') response.writeHead(302, { location }).end()
      else response.end()
    }
    const headers = { authorization: 'a', cookie: 'b', 'PRIVATE-TOKEN': 'c', 'x-api-key': 'd', accept: 'text/plain' }
    await outside.client({ allowHttp: ['git.acme.dev'] }).request({ url, headers })
    expect(outside.requests[0]?.headers).toMatchObject({ authorization: 'a', 'private-token': 'c' })
    const { host: _, connection: __, 'accept-encoding': ___, ...rest } = outside.requests[1]?.headers ?? {}
    expect(rest).toEqual({ accept: 'text/plain', 'user-agent': 'callboard' })
  },
)

test('on the same host it follows', async () => {
  outside.handler = (request, response) => {
    response.writeHead(request.url === '/x' ? 307 : 200, { location: '/y' }).end()
  }
  await outside.client().request({ url, method: 'PUT', headers: { authorization: 'a' }, body: 'b' })
  expect(outside.requests[1]).toMatchObject({ method: 'PUT', url: '/y', body: 'b', headers: { authorization: 'a' } })
})

test.each<[HttpMethod, number, string]>([
  ['POST', 303, 'GET'],
  ['PUT', 303, 'GET'],
  ['POST', 302, 'GET'],
  ['HEAD', 303, 'HEAD'],
  ['GET', 308, 'GET'],
])('%s with %i goes on as %s, without its body', async (method, status, then) => {
  outside.handler = (request, response) => {
    response.writeHead(request.url === '/x' ? status : 200, { location: 'https://other.dev/' }).end()
  }
  const given = method === 'GET' || method === 'HEAD' ? {} : { body: 'b', headers: { 'content-type': 'text/plain' } }
  await outside.client().request({ url, method, ...given })
  expect(outside.requests[1]).toMatchObject({ method: then, body: '' })
  expect(outside.requests[1]?.headers['content-type']).toBeUndefined()
})

test.each(['POST', 'PUT', 'DELETE'] as const)('a %s is not handed on to another host', async (method) => {
  outside.handler = (_request, response) => void response.writeHead(307, { location: 'https://other.dev/' }).end()
  const { message } = await failureOf(outside.client().request({ url, method, body: 'secret' }))
  expect(message).toContain(`a ${method} is not handed on to another host`)
  expect(outside.requests).toHaveLength(1)
})

test('a stream is read at the pace of its reader, within its limits', async () => {
  outside.handler = (_request, response) => void response.end(Buffer.alloc(100_000, 'a'))
  const client = outside.client({ perHost: 1 }, { limits: { idle: 5_000 } })
  const stream = await client.stream({ url, timeout: '5s' })
  let bytes = 0
  for await (const chunk of stream.body) bytes += chunk.length
  expect([stream.status, bytes]).toEqual([200, 100_000])

  const large = await client.stream({ url, maxBytes: 1_000 })
  const read = async () => {
    for await (const _ of large.body) {
      // Only the limit is of interest.
    }
  }
  expect((await failureOf(read())).message).toBe(`${url} answered with more than 1000 bytes`)
})

test('the time of a request does not hold for the rest of a stream', async () => {
  outside.handler = (_request, response) => {
    const drip = setInterval(() => response.write('.'), 5)
    setTimeout(() => {
      clearInterval(drip)
      response.end('whole')
    }, 300)
  }
  let text = ''
  for await (const chunk of (await outside.client().stream({ url, timeout: '100ms' })).body) text += String(chunk)
  expect(text).toContain('whole')
})

test('a stream that breaks off says so, and one that its caller ends has the reason', async () => {
  outside.handler = (request, response) => {
    response.write('hel')
    setImmediate(() => request.socket.destroy())
  }
  const read = async (signal?: AbortSignal) => {
    const stream = await outside.client().stream({ url, ...(signal && { signal }) })
    for await (const _ of stream.body) {
      // Only the end is of interest.
    }
  }
  expect((await failureOf(read())).message).toBe(`${url} broke the connection off`)
  const ended = new AbortController()
  outside.handler = (_request, response) => {
    response.write('hel')
    setImmediate(() => ended.abort(new Error('no longer wanted')))
  }
  await expect(read(ended.signal)).rejects.toThrow('no longer wanted')
})

test('a stream that is left or closed frees its place and its connection', async () => {
  outside.handler = (_request, response) => void response.write('a')
  const client = outside.client({ perHost: 1 })
  for await (const _ of (await client.stream({ url })).body) break
  const closed = await client.stream({ url })
  closed.close()
  await client.stream({ url }).then((stream) => stream.close())
  await expect.poll(() => outside.openSockets).toBe(0)
})

test('so many requests at a time, the others wait for their turn', async () => {
  let running = 0
  let most = 0
  const release: (() => void)[] = []
  outside.handler = (_request, response) => {
    most = Math.max(most, ++running)
    release.push(() => {
      running--
      response.end()
    })
  }
  const client = outside.client({ perHost: 2 }, { limits: { waiting: 3 } })
  const asked = Array.from({ length: 5 }, () => client.request({ url }))
  const given = new AbortController()
  const excess = await failureOf(client.request({ url }))
  expect(excess.message).toContain('has too many requests waiting for it')
  await expect.poll(() => release.length).toBe(2)
  for (let done = 0; done < 5; done++) {
    await expect.poll(() => release.length).toBeGreaterThan(done)
    release[done]?.()
  }
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  expect(most).toBe(2)

  const busy = [client.request({ url }), client.request({ url })]
  await expect.poll(() => release.length).toBe(7)
  const waiting = client.request({ url, signal: given.signal })
  given.abort(new Error('left the queue'))
  await expect(waiting).rejects.toThrow('left the queue')
  for (const end of release.slice(5)) end()
  await Promise.all(busy)
  expect(outside.requests).toHaveLength(7)

  // The place of the one that left was not given to nobody.
  const after = [client.request({ url }), client.request({ url })]
  await expect.poll(() => release.length).toBe(9)
  for (const end of release.slice(7)) end()
  await Promise.all(after)
})

test('TLS: the certificate is checked against the name, at the address that was looked up', async () => {
  const names: string[] = []
  const server = createSecureServer({ cert: certificate, key }, (request, response) => {
    names.push(String((request.socket as { servername?: string }).servername))
    response.end('secure')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const network = { resolver: async () => ['127.0.0.1'], sleep: async () => {} }
  const allow = { allowPrivate: ['*.acme.dev'] }
  const trusting = outside.client(allow, { ...network, connector: createConnector(certificate) })
  const wary = outside.client(allow, { ...network, connector: createConnector() })
  try {
    expect((await trusting.request({ url: `https://git.acme.dev:${port}/` })).text()).toBe('secure')
    expect(names).toEqual(['git.acme.dev'])
    const wrong = await failureOf(trusting.request({ url: `https://www.acme.dev:${port}/` }))
    expect(wrong.message).toContain('could not be trusted (ERR_TLS_CERT_ALTNAME_INVALID)')
    const unknown = await failureOf(wary.request({ url: `https://git.acme.dev:${port}/` }))
    expect(unknown.message).toContain('could not be trusted (DEPTH_ZERO_SELF_SIGNED_CERT)')
    expect(unknown.hint).toContain('NODE_EXTRA_CA_CERTS')
  } finally {
    trusting.close()
    wary.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})
