import type { FastifyReply } from 'fastify'
import { PortalError } from '../../api/errors.ts'

/**
 * Waits for an answer to be made, and no longer than so many milliseconds until it begins: a stream may go on.
 *
 * @param expired is called when the time is over, to have the work stopped
 * @throws PortalError `internal`
 */
export async function withDeadline<T>(
  work: Promise<T>,
  { reply, milliseconds, expired }: { reply: FastifyReply; milliseconds: number; expired(): void },
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      if (reply.sent || reply.raw.headersSent) return
      reject(tooLong(milliseconds))
      expired()
    }, milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function tooLong(milliseconds: number): PortalError {
  return new PortalError('internal', `The portal could not finish this within ${milliseconds / 1000} s`, {
    hint: 'Try again later, or ask for less at once, for example with a filter.',
    retryAfter: 30,
  })
}
