import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import fastify from 'fastify'
import { expect, test } from 'vitest'
import { compressReplies } from './compression.ts'

const long = 'Cart takes orders. '.repeat(200)
/** More than is compressed at once. */
const veryLong = long.repeat(100)

function server() {
  const app = fastify()
  compressReplies(app)
  app.get('/page', async (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('vary', 'Cookie').send(long),
  )
  app.get('/list', async (_request, reply) => reply.type('application/json').send(veryLong))
  app.get('/short', async (_request, reply) => reply.type('text/html').send('Cart'))
  app.get('/image', async (_request, reply) => reply.type('image/png').send(Buffer.from(long)))
  app.get('/packed', async (_request, reply) =>
    reply.type('text/css').header('content-encoding', 'br').send(Buffer.from(long)),
  )
  app.get('/export', async (_request, reply) => reply.type('text/csv').send(Readable.from([long, long])))
  app.get('/events', async (_request, reply) => reply.type('text/event-stream').send(Readable.from([long])))
  app.get('/broken', async (_request, reply) => reply.type('text/csv').send(Readable.from(breaking())))
  return app
}

async function* breaking() {
  yield long
  throw new Error('The disk is gone')
}

const get = (url: string, accept = 'br;q=1, gzip') => server().inject({ url, headers: { 'accept-encoding': accept } })

test('A page is compressed for a client that takes it, and says that it varies', async () => {
  const answer = await get('/page')
  expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Cookie, Accept-Encoding' })
  expect(Number(answer.headers['content-length'])).toBe(answer.rawPayload.length)
  expect(gunzipSync(answer.rawPayload).toString()).toBe(long)
})

test('So is what takes long enough to be done beside the requests of others', async () => {
  const answer = await get('/list')
  expect(answer.headers['content-encoding']).toBe('gzip')
  expect(Number(answer.headers['content-length'])).toBe(answer.rawPayload.length)
  expect(gunzipSync(answer.rawPayload).toString()).toBe(veryLong)
})

test.each(['', 'br', 'gzip;q=0'])('A client that accepts "%s" gets the page as it is', async (accept) => {
  const answer = await get('/page', accept)
  expect(answer.headers['content-encoding']).toBeUndefined()
  expect(answer.headers.vary).toBe('Cookie, Accept-Encoding')
  expect(answer.payload).toBe(long)
})

test.each(['/short', '/image', '/events'])('%s is not worth compressing', async (url) => {
  const answer = await get(url)
  expect(answer.headers['content-encoding']).toBeUndefined()
})

test('What is compressed already stays as it is', async () => {
  const answer = await get('/packed')
  expect(answer.headers['content-encoding']).toBe('br')
  expect(answer.rawPayload.toString()).toBe(long)
})

test('An export is compressed while it is made', async () => {
  const answer = await get('/export')
  expect(answer.headers['content-encoding']).toBe('gzip')
  expect(gunzipSync(answer.rawPayload).toString()).toBe(long + long)
})

test('An export that breaks before anything was sent becomes an error that can be read', async () => {
  const answer = await get('/broken')
  expect(answer.statusCode).toBe(500)
  expect(answer.headers['content-encoding']).toBeUndefined()
  expect(answer.json()).toMatchObject({ message: 'The disk is gone' })
})
