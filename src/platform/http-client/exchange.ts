import { request as httpRequest, type IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { PinnedAgent, Target, TargetedArgs } from './connection.ts'
import { Failure, failureOf, timedOut } from './failure.ts'

export interface Exchange {
  target: Target
  /** Keeps the connection, or not. */
  agent: PinnedAgent
  method: string
  /** Path and query. */
  path: string
  headers: Readonly<Record<string, string>>
  body: string | Uint8Array | undefined
  limits: { connect: number; head: number; headBytes: number }
  signal: AbortSignal
}

/**
 * Sends one request over one connection and waits for the head of its answer.
 *
 * @throws Failure, or the reason of the signal
 */
export function exchange(given: Exchange): Promise<IncomingMessage> {
  const { agent, target, method, path, headers, limits, signal } = given
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const args: TargetedArgs = { agent, target, method, path, headers, setHost: false, maxHeaderSize: limits.headBytes }
    const request = httpRequest(args)
    let timer = setTimeout(
      () => request.destroy(timedOut('did not take the connection', limits.connect)),
      limits.connect,
    )
    const cancel = () => request.destroy(new Error('ended'))
    const settle = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', cancel)
    }
    const sent = () => {
      clearTimeout(timer)
      timer = setTimeout(() => request.destroy(timedOut('did not answer', limits.head)), limits.head)
    }
    signal.addEventListener('abort', cancel)
    request.once('socket', (socket) => {
      if (request.reusedSocket || !socket.connecting) sent()
      else socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', sent)
    })
    request.once('upgrade', (_response, socket) => {
      socket.destroy()
      settle()
      reject(new Failure('answer', 'wants to speak another protocol'))
    })
    request.once('response', (response) => {
      settle()
      resolve(response)
    })
    // Stays for good: a connection that breaks later says so here too.
    request.on('error', (error) => {
      settle()
      reject(signal.aborted ? signal.reason : failureOf(error))
    })
    request.end(given.body)
  })
}
