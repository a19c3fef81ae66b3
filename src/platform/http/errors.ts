import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type ErrorCode, PortalError } from '../../api/errors.ts'
import type { Reply } from '../../api/route.ts'
import { NotAdmitted, type SignIn } from '../auth/sign-in.ts'
import { safeHref } from '../views/words.ts'

const statuses: Record<ErrorCode, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  rate_limited: 429,
  upstream: 502,
  internal: 500,
}

/** What a page about an error is called, and what stands above it. */
export const titles: Record<ErrorCode, string> = {
  invalid: 'That request cannot be read',
  unauthenticated: 'Sign in to see this',
  forbidden: 'You may not do this',
  not_found: 'There is nothing here',
  conflict: 'This clashes with something else',
  rate_limited: 'Too many requests',
  upstream: 'Another system did not answer',
  internal: 'Something went wrong in the portal',
}

/** What may go better the next time without anybody doing anything. */
const mayHelp: ReadonlySet<ErrorCode> = new Set(['rate_limited', 'upstream', 'internal'])

/**
 * The one place where errors become answers: a page, a fragment or JSON, whatever the client asked for.
 *
 * @param refused is told of each answer that says that somebody may not do something
 */
export function mapErrors(
  app: FastifyInstance,
  signIn?: SignIn,
  refused?: (request: FastifyRequest, error: PortalError) => void,
): void {
  app.setErrorHandler(async (thrown: FastifyError | Error, request, reply) => {
    const error = toPortalError(thrown)
    if (hasLeft(thrown, request)) request.log.debug({ err: thrown }, 'Who asked has gone')
    else if (error.code === 'internal' || error.code === 'upstream') request.log.error({ err: thrown }, error.message)
    if (error.code === 'forbidden') refused?.(request, error)
    return answer(error, request, reply as Reply, signIn)
  })
  app.setNotFoundHandler(async (request, reply) => {
    const error = new PortalError('not_found', `There is nothing at ${request.url.split('?')[0]}`, {
      hint: 'Check the address, or look for it in the catalog.',
    })
    return answer(error, request, reply as Reply, signIn)
  })
}

/** The work was stopped because nobody waits for it any more: nothing went wrong. */
function hasLeft({ name }: Error, { socket }: FastifyRequest): boolean {
  return name === 'AbortError' && socket.destroyed
}

export function toPortalError(thrown: Error & { statusCode?: number }): PortalError {
  if (thrown instanceof PortalError) return thrown
  if (thrown instanceof z.ZodError) return fromZod(thrown)
  const status = thrown.statusCode ?? 500
  if (status === 404) return new PortalError('not_found', thrown.message)
  if (status === 429) return new PortalError('rate_limited', thrown.message)
  if (status >= 400 && status < 500) return new PortalError('invalid', thrown.message, { cause: thrown })
  return new PortalError('internal', 'The portal could not finish this', {
    hint: 'Try again. If it stays, give the request id below to whoever runs the portal: the log says more.',
    cause: thrown,
  })
}

function fromZod(error: z.ZodError): PortalError {
  const parts = error.issues.map((issue) => `${issue.path.join('.') || 'request'}: ${issue.message}`)
  return new PortalError('invalid', parts.join('; '), { hint: 'Correct the address or the form and try again.' })
}

async function answer(
  error: PortalError,
  request: FastifyRequest,
  reply: Reply,
  signIn: SignIn | undefined,
): Promise<FastifyReply> {
  const status = statuses[error.code]
  if (reply.sent) return reply
  if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer')
  if (error.retryAfter !== undefined) reply.header('retry-after', String(error.retryAfter))
  if (wantsJson(request)) {
    const body = { error: { code: error.code, message: error.message, hint: error.hint, requestId: request.id } }
    return reply.code(status).send(body)
  }
  if (error.code === 'unauthenticated' && signIn && !request.actor && !bearsToken(request)) {
    // htmx would put the sign-in page into the region that it asked for.
    if (request.headers['hx-request']) {
      return reply
        .code(status)
        .header('hx-redirect', signIn.href(pageOf(request), followsLive(request)))
        .send()
    }
    if (request.method === 'GET' && !isEventSource(request)) return reply.redirect(signIn.href(request.url), 303)
  }
  const isRefused = error instanceof NotAdmitted
  const props = {
    code: error.code,
    status,
    title: isRefused ? error.title : titles[error.code],
    message: error.message,
    hint: error.hint ?? null,
    requestId: request.id,
    // Whoever is not signed in finds nothing behind the other links.
    ...(signIn && !request.actor && waysIn(signIn, request, isRefused)),
    retryHref: mayHelp.has(error.code) && request.method === 'GET' ? safeHref(request.url) : null,
  }
  return reply.page('shared/error', props, { title: props.title, status })
}

/** Where to sign in; whoever was refused tries as somebody else. */
function waysIn(signIn: SignIn, request: FastifyRequest, isRefused: boolean) {
  const to = request.method === 'GET' ? request.url : '/'
  if (!isRefused) return { signInHref: signIn.href(to) }
  return {
    refused: { otherHref: signIn.otherHref(to) ?? null, signOut: signIn.menu(request).signOut ?? null },
  }
}

/** A program: it cannot sign in, and reads no pages unless it asks for them. */
function bearsToken({ headers }: FastifyRequest): boolean {
  return /^bearer /i.test(headers.authorization ?? '')
}

/** A page that was told to look: nobody asked for it, so that nobody is signed in again by it. */
function followsLive({ headers }: FastifyRequest): boolean {
  return headers['callboard-live'] === 'again'
}

/** It would follow to the page, and make nothing of it. */
function isEventSource({ headers }: FastifyRequest): boolean {
  return headers.accept === 'text/event-stream'
}

/** The page that a request of htmx comes from. */
function pageOf({ method, url, headers }: FastifyRequest): string {
  const current = String(headers['hx-current-url'] ?? '')
  if (!URL.canParse(current)) return method === 'GET' ? url : '/'
  const { pathname, search } = new URL(current)
  return pathname + search
}

function wantsJson(request: FastifyRequest): boolean {
  const path = request.url.split('?', 1)[0] ?? ''
  if (path.startsWith('/api/') || path.endsWith('.json')) return true
  const accept = request.headers.accept ?? ''
  return (accept.includes('application/json') || bearsToken(request)) && !accept.includes('text/html')
}
