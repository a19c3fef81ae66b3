import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { createGzip, gzipSync, gzip as gzipWithCallback } from 'node:zlib'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { acceptsEncoding } from '../views/assets.ts'

const gzip = promisify(gzipWithCallback)
const options = { level: 5 }

/** Bytes below which an answer is sent as it is. */
const worthIt = 1024

/**
 * Bytes up to which an answer is compressed at once: a page takes a tenth of a millisecond. Elsewhere the work would
 * have to be handed over and back, for which a busy process takes many times as long.
 */
const atOnce = 256 * 1024

/** An event stream is left alone: its events would wait in the compressor. */
const compressible = /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|xml|javascript|yaml)|image\/svg)/

/** Compresses what is text and larger than a packet, for clients that take it. */
export function compressReplies(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload: unknown) => {
    if (!isCompressible(reply, payload)) return payload
    addVary(reply)
    if (!acceptsEncoding(request.headers['accept-encoding'], 'gzip')) return payload
    reply.header('content-encoding', 'gzip')
    reply.removeHeader('content-length')
    if (!(payload instanceof Readable)) return compressed(payload)
    const stream = createGzip(options)
    // A reader that leaves, or a source that breaks, ends the other side as well.
    stream.once('close', () => payload.destroy())
    payload.once('error', (error) => {
      // What is sent instead, if it is not too late, is an error's own page.
      reply.removeHeader('content-encoding')
      stream.destroy(error)
    })
    return payload.pipe(stream)
  })
}

function compressed(payload: string | Buffer): Buffer | Promise<Buffer> {
  return Buffer.byteLength(payload) <= atOnce ? gzipSync(payload, options) : gzip(payload, options)
}

function isCompressible(reply: FastifyReply, payload: unknown): payload is string | Buffer | Readable {
  if (reply.hasHeader('content-encoding') || reply.statusCode === 206) return false
  if (!compressible.test(String(reply.getHeader('content-type') ?? ''))) return false
  if (typeof payload === 'string' || Buffer.isBuffer(payload)) return Buffer.byteLength(payload) >= worthIt
  return payload instanceof Readable
}

function addVary(reply: FastifyReply): void {
  const named = String(reply.getHeader('vary') ?? '')
  if (/accept-encoding/i.test(named)) return
  reply.header('vary', named === '' ? 'Accept-Encoding' : `${named}, Accept-Encoding`)
}
