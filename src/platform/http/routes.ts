import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Actor } from '../../api/actor.ts'
import { PortalError } from '../../api/errors.ts'
import type { Call, Reply, Route } from '../../api/route.ts'
import type { ServiceRef } from '../../api/wiring.ts'
import { anonymous } from '../auth/identity.ts'
import type { Contributed, Contributions } from '../contributions.ts'
import { authorize, type Policy } from '../permissions/policy.ts'
import { withDeadline } from './deadline.ts'
import type { HeavyWork } from './heavy-work.ts'
import type { Senders } from './senders.ts'

export interface RouteHost {
  policy: Policy
  permissions: Contributions['permissions']
  use<T>(service: ServiceRef<T>): T
  /** Knows who sent the requests that are being answered. */
  senders?: Pick<Senders, 'during'>
  limits?: RouteLimits
}

export interface RouteLimits {
  /** In milliseconds: how long an answer may take to be made. */
  answerTime: number
  heavy: HeavyWork
  /** Whose work a request counts as. */
  personOf(request: FastifyRequest): string
}

/** Registers one address: permission first, then the schemas, then the handler. */
export function addRoute(
  app: FastifyInstance,
  { spec, plugin }: Pick<Contributed<Route>, 'spec' | 'plugin'>,
  host: RouteHost,
): void {
  if ((spec.permission === undefined) === (spec.public === undefined)) {
    throw new Error(`Route ${spec.method} ${spec.url} of plugin ${plugin} needs a permission or public: true`)
  }
  if (spec.raw) void app.register(async (scope) => takeRaw(scope, spec, plugin, host))
  else register(app, spec, plugin, host)
}

/** Parsers hold for all routes of a scope: one that takes bytes has a scope of its own. */
function takeRaw(scope: FastifyInstance, spec: Route, plugin: string, host: RouteHost): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  register(scope, spec, plugin, host)
}

function register(app: FastifyInstance, spec: Route, plugin: string, host: RouteHost): void {
  const during: Senders['during'] = host.senders?.during ?? ((_request, work) => work())
  app.route({
    method: spec.method,
    url: spec.url,
    config: { access: spec.permission ?? 'public', plugin, ...(spec.signIn && { signIn: true }) },
    ...(spec.raw && { bodyLimit: spec.raw.maxBytes }),
    handler: async (request, reply) => {
      const actor = admit(request, spec, host)
      const gone = departure(request, reply)
      const call: Call<unknown, unknown, unknown> = {
        ...{ actor, request, use: host.use },
        params: check(spec.params, request.params, 'address'),
        query: check(spec.query, request.query, 'query'),
        body: check(spec.body, request.body ?? {}, 'form'),
        get signal() {
          return gone.signal
        },
      }
      const work = async () => spec.handler(call, reply as unknown as Reply)
      return during(request, () => limited(work, { spec, host, request, reply, gone }))
    },
  })
}

interface Limited {
  spec: Route
  host: RouteHost
  request: FastifyRequest
  reply: FastifyReply
  gone: Departure
}

/** Does the work of a handler when it is its turn, and for no longer than an answer may take. */
function limited(work: () => Promise<unknown>, { spec, host, request, reply, gone }: Limited): Promise<unknown> {
  if (!host.limits) return work()
  const { answerTime: milliseconds, heavy, personOf } = host.limits
  const bounded = () => withDeadline(work(), { reply, milliseconds, expired: () => gone.abort() })
  return spec.heavy ? heavy.run(personOf(request), bounded, gone.signal) : bounded()
}

/**
 * Permissions on the portal are decided here. Of those on entities only whether the actor can meet any at all:
 * which ones is for the service, through the actor's scope.
 */
function admit(request: FastifyRequest, spec: Route, host: RouteHost): Actor {
  if (spec.permission === undefined) return request.actor ?? anonymous
  const { actor } = request
  const onEntity = host.permissions.get(spec.permission)?.on === 'entity'
  if (!onEntity || !actor) authorize(host.policy, actor, spec.permission)
  else if (host.policy.scope(actor, spec.permission).kind === 'none') {
    authorize(host.policy, actor, spec.permission)
    throw new PortalError('forbidden', 'You may not see any of this', {
      hint: `The permission is called ${spec.permission}; an administrator can grant it.`,
    })
  }
  return actor as Actor
}

function check(schema: z.ZodType | undefined, value: unknown, what: string): unknown {
  if (!schema) return undefined
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const parts = result.error.issues.map((issue) => `${issue.path.join('.') || what}: ${issue.message}`)
  throw new PortalError('invalid', `The ${what} is not valid: ${parts.join('; ')}`, {
    hint: 'Correct it and try again.',
    cause: result.error,
  })
}

interface Departure {
  readonly signal: AbortSignal
  abort(): void
}

/** Whether whoever asked has gone. Few handlers want to know. */
function departure(request: FastifyRequest, reply: FastifyReply): Departure {
  let controller: AbortController | undefined
  return {
    get signal() {
      controller ??= abortWith(request, reply)
      return controller.signal
    },
    abort: () => controller?.abort(),
  }
}

function abortWith(request: FastifyRequest, reply: FastifyReply): AbortController {
  const controller = new AbortController()
  request.raw.once('close', () => {
    // Most are answered by then: nobody is left to be told.
    if (!reply.raw.writableFinished) controller.abort()
  })
  return controller
}

/** A query parameter that may stand once or often, as a list without blanks. */
export const many = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => [value ?? []].flat().filter((one) => one !== ''))

/** The first value of a query parameter, trimmed; absent when blank. */
export const one = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => ([value ?? []].flat()[0] ?? '').trim() || undefined)
