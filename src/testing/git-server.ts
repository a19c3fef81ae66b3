import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { plainGit } from './git-repository.ts'

export interface GitRequest {
  method: string
  /** With the query. */
  url: string
  authorization: string | undefined
}

/** What takes the place of git's own answer. */
export interface Behaviour {
  status?: number
  headers?: Record<string, string>
  body?: string
  /** Ends the connection after so many bytes of git's answer. */
  cutAfter?: number
  /** Answers only once this is settled, or goes on only then, where `holdAfter` says how far git's answer goes first. */
  until?: Promise<unknown>
  holdAfter?: number
  /** Speaks the first version of the protocol, in which single objects are refused. */
  isOld?: boolean
}

/** Smart HTTP on loopback, with the real `git http-backend`. */
export interface GitServer {
  /** `http://127.0.0.1:port` */
  origin: string
  requests: GitRequest[]
  /** Decides about each request, until the next call; `undefined` leaves it to git. */
  behave(decide: ((request: GitRequest) => Behaviour | undefined) | undefined): void
  close(): Promise<void>
}

/**
 * Serves the bare repositories of a folder.
 *
 * @param token when given, only requests with it as password are answered
 */
export async function gitServer(root: string, token?: string): Promise<GitServer> {
  const requests: GitRequest[] = []
  let decide: ((request: GitRequest) => Behaviour | undefined) | undefined
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy())
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request
    const asked = { method, url, authorization: request.headers.authorization }
    requests.push(asked)
    const behaviour = decide?.(asked) ?? {}
    if (behaviour.holdAfter === undefined) await behaviour.until
    if (behaviour.status) {
      response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body)
      return
    }
    if (token !== undefined && passwordOf(asked.authorization) !== token) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
      return
    }
    await backend(root, request, response, behaviour)
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    behave: (next) => {
      decide = next
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function passwordOf(authorization = ''): string | undefined {
  const [scheme, value = ''] = authorization.split(' ')
  return scheme === 'Basic' ? Buffer.from(value, 'base64').toString().split(':').slice(1).join(':') : undefined
}

/** Speaks CGI with git: head, empty line, body. */
async function backend(root: string, request: IncomingMessage, response: ServerResponse, behaviour: Behaviour) {
  const { cutAfter = Number.POSITIVE_INFINITY, holdAfter = Number.POSITIVE_INFINITY, until } = behaviour
  const url = new URL(request.url ?? '', 'http://localhost')
  const child = spawn('git', ['http-backend'], {
    env: {
      ...plainGit,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? '',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      ...(request.headers['content-length'] && { CONTENT_LENGTH: request.headers['content-length'] }),
      HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
      GIT_PROTOCOL: behaviour.isOld ? '' : String(request.headers['git-protocol'] ?? ''),
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.stdin.on('error', () => undefined)
  request.pipe(child.stdin)
  response.on('close', () => child.kill())
  const closed = once(response, 'close')
  let head: Buffer | undefined = Buffer.alloc(0)
  let sent = 0
  for await (const chunk of child.stdout) {
    let body: Buffer = chunk
    if (head) {
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end === -1) continue
      writeHead(response, head.toString('latin1', 0, end))
      body = head.subarray(end + 4)
      head = undefined
    }
    sent += body.length
    if (sent > cutAfter) {
      response.write(body.subarray(0, Math.max(0, body.length - (sent - cutAfter))), () => response.destroy())
      return
    }
    if (sent > holdAfter) {
      response.write(body.subarray(0, Math.max(0, body.length - (sent - holdAfter))))
      await Promise.race([until, closed])
    }
    if (body.length > 0 && !response.write(body)) await Promise.race([drained(response), closed])
  }
  response.end()
}

const drained = (response: ServerResponse) => new Promise((resolve) => response.once('drain', () => resolve(undefined)))

function writeHead(response: ServerResponse, head: string): void {
  const lines = head.split('\r\n').map((line) => line.split(/:\s*(.*)/s))
  const status = lines.find(([name]) => name === 'Status')?.[1]
  const headers = lines.filter(([name]) => name !== 'Status').map(([name = '', value = '']) => [name, value])
  response.writeHead(status ? Number.parseInt(status, 10) : 200, Object.fromEntries(headers))
}
