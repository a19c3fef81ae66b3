import { once } from 'node:events'
import { get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import fastify from 'fastify'
import { expect, test } from 'vitest'
import { mapErrors } from './errors.ts'

// A reader who goes away is no error of the portal's; work that is stopped while somebody waits for it is.

function server() {
  const lines: { level: number; msg: string }[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as (typeof lines)[number])
      done()
    },
  })
  const app = fastify({ logger: { stream, level: 'debug' }, disableRequestLogging: true })
  mapErrors(app)
  app.get('/left', async (request) => {
    await once(request.raw.socket, 'close')
    throw new DOMException('This operation was aborted', 'AbortError')
  })
  app.get('/stopped', async () => {
    throw new DOMException('This operation was aborted', 'AbortError')
  })
  const told = () => lines.filter(({ msg }) => !msg.startsWith('Server listening'))
  return { app, told }
}

test('work for a reader who has gone is told as that, and not as an error', async () => {
  const { app, told } = server()
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const request = get({ host: '127.0.0.1', port, path: '/left' })
  request.on('error', () => undefined)
  await once(app.server, 'request')
  request.destroy()
  await expect.poll(told).toMatchObject([{ level: 20, msg: 'Who asked has gone' }])
  await app.close()
})

test('work that is stopped while its reader waits is an error', async () => {
  const { app, told } = server()
  await app.inject('/stopped').catch(() => undefined)
  expect(told()[0]).toMatchObject({ level: 50, msg: 'The portal could not finish this' })
  await app.close()
})
