import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { securityHeaders } from './headers.ts'

/** What is said of a request that could not even be read; nothing of it is repeated. */
const unreadable: Record<string, [status: string, message: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The address or the headers are too long'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not arrive in time'],
}

/** Answers what is no HTTP, too long, or does not come to an end, with the same headers as everything else. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const [status, message] = unreadable[error.code ?? ''] ?? ['400 Bad Request', 'The request cannot be read']
  const body = JSON.stringify({ error: { code: 'invalid', message } })
  const headers = { ...securityHeaders, 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' })
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 ${status}\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}`,
    )
  }
  socket.destroySoon()
}

/** Answers an address that no router can take: one with `%zz`, or a part that is too long. */
export function answerBadAddress(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const message = error.statusCode === 414 ? 'A part of the address is too long' : 'The address cannot be read'
  const hint = 'Check the address, or begin at the first page.'
  void reply
    .code(error.statusCode ?? 400)
    .headers({ ...securityHeaders, 'cache-control': 'no-store' })
    .send({ error: { code: 'invalid', message, hint, requestId: request.id } })
}
