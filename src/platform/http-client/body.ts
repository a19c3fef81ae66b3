import type { IncomingMessage } from 'node:http'
import { pipeline, type Readable, Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Failure, failureOf, timedOut, tooLarge } from './failure.ts'

/** What `accept-encoding` says. */
export const encodings = 'gzip, deflate, br'

export interface BodyOptions {
  maxBytes: number
  /** Milliseconds without a byte. */
  idle: number
  signal: AbortSignal
}

/**
 * The body of an answer, decompressed, no faster than it is read. The time a reader takes does not count.
 *
 * @throws Failure when it is too large (as sent or inflated), stands still, breaks off or cannot be decompressed; or the
 * reason of the signal
 */
export async function* bodyOf(response: IncomingMessage, options: BodyOptions): AsyncGenerator<Uint8Array> {
  const { maxBytes, idle, signal } = options
  const stop = () => response.destroy(new Error('ended'))
  try {
    signal.throwIfAborted()
    signal.addEventListener('abort', stop)
    const chunks = decompressed(response, maxBytes)[Symbol.asyncIterator]()
    let bytes = 0
    for (;;) {
      const timer = setTimeout(() => response.destroy(stalled(idle)), idle)
      const { done, value } = await chunks.next().finally(() => clearTimeout(timer))
      if (done) return
      bytes += value.length
      if (bytes > maxBytes) throw tooLarge(maxBytes)
      yield value
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : failureOf(error)
  } finally {
    signal.removeEventListener('abort', stop)
    if (!response.complete || !response.readableEnded) response.destroy()
  }
}

const stalled = (idle: number) => timedOut('stopped in the middle of its answer and sent nothing more', idle)

function decompressed(response: IncomingMessage, maxBytes: number): Readable {
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const decoder = decoderOf(response.headers['content-encoding'])
  if (!decoder || hasNoBody(response)) return response
  // Compressed emptiness inflates to nothing for ever, so what arrives counts as well.
  let arrived = 0
  const meter = new Transform({
    transform(chunk, _encoding, done) {
      arrived += chunk.length
      done(arrived > maxBytes ? tooLarge(maxBytes) : null, chunk)
    },
  })
  return pipeline(response, meter, decoder(), () => {})
}

function decoderOf(encoding: string | undefined): (() => Transform) | undefined {
  const name = encoding?.trim().toLowerCase() ?? ''
  if (name === '' || name === 'identity') return undefined
  if (name === 'gzip' || name === 'x-gzip') return createGunzip
  if (name === 'deflate') return createInflate
  if (name === 'br') return createBrotliDecompress
  throw new Failure('answer', 'answered in a compression that was not asked for')
}

function hasNoBody({ statusCode, headers }: IncomingMessage): boolean {
  return statusCode === 204 || statusCode === 304 || headers['content-length'] === '0'
}
