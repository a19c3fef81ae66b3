import type { Logger } from 'pino'
import { errorCodes, PortalError } from '../api/errors.ts'
import type { RunningPortal } from '../api/plugin.ts'
import type { Listening } from '../platform/db/lock.ts'
import { createHttpClient } from '../platform/http-client/client.ts'
import { defaultOutbound } from '../platform/http-client/options.ts'

/** Asks the portal that holds the data folder. */
export function runningPortal({ address, key }: Listening, log: Logger): RunningPortal & { close(): Promise<void> } {
  const client = createHttpClient({ options: defaultOutbound, log, now: () => new Date() })
  // One that listens on every address is asked on that of this machine.
  const origin = address.replace('//0.0.0.0', '//127.0.0.1').replace('//[::]', '//[::1]')
  return {
    async ask(method, path, body) {
      const answer = await client.request({
        url: origin + path,
        method,
        headers: { authorization: `Bearer ${key}`, accept: 'application/json', 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
        redirects: 0,
        allowPrivate: true,
      })
      if (answer.status >= 400) throw refusal(answer.json())
      return answer.json()
    },
    close: async () => client.close(),
  }
}

function refusal(answer: unknown): PortalError {
  const { code, message, hint } = (answer as { error?: { code?: string; message?: string; hint?: string } }).error ?? {}
  const known = errorCodes.find((one) => one === code)
  return new PortalError(known ?? 'upstream', message ?? 'The portal refused', hint === undefined ? {} : { hint })
}
