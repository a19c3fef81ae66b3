#!/usr/bin/env node
// Whether the portal of this machine answers: what the container's health check runs. It needs no packages.
import { get } from 'node:http'

const port = Number(process.env.PORT || 7007)
const host = ['0.0.0.0', '::', ''].includes(process.env.HOST ?? '') ? '127.0.0.1' : process.env.HOST
const request = get(
  { host, port, path: '/healthz', timeout: 4_000, headers: { host: `localhost:${port}` } },
  (answer) => {
    answer.resume()
    if (answer.statusCode !== 200) fail(`/healthz answered ${answer.statusCode}`)
  },
)
request.on('timeout', () => request.destroy(new Error('no answer after 4 seconds')))
request.on('error', ({ message }) => fail(`The portal does not answer at ${host}:${port}: ${message}`))

function fail(reason) {
  console.error(reason)
  process.exitCode = 1
}
