import type { z } from 'zod'
import type { Secret } from '../../../../api/env.ts'
import type { HttpAnswer, HttpClient } from '../../../../api/http-client.ts'
import { authorizationOf } from '../authorization.ts'
import type { Repository } from '../repository.ts'
import { explainAnswer, notUnderstood } from './explain.ts'

export interface AskingArgs {
  http: HttpClient
  repository: Repository
  apiUrl: string
  token: Secret
  now(): Date
  signal?: AbortSignal | undefined
}

/** Asks the API of one forge about one repository. Reading is repeated where it may help, writing never is. */
export interface Asking {
  readonly repository: Repository
  /** @param path below the address of the API, encoded */
  get<T>(path: string, shape: z.ZodType<T>): Promise<T>
  /** The same; undefined where there is nothing of that name. */
  find<T>(path: string, shape: z.ZodType<T>): Promise<T | undefined>
  findText(path: string): Promise<string | undefined>
  send<T>(method: 'POST' | 'PUT', path: string, body: object | URLSearchParams, shape: z.ZodType<T>): Promise<T>
}

const timeout = '15s'

export function createAsking(args: AskingArgs): Asking {
  const { http, repository, apiUrl, token, signal } = args
  const authorization = authorizationOf(repository.forge, token)
  const versions = repository.forge === 'github' ? { 'x-github-api-version': '2022-11-28' } : {}
  const headers = { accept: 'application/json', ...authorization, ...versions }
  // Where it leads elsewhere, the token stays here: that it moved is said instead.
  const common = { timeout, redirects: 0, ...(signal && { signal }) } as const

  const read = (path: string) => http.request({ url: `${apiUrl}${path}`, headers, retries: 1, ...common })

  function checked(answer: HttpAnswer, doing: 'read' | 'write'): HttpAnswer {
    const isGood = answer.status >= 200 && answer.status < 300 && answer.status !== 203
    if (isGood) return answer
    throw explainAnswer(answer, { repository, token, doing, now: args.now() })
  }

  function shaped<T>(answer: HttpAnswer, shape: z.ZodType<T>): T {
    const { data, success } = shape.safeParse(answer.body.length === 0 ? undefined : answer.json())
    if (!success) throw notUnderstood(repository)
    return data
  }

  return {
    repository,
    get: async (path, shape) => shaped(checked(await read(path), 'read'), shape),
    async find(path, shape) {
      const answer = await read(path)
      return answer.status === 404 ? undefined : shaped(checked(answer, 'read'), shape)
    },
    async findText(path) {
      const answer = await read(path)
      return answer.status === 404 ? undefined : checked(answer, 'read').text()
    },
    async send(method, path, body, shape) {
      const isForm = body instanceof URLSearchParams
      const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json'
      const answer = await http.request({
        method,
        url: `${apiUrl}${path}`,
        headers: { ...headers, 'content-type': type },
        body: isForm ? body.toString() : JSON.stringify(body),
        retries: 0,
        ...common,
      })
      return shaped(checked(answer, 'write'), shape)
    },
  }
}
